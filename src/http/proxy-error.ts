import type { Failure } from './exchange.ts';

/** What a proxy answered CONNECT: nothing of it is the target's. */
export interface ConnectAnswer {
  readonly status: number;
  /** The schemes by which it wants to be shown who asks: `negotiate`. */
  readonly schemes: readonly string[];
  /** Whether it was given a user. */
  readonly hasLogin: boolean;
}

/** A proxy did not open a tunnel. */
export class ProxyError extends Error {
  readonly #answer: ConnectAnswer | undefined;
  readonly #via: string;

  /**
   * @param via the proxy, and what names it: `proxy.test:3128 (HTTPS_PROXY)`
   * @param answer what it answered; undefined when it did not, and `cause` says why
   */
  constructor(via: string, answer?: ConnectAnswer, cause?: unknown) {
    super('a proxy did not open a tunnel', { cause });
    this.#via = via;
    this.#answer = answer;
  }

  /** @param causeOf reads the failure of a connection */
  failure(causeOf: (error: unknown) => Failure): Failure {
    const proxy = `the proxy ${this.#via}`;
    if (!this.#answer) {
      const { kind, sentence } = causeOf(this.cause);
      const isKept = ['refused', 'unreachable', 'timeout', 'broken'].includes(kind);
      return { kind: isKept ? kind : 'proxy', sentence: `at ${proxy}, ${sentence}` };
    }
    const { status, schemes, hasLogin } = this.#answer;
    if (status === 407)
      return { kind: 'proxy', sentence: `${proxy} ${loginOf(schemes, hasLogin)}` };
    // Nothing was sent: it is waited for as a target is that refuses connections.
    if (status === 429 || status >= 500)
      return {
        kind: 'refused',
        sentence: `${proxy} could not reach the target (${status})`,
        isOfConnecting: true,
      };
    return Number.isNaN(status)
      ? { kind: 'proxy', sentence: `${proxy} does not answer CONNECT in HTTP: is it a proxy?` }
      : {
          kind: 'proxy',
          sentence: `${proxy} refused to connect to the target (${status}): its rules do not allow this host or port, or it is no proxy`,
          isOfConnecting: true,
        };
  }
}

function loginOf(schemes: readonly string[], hasLogin: boolean): string {
  if (schemes.length > 0 && !schemes.includes('basic'))
    return `wants a login by ${schemes.join(' or ')} (407), of which none is spoken here: Basic alone is`;
  return hasLogin
    ? 'refused the user and password in its URL (407)'
    : 'wants a login (407): give its user and password in its URL (--proxy, HTTPS_PROXY), from a variable';
}
