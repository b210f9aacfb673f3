import {
  accessSync,
  constants,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Misconfigured } from '../contract/misconfigured.ts';
import { type Destination, lackOf, render } from './formats/formats.ts';
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

/** Finds out before a run what would keep its reports from being written. @throws Misconfigured */
export function refuseUnwritable(destinations: readonly Destination[]): void {
  for (const { path } of destinations) {
    if (path === '-') continue;
    try {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      // A file is replaced, which its folder has to allow; a device or a pipe is written to.
      const isReplaced = found === undefined || found.isFile();
      accessSync(isReplaced ? existing(dirname(path)) : path, constants.W_OK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new Misconfigured(`The report cannot be written (${code}): ${path}`);
    }
  }
}

/** The part of a folder's path that is there already. */
function existing(folder: string): string {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  return found || dirname(folder) === folder ? folder : existing(dirname(folder));
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
        makeFolder(dirname(path));
        replaceFile(path, text);
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

/** Node's own does not return where a folder can never be, such as under /proc. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Writes a file beside the earlier one and renames it, so that a full disk keeps the earlier one. */
function replaceFile(path: string, text: string): void {
  // A device or a pipe has no earlier content, and cannot be replaced.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(path, text);
    return;
  }
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
