import { existsSync } from 'node:fs';
import { count } from '../contract/count.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { proposeBaseline } from '../report/baseline.ts';
import { refuseUnwritable, writeWhole } from '../report/write-file.ts';
import { readBaseline } from '../settings/baseline-file.ts';
import { readOldReport } from '../settings/report-file.ts';
import { type Call, complain } from './shared.ts';

/**
 * Proposes a baseline for the failures of a report. An existing file keeps what
 * people have written in it of failures that are still there.
 */
export async function baselineWriteCommand(path: string, { given, output }: Call): Promise<number> {
  try {
    const report = readOldReport(String(given.from), '--from');
    if (path !== '-') refuseUnwritable(path, 'The baseline');
    const earlier = path !== '-' && existsSync(path) ? readBaseline(path) : undefined;
    const text = proposeBaseline(report, earlier);
    if (path === '-') {
      output.out(text);
      return 0;
    }
    writeWhole(path, text);
    const open = [...text.matchAll(/"reason": "FILL IN/g)].length;
    output.out(
      open > 0
        ? `${path}: ${count(open, 'entry', 'entries')} to be filled in: reason, owner and expiry date\n`
        : `${path}: nothing to be filled in\n`,
    );
    return 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof Misconfigured) && code === undefined) throw error;
    complain(
      output,
      error instanceof Misconfigured
        ? error.message
        : `The file cannot be written (${code}): ${path}`,
    );
    return 2;
  }
}
