import { Misconfigured } from '../contract/misconfigured.ts';
import { compareReports, renderComparison } from '../report/compare.ts';
import { readOldReport } from '../settings/report-file.ts';
import { type Call, complain } from './shared.ts';

/** Tells what changed between two runs. @returns 1 when something got worse */
export async function compareCommand(
  older: string,
  newer: string,
  { given, output }: Call,
): Promise<number> {
  try {
    const comparison = compareReports(readOldReport(older, 'OLD'), readOldReport(newer, 'NEW'));
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
