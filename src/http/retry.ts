import {
  type Failure,
  type IncomingResponse,
  isUnavailable,
  type OutgoingRequest,
} from './exchange.ts';

/** How long to wait before a request is sent again, in milliseconds; undefined to leave it. */
export function pauseBefore(
  { method }: OutgoingRequest,
  outcome: { response?: IncomingResponse; failure?: Failure },
  attempts: number,
): number | undefined {
  const backOff = 100 * 2 ** (attempts - 1);
  const { response, failure } = outcome;
  // A kept connection may close just as it is used, and a small server sheds load.
  if (failure?.kind === 'broken')
    return attempts <= 3 && method !== 'POST' ? backOff - 100 : undefined;
  if (response === undefined || !isUnavailable(response.status)) return undefined;
  // A gateway that gave up does not tell whether the POST was carried out.
  if (method === 'POST' && [502, 504].includes(response.status)) return undefined;
  const after = response.headers['retry-after'];
  if (after === undefined) return backOff;
  const seconds = /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return backOff;
  // Spread out, so that what waited does not come back all at once.
  return Math.max(0, seconds * 1000) + 50 + Math.random() * 100;
}
