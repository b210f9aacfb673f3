import type { Persona } from '../contract/requirement.ts';
import type { Client } from '../http/client.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { clockOf, isOlder } from './clock.ts';
import type { Credential } from './credential.ts';
import { eventually } from './eventually.ts';
import type { Journal } from './journal.ts';
import { ListRead } from './list-read.ts';
import type { Patience } from './patience.ts';
import { listRequest } from './requests.ts';

/**
 * Waits until tokens show everywhere: one that was created a moment ago may not be known to
 * every process of the server yet.
 */
export class Propagation {
  readonly #client: Client;
  readonly #journal: Journal;
  readonly #credentials: readonly Credential[];
  readonly #tokens: readonly { readonly id: string; readonly persona: Persona }[];

  /** @param sandbox what the run created; without one, the tokens that were given are waited for */
  constructor(
    client: Client,
    journal: Journal,
    credentials: readonly Credential[],
    sandbox?: Sandbox,
  ) {
    this.#client = client;
    this.#journal = journal;
    this.#credentials = credentials;
    this.#tokens = sandbox
      ? sandbox.tokens.map(({ id, owner }) => ({ id, persona: owner.persona }))
      : credentials
          .filter(({ kind }) => kind === 'API token')
          .map(({ token, persona }) => ({ id: token, persona }));
  }

  /** Whether a list holds every token that is known to be of the reader's account. */
  hasReached({ credential, byId }: ListRead): boolean {
    const reader = this.#credentials.find(({ token }) => token === credential.token);
    const inside = reader?.persona !== 'outsider';
    return this.#tokens.every(
      ({ id, persona }) => (persona !== 'outsider') !== inside || byId.has(id),
    );
  }

  /**
   * Whether what a list lacks may be new: a token that some list makes older than the bound, by the
   * server's own clock, is known everywhere by now.
   */
  mayReach({ credential, byId }: ListRead, lists: readonly ListRead[], boundMs: number): boolean {
    const reader = this.#credentials.find(({ token }) => token === credential.token);
    const inside = reader?.persona !== 'outsider';
    return this.#tokens
      .filter(({ id, persona }) => (persona !== 'outsider') === inside && !byId.has(id))
      .some(
        ({ id }) =>
          !lists.some(({ byId: held, exchange }) =>
            isOlder(held.get(id), clockOf(exchange, undefined), boundMs),
          ),
      );
  }

  /** Waits until every credential is listed them, or until the bound has passed. */
  async wait(patience: Patience, signal: AbortSignal): Promise<void> {
    const wait = {
      boundMs: patience.settleMs,
      signal,
      wait: (ms: number) => this.#client.pause(ms),
      onHeld: (ms: number) => patience.saw(ms),
    };
    const against = await Promise.all(
      this.#credentials.map((credential) => {
        const readNow = async () => {
          const exchange = await this.#client.send({
            ...listRequest(credential, 'setup'),
            fresh: true,
          });
          const read = new ListRead(credential, exchange);
          this.#journal.add(read);
          return read;
        };
        return eventually(readNow, (read) => this.hasReached(read), wait);
      }),
    );
    // What an answer lacks to the end, it lacks; no answer says nothing.
    if (against.some((read) => read?.usable)) patience.spend();
  }
}
