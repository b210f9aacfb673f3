import { Inconclusive } from '../contract/finding.ts';
import type { ListRead } from './list-read.ts';

/**
 * So many responses in a row must agree before a change counts as known everywhere: with two
 * processes of which one lags, all eight come from the other once in 256 times.
 */
const inARow = 8;

/** Whether a response is as it should be; `never` when it is wrong in a way that no wait heals. */
export type Holds = (read: ListRead) => boolean | 'never';

export interface Wait {
  /** How long at most, in milliseconds. */
  readonly boundMs: number;
  readonly signal: AbortSignal;
  /** Waits so many milliseconds; not longer than the run. */
  readonly wait: (ms: number) => Promise<void>;
  /** How many responses in a row; fewer where each is a wrong token to a guard that counts them. */
  readonly times?: number | undefined;
  /** Told how long it took until the responses were asked for that are as they should be, in milliseconds. */
  readonly onHeld?: (ms: number) => void;
}

/**
 * Reads until every response is as it should be, or until the bound has passed.
 *
 * @param read on a connection of its own, so that any server process may respond
 * @returns a response that was not as it should be; undefined when the change shows everywhere
 */
export async function eventually(
  read: () => Promise<ListRead>,
  holds: Holds,
  { boundMs, signal, wait, times = inARow, onHeld }: Wait,
): Promise<ListRead | undefined> {
  const begunAt = Date.now();
  const pause = pausesOf({ boundMs, wait }, 1500);
  for (;;) {
    const askedAt = Date.now();
    const reads = await Promise.all(Array.from({ length: times }, read));
    const lost = reads.find((response) => holds(response) === 'never');
    if (lost) return lost;
    const against = reads.find((response) => !holds(response));
    if (!against) onHeld?.(askedAt - begunAt);
    if (!against || signal.aborted || !(await pause())) return against;
  }
}

/**
 * Pauses, each twice as long as the one before it, up to a most, in milliseconds. What comes just within
 * the bound is in time: the last of them ends there.
 *
 * @returns waits; false when the bound has passed
 */
function pausesOf({ boundMs, wait }: Pick<Wait, 'boundMs' | 'wait'>, most: number) {
  const until = Date.now() + boundMs;
  let [next, isLast] = [20, false];
  return async (): Promise<boolean> => {
    const left = until - Date.now();
    if (isLast || left <= 0) return false;
    isLast = left <= next;
    await wait(Math.min(next, left));
    next = Math.min(next * 2, most);
    return true;
  };
}

/** What a search found that should not be there. */
export interface Standing {
  readonly key: string;
  /** Whether it is older than the bound: it is final soon. */
  readonly isSettled?: boolean;
}

/**
 * Searches round after round for what should not be there.
 *
 * @param roundAfter the round to search after another one
 * @returns what every search found, by its key, when the bound has passed
 * @throws Inconclusive when the run ends before
 */
export async function standingOf<T extends Standing>(
  find: (round: number) => Promise<readonly T[]>,
  { boundMs, signal, wait, onHeld, roundAfter }: Wait & { roundAfter: (round: number) => number },
): Promise<readonly T[]> {
  const begunAt = Date.now();
  const pause = pausesOf({ boundMs, wait }, 500);
  let round = 0;
  let standing = await find(round);
  for (let looks = 1; standing.length > 0; looks += 1) {
    if (signal.aborted) throw new Inconclusive(`${signal.reason}`);
    if (looks > 3 && standing.every(({ isSettled }) => isSettled)) return standing;
    if (!(await pause())) return standing;
    const askedAt = Date.now();
    round = roundAfter(round);
    const before = new Set(standing.map(({ key }) => key));
    standing = (await find(round)).filter(({ key }) => before.has(key));
    if (standing.length === 0) onHeld?.(askedAt - begunAt);
  }
  return standing;
}
