import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Destination, render } from './formats/formats.ts';
import { renderText } from './formats/text.ts';
import { inert, inertReport } from './inert.ts';
import type { Output } from './output.ts';
import type { Report } from './report.ts';

export interface Delivery {
  readonly reports: readonly Destination[];
  /** `none` for a call that was wrong before it became a run: its message was printed already. */
  readonly detail: 'none' | 'quiet' | 'normal' | 'verbose';
  /** Whether the log is read by GitHub Actions, which turns commands into annotations. */
  readonly annotate: boolean;
}

/** Writes the reports and prints the text of a run. @returns the exit code */
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
    tell(
      renderText(inertReport(report), { color: toStdout ? color.err : color.out, detail, written }),
    );
  }
  if (annotate) {
    const { renderAnnotations } = await import('./formats/github.ts');
    tell(renderAnnotations(inertReport(report)));
  }
  for (const sentence of trouble) err(`portal-conformance: ${inert(sentence)}\n`);
  return report.exitCode || (trouble.length > 0 ? 2 : 0);
}

/**
 * Writes a report in each of the requested forms.
 *
 * @param print writes to standard output
 * @returns what went wrong, in sentences
 */
export async function writeReports(
  report: Report,
  destinations: readonly Destination[],
  print: (text: string) => void,
): Promise<string[]> {
  const trouble: string[] = [];
  for (const { format, path } of destinations) {
    const text = await render(report, format);
    try {
      if (path === '-') {
        print(text);
      } else {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      trouble.push(`The report cannot be written (${code}): ${path}`);
    }
  }
  return trouble;
}
