/** What a run did when; times are in milliseconds since it began. */
export interface RunTimeline {
  readonly phases: readonly {
    readonly name: string;
    readonly at: number;
    readonly durationMs: number;
  }[];
  /** When each request was sent, how long its answer took, and the status, which is 0 without an answer. */
  readonly requests: readonly (readonly [at: number, durationMs: number, status: number])[];
  /** When nothing was sent by somebody, and why; waits at the same time are one. */
  readonly waits: readonly {
    readonly at: number;
    readonly durationMs: number;
    readonly why: Why;
  }[];
}

/** `pacing`: before a request is sent again, or for `--rate`; `settling`: for a change to show, or for the portal's clock. */
type Why = 'pacing' | 'settling';

/** More requests than are sent with the longest `--long-list`. */
const most = 20_000;

/** Shorter waits are the clock's. */
const leastMs = 50;

/** Notes what a run does, from the first request to the last. */
export class Timeline {
  readonly startedAt = Date.now();
  readonly #phases: { name: string; at: number }[] = [];
  readonly #requests: [number, number, number][] = [];
  readonly #waits = new Map<Why, [from: number, to: number][]>();

  /** A phase begins, and the one before has ended. */
  enter(name: string): void {
    this.#phases.push({ name, at: Date.now() - this.startedAt });
  }

  /** A request that was sent at `sentAt`, in milliseconds since the epoch, has come to an end. */
  sent(sentAt: number, status = 0): void {
    if (this.#requests.length >= most) return;
    this.#requests.push([sentAt - this.startedAt, Date.now() - sentAt, status]);
  }

  /** Notes how long something is waited for. */
  async waiting(why: Why, wait: Promise<void>): Promise<void> {
    const from = Date.now() - this.startedAt;
    await wait;
    const to = Date.now() - this.startedAt;
    if (to - from < leastMs) return;
    const known = this.#waits.get(why) ?? [];
    const joined = known.filter(([start, end]) => start <= to && end >= from);
    const [starts, ends] = [joined.map(([start]) => start), joined.map(([, end]) => end)];
    const apart = known.filter((one) => !joined.includes(one));
    this.#waits.set(why, [...apart, [Math.min(from, ...starts), Math.max(to, ...ends)]]);
  }

  report(): RunTimeline {
    const now = Date.now() - this.startedAt;
    const phases = this.#phases.map(({ name, at }, index) => ({
      name,
      at,
      durationMs: (this.#phases[index + 1]?.at ?? now) - at,
    }));
    const waits = [...this.#waits].flatMap(([why, spans]) =>
      spans.map(([at, to]) => ({ at, durationMs: to - at, why })),
    );
    const byTime = (one: { at: number }, other: { at: number }) => one.at - other.at;
    const requests = this.#requests.toSorted(([one], [other]) => one - other);
    return { phases, requests, waits: waits.sort(byTime) };
  }
}
