import type { Output } from '../report/output.ts';
import type { Run } from '../run/run.ts';
import type { Settings } from '../settings/settings.ts';

/** Often enough to look alive, seldom enough to read. */
const everyMs = 80;
const clear = '\r\u001b[K';

/**
 * Shows how far a run is.
 *
 * @param form a line where nothing is said, and where there is a terminal
 * @returns what ends it
 */
export function showProgress(
  run: Run,
  { err, isTerminal }: Output,
  form: Settings['progress'] = isTerminal ? 'line' : 'none',
): () => void {
  if (form === 'none') return () => {};
  let last = '';
  const show = () => {
    const { step, done, total } = run.progress;
    if (form === 'line') {
      err(`${clear}${step}${total > 0 ? ` ${done} of ${total}` : ''} …`);
      return;
    }
    const line = `${JSON.stringify({ step, done, total })}\n`;
    if (line !== last) err(line);
    last = line;
  };
  const timer = setInterval(show, everyMs);
  show();
  return () => {
    clearInterval(timer);
    if (form === 'line') err(clear);
    else show();
  };
}
