import { delay } from './delay.ts';

/** The longest pause of everybody that a server did not ask for, in milliseconds. */
const maxPauseMs = 1000;

/** Refusals that lie further apart have nothing to do with each other, in milliseconds. */
const memoryMs = 10_000;

/**
 * Fewer responses than this say nothing of how many a second are allowed; nor do those while fewer
 * requests wait: who waits for one response at a time sends as fast as it can, not as fast as it may.
 */
const fewest = 5;

/** The last so many responses say it: those before came at the pace of then. */
const mostCounted = 10;

/** More requests a second than this are no limit that anybody sets for one client. */
const mostAdvised = 200;

/** By how much the pace grows with each response, so that a server that recovers is used again. */
const growth = { share: 0.005, least: 0.1 };

/**
 * Paces all requests of a run: the first 429 or 503 slows everybody, what Retry-After asks for is
 * kept by everybody, and from the second on the pace is what the server let pass of late.
 */
export class Limiter {
  /** Requests a second. */
  #pace: number;
  readonly #ceiling: number;
  /** When the next request may go out, in milliseconds since the epoch. */
  #next = 0;
  #notBefore = 0;
  #refusedAt = 0;
  /** Refusals of requests that went out after the one before was known. */
  #refusals = 0;
  #row = 0;
  /** When the last responses came that were no refusals, in milliseconds since the epoch. */
  #passed: number[] = [];

  /** @param rate requests a second at most */
  constructor(rate = Number.POSITIVE_INFINITY) {
    this.#pace = rate;
    this.#ceiling = rate;
  }

  /** Waits for its turn; not longer than until it is ended. */
  async turn(signal: AbortSignal): Promise<void> {
    const at = Math.max(Date.now(), this.#next, this.#notBefore);
    this.#next = at + 1000 / this.#pace;
    for (let until = at; Date.now() < until; until = Math.max(until, this.#notBefore)) {
      if (signal.aborted) {
        // Turns that nobody takes are not waited for by what cleans up.
        this.#next = Math.min(this.#next, Date.now());
        return;
      }
      await delay(until - Date.now(), signal);
    }
  }

  /**
   * A response that was no refusal.
   *
   * @param waiting how many requests are not answered yet
   */
  passed(waiting: number): void {
    this.#passed = waiting < fewest ? [] : [...this.#passed, Date.now()].slice(-mostCounted);
    const more = Math.max(growth.least, growth.share * this.#pace);
    this.#pace = Math.min(this.#ceiling, this.#pace + more);
  }

  /**
   * A 429 or a 503.
   *
   * @param sentAt when the request went out, in milliseconds since the epoch
   * @param waiting how many requests are not answered yet
   * @param retryAfterMs what the server asks to wait, if it does
   */
  refused(sentAt: number, waiting: number, retryAfterMs?: number): void {
    const now = Date.now();
    if (retryAfterMs !== undefined) this.#notBefore = Math.max(this.#notBefore, now + retryAfterMs);
    // It was in flight when the server said so already; or may come again at once.
    if (sentAt < this.#refusedAt || retryAfterMs === 0) return;
    this.#row = now - this.#refusedAt < memoryMs ? this.#row + 1 : 0;
    if (this.#row > 0 && waiting >= fewest) this.#learn(now);
    const pause = retryAfterMs ?? this.#pauseMs;
    this.#notBefore = Math.max(this.#notBefore, now + pause);
    this.#next = Math.max(this.#next, this.#notBefore);
    this.#refusedAt = now;
    this.#refusals += 1;
  }

  #learn(now: number): void {
    const [from] = this.#passed;
    const count = this.#passed.length;
    if (from === undefined || count < fewest) return;
    const allowed = (1000 * count) / Math.max(1, now - from);
    this.#pace = Math.min(this.#pace, Math.max(1, 0.9 * allowed));
  }

  /** Two turns where the pace is known, longer and longer where it is not. */
  get #pauseMs(): number {
    const known = Number.isFinite(this.#pace) ? 2000 / this.#pace : 50 * 2 ** this.#row;
    return Math.min(known, maxPauseMs);
  }

  /** What a server that limits requests has shown, and the option to use; undefined for others. */
  get advice(): string | undefined {
    if (this.#refusals < 2) return undefined;
    const rate = Number.isFinite(this.#pace)
      ? Math.max(1, Math.floor(this.#pace * 0.9))
      : undefined;
    // At such a pace it is not about the rate: a gateway loses requests, or a rule refuses what they hold.
    if (rate !== undefined && rate > mostAdvised) return undefined;
    const option = rate === undefined ? '--concurrency 1' : `--rate ${rate}`;
    return `The server limits requests (429 or 503, ${this.#refusals} times): ${option} keeps below it from the start.`;
  }
}
