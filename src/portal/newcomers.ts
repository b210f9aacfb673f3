import { isMilliseconds } from '../contract/json.ts';
import type { Client } from '../http/client.ts';
import type { Credential } from './credential.ts';
import { eventually } from './eventually.ts';
import type { ListRead } from './list-read.ts';

/**
 * How long a rejected token is left alone before it is tried again, in milliseconds: seldom, for
 * a guard counts wrong tokens.
 */
const pauses = [30, 120, 400];

/** Tokens that one process rejects and another accepts: they may be a moment old. */
export class Newcomers {
  readonly #client: Client;
  readonly #settleMs: number;
  readonly #signal: AbortSignal;
  /** What no process accepted. */
  readonly #rejected = new Set<Credential>();

  constructor(client: Client, settleMs: number, signal: AbortSignal) {
    this.#client = client;
    this.#settleMs = settleMs;
    this.#signal = signal;
  }

  /**
   * Waits until a token that was rejected is accepted everywhere, or until the bound has passed.
   *
   * @param readNow on a connection of its own, so that any process may respond
   * @returns what it reads then; undefined when no process accepts it
   */
  async follow(
    credential: Credential,
    readNow: () => Promise<ListRead>,
  ): Promise<ListRead | undefined> {
    if (this.#rejected.has(credential)) return undefined;
    for (const pause of pauses) {
      await this.#client.pause(pause);
      if ((await readNow()).rejected) continue;
      await eventually(readNow, ({ rejected }) => !rejected, {
        boundMs: this.#settleMs,
        signal: this.#signal,
        wait: (ms) => this.#client.pause(ms),
      });
      return readNow();
    }
    this.#rejected.add(credential);
    return undefined;
  }
}

/** Reads of one credential that were rejected since a time, in milliseconds since the epoch. */
export function rejectedSince(reads: readonly ListRead[], since = 0): readonly ListRead[] {
  return reads.filter(({ rejected, exchange }) => rejected && exchange.sentAt >= since);
}

/** Whether a token that was given may be a moment old: its record says so, and a session has none. */
export function isNew(
  reads: readonly ListRead[],
  clock: (list: ListRead) => { now: number; grace: number },
  settleMs: number,
): boolean {
  const list = reads.find(({ credential, byId }) => byId.has(credential.token));
  const createdAt = list?.byId.get(list.credential.token)?.createdAt;
  if (!list || !isMilliseconds(createdAt)) return true;
  const { now, grace } = clock(list);
  return createdAt >= now - grace - settleMs;
}
