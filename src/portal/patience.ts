/** What did not heal within the bound does not heal, and people who develop wait for it at every save. */
const shortMs = 2000;

/** A change that took longer than this to show was late: processes of the portal lag. */
const lateMs = 500;

/**
 * How long a run waits for what may still come: the settle bound, until a fault has shown that
 * waiting so long is in vain. Where the run has seen something come late, it is the bound again.
 */
export class Patience {
  readonly settleMs: number;
  readonly #inVain = new Set<string>();
  #hasSeenLag = false;
  #isSpent = false;

  constructor(settleMs: number) {
    this.settleMs = settleMs;
  }

  /** How long a wait may take now, in milliseconds. @param attempt of the check, from 0 */
  boundOf(attempt: number): number {
    const isShort = (attempt > 0 || this.#isSpent) && !this.#hasSeenLag;
    return isShort ? Math.min(this.settleMs, shortMs) : this.settleMs;
  }

  /** Notes how long something took to show, in milliseconds. */
  saw(ms: number): void {
    this.#hasSeenLag ||= ms > lateMs;
  }

  /** Notes that what a check waited for to the end did not come: some may stay away. */
  sawNothing(check: string): void {
    this.#inVain.add(check);
  }

  /** Notes that a check has found a fault: if it waited for the end, so will nothing else. */
  foundFault(check: string): void {
    if (this.#inVain.has(check)) this.spend();
  }

  /** Notes that something will not come. */
  spend(): void {
    this.#isSpent = true;
  }
}
