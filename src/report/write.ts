import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Report } from './report.ts';

export interface Destination {
  readonly format: 'json';
  /** A file, or `-` for standard output. */
  readonly path: string;
}

/**
 * Writes a report in each of the forms asked for.
 *
 * @param print writes to standard output
 * @returns what went wrong, in sentences
 */
export function writeReports(
  report: Report,
  destinations: readonly Destination[],
  print: (text: string) => void,
): string[] {
  return destinations.flatMap(({ path }) => {
    const text = `${JSON.stringify(report, undefined, 2)}\n`;
    try {
      if (path === '-') {
        print(text);
      } else {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
      return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return [`The report cannot be written (${code}): ${path}`];
    }
  });
}
