import { Misconfigured } from '../contract/misconfigured.ts';
import { writeReports } from '../report/deliver.ts';
import { readOldReport } from '../settings/report-file.ts';
import { readReports } from '../settings/values.ts';
import { type Call, complain } from './shared.ts';

/** Converts a saved report to other formats. @returns the exit code */
export async function reportCommand(
  destinations: readonly string[],
  { given, output }: Call,
): Promise<number> {
  try {
    const report = readOldReport(String(given.from), '--from');
    const trouble = await writeReports(report, readReports(destinations), output);
    for (const sentence of trouble) complain(output, sentence);
    return trouble.length > 0 ? 2 : 0;
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    complain(output, error.message);
    return 2;
  }
}
