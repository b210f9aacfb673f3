import { type Destination, writeReports } from './formats/formats.ts';
import { renderConsole } from './formats/text.ts';
import { inert } from './inert.ts';
import type { Output } from './output.ts';
import type { Report } from './report.ts';

export interface Delivery {
  readonly reports: readonly Destination[];
  /** `none` for a call that was wrong before it became a run: its message is told already. */
  readonly detail: 'none' | 'quiet' | 'normal' | 'verbose';
  /** Whether the log is read by GitHub Actions, which turns commands into annotations. */
  readonly annotate: boolean;
}

/** Writes the reports and tells the story of a run. @returns the exit code */
export async function deliver(
  report: Report,
  { reports, detail, annotate }: Delivery,
  { out, err, color }: Output,
): Promise<number> {
  const trouble = await writeReports(report, reports, out);
  const toStdout = reports.some(({ path }) => path === '-');
  const tell = toStdout ? err : out;
  if (detail !== 'none') {
    const written = trouble.length === 0 ? reports : [];
    tell(renderConsole(report, { color: toStdout ? color.err : color.out, detail, written }));
  }
  if (annotate) {
    const { renderAnnotations } = await import('./formats/github.ts');
    tell(renderAnnotations(report));
  }
  for (const sentence of trouble) err(`portal-conformance: ${inert(sentence)}\n`);
  return report.exitCode || (trouble.length > 0 ? 2 : 0);
}
