import { delay } from '../http/delay.ts';
import type { ListRead } from './list-read.ts';

/** So many answers in a row must eventually before a change counts as known everywhere. */
const answers = 8;

/**
 * Asks until all answers are as they should be, or until the bound has passed.
 *
 * @param ask on a connection of its own, so that any server process may answer
 * @returns an answer that was not as it should be, or undefined when the change has settled
 */
export async function eventually(
  request: () => Promise<ListRead>,
  holds: (read: ListRead) => boolean,
  boundMs: number,
  signal: AbortSignal,
): Promise<ListRead | undefined> {
  const until = Date.now() + boundMs;
  for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
    const reads = await Promise.all(Array.from({ length: answers }, request));
    const against = reads.find((read) => !holds(read));
    if (!against || signal.aborted || Date.now() + pause > until) return against;
    await delay(pause, signal);
  }
}
