import type { Output } from '../report/output.ts';
import type { Run } from '../run/run.ts';

/** Often enough to look alive, seldom enough to read. */
const everyMs = 80;
const clear = '\r\u001b[K';

/**
 * Shows on a terminal how far a run is, in one line that is written over.
 *
 * @returns what removes the line
 */
export function showProgress(run: Run, { err, isTerminal }: Output): () => void {
  if (!isTerminal) return () => {};
  const show = () => {
    const { step, done, total } = run.progress;
    err(`${clear}${step}${total > 0 ? ` ${done} of ${total}` : ''} …`);
  };
  const timer = setInterval(show, everyMs);
  show();
  return () => {
    clearInterval(timer);
    err(clear);
  };
}
