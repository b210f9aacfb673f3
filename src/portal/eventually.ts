import { delay } from '../http/delay.ts';
import type { ListRead } from './list-read.ts';

/**
 * So many responses in a row must agree before a change counts as known everywhere: with two
 * processes of which one lags, all eight come from the other once in 256 times.
 */
const inARow = 8;

/** Whether a response is as it should be; `never` when it is wrong in a way that no wait heals. */
export type Holds = (read: ListRead) => boolean | 'never';

/**
 * Reads until every response is as it should be, or until the bound has passed.
 *
 * @param read on a connection of its own, so that any server process may respond
 * @param times how many responses in a row; fewer where each is a wrong token to a guard that counts them
 * @returns a response that was not as it should be; undefined when the change shows everywhere
 */
export async function eventually(
  read: () => Promise<ListRead>,
  holds: Holds,
  boundMs: number,
  signal: AbortSignal,
  times = inARow,
): Promise<ListRead | undefined> {
  const until = Date.now() + boundMs;
  for (let pause = 20; ; pause = Math.min(pause * 2, 1500)) {
    const reads = await Promise.all(Array.from({ length: times }, read));
    const lost = reads.find((response) => holds(response) === 'never');
    if (lost) return lost;
    const against = reads.find((response) => !holds(response));
    if (!against || signal.aborted || Date.now() + pause > until) return against;
    await delay(pause, signal);
  }
}
