import { delay } from './delay.ts';

/** The longest pause of everybody that a server did not ask for, in milliseconds. */
const maxPauseMs = 1000;

/** Refusals that lie further apart have nothing to do with each other, in milliseconds. */
const memoryMs = 10_000;

/** So few responses say nothing of how many a second are allowed. */
const fewest = 5;

/** More requests a second than this are no limit that anybody sets for one client. */
const mostAdvised = 200;

/** By how much the pace grows with each response, so that a server that recovers is used again. */
const growth = 1.005;

/**
 * Paces all requests of a run: the first 429 or 503 slows everybody, what Retry-After asks for is
 * kept by everybody, and from the second on the pace is what the server let pass between two.
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
  /** What is counted until it says something, and since when: other responses, and refusals. */
  #counted = { from: 0, passed: 0, refused: 0 };

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

  /** A response that was no refusal. */
  passed(): void {
    this.#counted.passed += 1;
    this.#pace = Math.min(this.#ceiling, this.#pace * growth);
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
    this.#learn(now, waiting);
    const pause = retryAfterMs ?? this.#pauseMs;
    this.#notBefore = Math.max(this.#notBefore, now + pause);
    this.#next = Math.max(this.#next, this.#notBefore);
    this.#refusedAt = now;
    this.#refusals += 1;
  }

  /** Far too fast, a run sees few responses between two refusals: those between several count, too. */
  #learn(now: number, waiting: number): void {
    this.#counted.refused += 1;
    const { from, passed, refused } = this.#counted;
    // Who waits for one response at a time sends as fast as it can, not as fast as it may.
    const isPressed = this.#row > 0 && waiting >= fewest;
    if (isPressed && passed < fewest) return;
    // One of several that is refused now and then has nothing to do with the pace.
    if (isPressed && (refused === 1 || refused >= passed / 2))
      this.#pace = Math.min(this.#pace, Math.max(1, (900 * (passed + 1)) / (now - from)));
    this.#counted = { from: now, passed: 0, refused: 0 };
  }

  /** Two turns where the pace is known, longer and longer where it is not. */
  get #pauseMs(): number {
    const known = Number.isFinite(this.#pace) ? 2000 / this.#pace : 100 * 2 ** this.#row;
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
