import type { Client } from '../http/client.ts';
import {
  type Exchange,
  type Failure,
  type IncomingResponse,
  mediaType,
  type OutgoingRequest,
} from '../http/exchange.ts';
import { apiPath, listPath } from '../http/target.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import { Answer, Differs } from './answers.ts';

/** What of a client calls need. */
export type Sending = Pick<Client, 'send' | 'curl' | 'pause'>;

/** Who makes a call: a bearer token, and the variable that names it in a `curl`. */
export interface Bearer {
  readonly token: string;
  readonly variable: string;
  /** Whether this run created it: it may take a moment until every process knows it. */
  readonly createdByRun?: boolean;
  /** Is told that the server accepted it. */
  readonly onAccepted?: () => void;
  /**
   * Opens a session, once, where one was ended by somebody else (401), or where the token of a user
   * may not do what a session may (403). @returns whether it did
   */
  readonly renew?: (status: number) => Promise<boolean>;
}

/** A call of the documentation that did not do what it says. It is not a finding about the list. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly exchange: Exchange;
  constructor(exchange: Exchange, why = whyFailed(exchange)) {
    const { method = 'GET', path } = exchange.request;
    // The path of a token ends in the token.
    const where = path.startsWith(`${listPath}/`) ? `${listPath}/{id}` : path.split('?')[0];
    const { name, said } = exchange.adapter ?? {};
    super(said ?? (name ? `${name}() of the sandbox: ${why}` : `${method} ${where}: ${why}`));
    this.exchange = exchange;
  }

  /** Whether the adapter of the run has no function for this call. */
  get isMissing(): boolean {
    return this.exchange.adapter?.isMissing === true;
  }

  get status(): number | undefined {
    return this.exchange.response?.status;
  }

  /** Whether nobody waited for its end: it may be carried out long after. */
  get isUnended(): boolean {
    const { failure, response } = this.exchange;
    if (failure?.isUnsent) return false;
    return ['timeout', 'aborted'].includes(failure?.kind ?? '') || response?.status === 504;
  }

  /** Whether the server may have carried it out although it did not say so. */
  get mayHaveWorked(): boolean {
    const { response, failure } = this.exchange;
    if (failure) return !failure.isUnsent && maybe.includes(failure.kind);
    const status = response?.status ?? 0;
    // 501 and 505 say that it was not tried.
    return status < 300 || status === 408 || (status >= 500 && ![501, 503, 505].includes(status));
  }
}

/** A rule of the server, or of a guard in front of it, about what was sent. */
export function isRefusal(error: unknown): error is CallFailed {
  return (
    error instanceof CallFailed &&
    [400, 402, 403, 406, 409, 413, 422, 423].includes(error.status ?? 0)
  );
}

/** An error of the server, each time that it was sent what few send: a name too long for its database. */
export function isOverwhelmed(error: unknown): boolean {
  return error instanceof CallFailed && error.status === 500;
}

/** Whether some process may not know a new token yet. */
export function isUnknown(error: unknown): boolean {
  return error instanceof CallFailed && error.status === 401;
}

/** Whether the portal has no such call. */
export function noSuchCall({ status = 0 }: CallFailed): boolean {
  return [404, 405, 501].includes(status);
}

/** Whether a response was lost, of which nobody knows what became; not at the end of a run. */
function isLost(error: unknown): error is CallFailed {
  if (!(error instanceof CallFailed)) return false;
  return error.mayHaveWorked && error.exchange.failure?.kind !== 'aborted';
}

/**
 * Whether what was lost is worth another try: a server that loses more is not one to judge by it.
 * What times out is waited for, and every account whose creation is lost has to be found again.
 *
 * @param lost how often it was lost before
 */
export function mayTryAgain(error: unknown, lost: number, isAccount = false): error is CallFailed {
  if (!isLost(error)) return false;
  if (error.exchange.failure?.kind === 'timeout') return lost < 2;
  return lost < (isAccount ? 3 : 5);
}

/** Makes a call again when its response was lost, where doing it twice does no harm. */
export async function insisting<T>(call: () => Promise<T>, lost = 0): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!mayTryAgain(error, lost)) throw error;
    return insisting(call, lost + 1);
  }
}

/** How a request ends of which nobody knows whether it was carried out: a firewall may look at responses, too. */
const maybe: readonly Failure['kind'][] = [
  'timeout',
  'broken',
  'size',
  'no-room',
  'aborted',
  'challenge',
];

function whyFailed({ response, failure }: Exchange): string {
  return failure?.sentence ?? `status ${response?.status}`;
}

interface Patience {
  /** Whether it rests on something that was just created. */
  readonly isNew?: boolean | undefined;
  /** By how much a pause grows: a login is repeated seldom. */
  readonly growth?: number;
}

/** A call before it is made, with its bearer, whose token may change meanwhile. */
export type Call = OutgoingRequest & { readonly by?: Bearer };

/** Sends calls, and reads their responses leniently. */
export class Caller {
  readonly client: Sending;
  readonly #masker: SecretMasker;
  readonly #settleMs: number;

  /** @param settleMs how long what was just created may be unknown to some processes */
  constructor(client: Sending, masker: SecretMasker, settleMs: number) {
    this.client = client;
    this.#masker = masker;
    this.#settleMs = settleMs;
  }

  /** A read that shows what is there now: a cache on the way may not answer it. */
  verifying(path: string, by: Bearer): Call {
    const request = this.request('GET', path, by);
    const headers = { ...request.headers, 'Cache-Control': 'no-cache' };
    return { ...request, headers, fresh: true };
  }

  request(method: 'GET' | 'POST' | 'DELETE', path: string, by?: Bearer): Call {
    return {
      ...(method === 'GET' ? {} : { method }),
      path: apiPath + path,
      headers: by ? { Authorization: `Bearer ${by.token}` } : {},
      ...(by ? { by } : {}),
      credential: by ? `$${by.variable}` : 'no Authorization header',
      purpose: 'setup',
      curl: by ? `-H "Authorization: Bearer $${by.variable}"` : '',
    };
  }

  /**
   * Makes a call. What was just created may be unknown (401, 404) for a moment; a session that was
   * ended is opened again, once.
   *
   * @throws CallFailed for what is not 2xx, and for a page in its place
   */
  async send(request: Call, { isNew = false, growth = 2 }: Patience = {}): Promise<Exchange> {
    const { by, ...plain } = request;
    const until = Date.now() + this.#settleMs;
    for (let pause = 50; ; pause = growth > 2 ? pause * growth : Math.min(pause * growth, 500)) {
      const headers = by
        ? { ...plain.headers, Authorization: `Bearer ${by.token}` }
        : plain.headers;
      const exchange = await this.client.send({ ...plain, headers });
      const status = exchange.response?.status ?? 0;
      if (status >= 200 && status <= 299) {
        if (isPage(exchange.response))
          throw new CallFailed(exchange, 'it was answered with a page');
        by?.onAccepted?.();
        return exchange;
      }
      const isShut = status === 401 || (status === 403 && plain.method !== undefined);
      if (isShut && (await by?.renew?.(status))) continue;
      // What the client sent again may be gone by the first of them.
      const isGone = plain.method === 'DELETE' && exchange.attempts > 1;
      const isUnknown = isNew && (status === 401 || status === 404) && !isGone;
      if (!isUnknown || Date.now() + pause > until) throw new CallFailed(exchange);
      await this.client.pause(pause);
    }
  }

  /** Reads a token, and has it watched for. */
  secret(exchange: Exchange, find: (answer: Answer) => string): string {
    const secret = this.read(exchange, find);
    this.#masker.add(secret);
    return secret;
  }

  /** @throws CallFailed that says what differs from the documentation */
  read<T>(exchange: Exchange, read: (answer: Answer) => T): T {
    try {
      return read(Answer.read(exchange.response?.body ?? Buffer.alloc(0)));
    } catch (error) {
      if (!(error instanceof Differs)) throw error;
      const why = `its answer is not what the documentation says: ${error.message}`;
      throw new CallFailed(exchange, why);
    }
  }
}

/** Whether somebody in front answered with a page: a portal may say in a word of HTML that it was done. */
function isPage(response: IncomingResponse | undefined): boolean {
  if (!response || mediaType(response) !== 'text/html') return false;
  return /^\s*</.test(response.body.subarray(0, 100).toString('latin1'));
}
