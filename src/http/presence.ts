import type { Outcome } from './exchange.ts';

/** How long a server that answered before may refuse connections at least, in milliseconds: it restarts. */
const leastGoneMs = 5000;

/** How long a server is waited for that has never answered, in milliseconds, from an attempt on. */
const firstPatienceMs = 2000;

/** Whether anything answers at a target. */
export class Presence {
  readonly #patienceMs: number;
  readonly #onGone: (() => void) | undefined;
  #isThere = false;
  /** Since when nothing but refused connections came back. */
  #refusedSince: number | undefined;

  /** @param onGone told, again and again, that a target which answered before refuses every connection */
  constructor(patienceMs: number, onGone?: () => void) {
    this.#patienceMs = patienceMs;
    this.#onGone = onGone;
  }

  /** Whether anything has answered yet. */
  get isThere(): boolean {
    return this.#isThere;
  }

  note({ response, failure }: Outcome, sentAt: number): void {
    if (failure?.kind === 'refused' && this.#isThere) {
      this.#refusedSince ??= sentAt;
      const bound = Math.max(this.#patienceMs, leastGoneMs);
      if (Date.now() - this.#refusedSince > bound) this.#onGone?.();
    } else if (failure?.kind !== 'aborted') this.#refusedSince = undefined;
    if (response) this.#isThere = true;
  }

  /** Until when a request is sent again: where nothing ever answered, a port is wrong more often than a server is late. */
  patience(until: number, { failure }: Outcome, sentAt: number): number {
    const isUnknown = failure?.kind === 'refused' && !this.#isThere;
    return isUnknown ? Math.min(until, sentAt + firstPatienceMs) : until;
  }
}
