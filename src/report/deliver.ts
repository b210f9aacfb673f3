import { type Destination, lackOf, render } from './formats/formats.ts';
import { renderText } from './formats/text.ts';
import { inert, inertReport } from './inert.ts';
import type { Output } from './output.ts';
import type { Report } from './report.ts';
import { writeWhole } from './write-file.ts';

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
  output: Output,
): Promise<number> {
  const { out, err, look } = output;
  const trouble = await writeReports(report, reports, output);
  const toStdout = reports.some(({ path }) => path === '-');
  const tell = toStdout ? err : out;
  if (detail !== 'none') {
    const written = trouble.length === 0 ? reports : [];
    tell(renderText(inertReport(report), { ...(toStdout ? look.err : look.out), detail, written }));
  }
  const isAnnotated = reports.some(({ format, path }) => format === 'github' && path === '-');
  if (annotate && !isAnnotated) {
    const { renderAnnotations } = await import('./formats/github.ts');
    tell(renderAnnotations(inertReport(report)));
  }
  for (const sentence of trouble) err(`portal-conformance: ${inert(sentence)}\n`);
  return report.exitCode || (trouble.length > 0 ? 2 : 0);
}

/**
 * Writes a report in each of the requested forms.
 *
 * @returns what went wrong, in sentences
 */
export async function writeReports(
  report: Report,
  destinations: readonly Destination[],
  { out, flushed }: Pick<Output, 'out' | 'flushed'>,
): Promise<string[]> {
  const trouble: string[] = [];
  for (const { format, path } of destinations) {
    const lack = await lackOf(report, format);
    if (lack !== undefined) {
      trouble.push(`${format} is not written: ${lack}`);
      continue;
    }
    const text = await render(report, format);
    try {
      if (path === '-') {
        out(text);
      } else {
        writeWhole(path, text);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      trouble.push(`The report cannot be written (${code}): ${path}`);
    }
  }
  const isPrinted = destinations.some(({ path }) => path === '-');
  const lost = isPrinted ? await flushed() : undefined;
  if (lost) trouble.push(`The report cannot be written to standard output (${lost}).`);
  return trouble;
}
