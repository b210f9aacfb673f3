import { Misconfigured } from '../contract/misconfigured.ts';
import { compareReports, renderComparison } from '../report/compare.ts';
import { writeWhole } from '../report/write-file.ts';
import { readOldReport } from '../settings/report-file.ts';
import { type Call, complain } from './shared.ts';

/** Tells what changed between two runs. @returns 1 when something got worse */
export async function compareCommand(
  older: string,
  newer: string,
  { given, output }: Call,
): Promise<number> {
  try {
    const [old, now] = [readOldReport(older, 'OLD'), readOldReport(newer, 'NEW')];
    const comparison = compareReports(old, now);
    if (typeof given.html === 'string') {
      const { comparePage } = await import('../site/compare-page.ts');
      writePage(given.html, comparePage(old, now, comparison));
    }
    output.out(
      given.json === true
        ? `${JSON.stringify(comparison, undefined, 2)}\n`
        : renderComparison(comparison),
    );
    return comparison.isWorse ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    complain(output, error.message);
    return 2;
  }
}

/** @throws Misconfigured when it cannot be written */
function writePage(path: string, text: string): void {
  try {
    writeWhole(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`The file of --html cannot be written (${code}): ${path}`);
  }
}
