import {
  type IncomingResponse,
  isMisrouted,
  isUnavailable,
  type Outcome,
  type OutgoingRequest,
} from './exchange.ts';

/** A kept connection may close just as it is used, a small server sheds load, and a proxy restarts. */
const maxBroken = 5;

/** What is sent few times has to outlast a limit of a second all the same, in milliseconds. */
const firstOfFewMs = 400;

/**
 * How long to wait before a request is sent again, in milliseconds; undefined to leave it.
 *
 * @param isThere whether the server has answered anything yet
 */
export function pauseBefore(
  request: OutgoingRequest,
  outcome: Outcome,
  attempts: number,
  isThere: boolean,
): number | undefined {
  const { method } = request;
  const { response, failure } = outcome;
  // Spread out, so that what waited does not come back all at once: a proxy that bounds its
  // connections would refuse each of them again.
  const first = request.maxAttempts === undefined ? 100 : firstOfFewMs;
  const backOff = first * 2 ** (attempts - 1) * (0.5 + Math.random());
  // Nothing was sent: whatever the method, it can be sent again.
  if (failure?.kind === 'refused' || (failure?.kind === 'proxy' && isThere)) return backOff;
  if (isMisrouted(request, outcome)) return undefined;
  if (failure?.kind === 'no-room') return method === 'POST' ? undefined : backOff;
  if (failure?.kind === 'broken')
    return attempts <= maxBroken && method !== 'POST' ? (attempts === 1 ? 0 : backOff) : undefined;
  // A connection may have stalled while others go on.
  if (failure?.kind === 'timeout' && isThere && method === undefined && attempts === 1) return 0;
  if (response === undefined || !isUnavailable(response.status)) return undefined;
  // A gateway that gave up does not tell whether the POST was carried out.
  if (method === 'POST' && ![429, 503].includes(response.status)) return undefined;
  const after = retryAfterOf(response);
  return after === undefined ? backOff : after + 50 + Math.random() * 100;
}

/** What Retry-After asks to wait, in milliseconds. */
export function retryAfterOf({ headers }: IncomingResponse): number | undefined {
  const after = headers['retry-after'];
  if (after === undefined) return undefined;
  const seconds = /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds * 1000);
}
