import { Misconfigured } from '../contract/misconfigured.ts';
import type { Baseline } from '../report/baseline.ts';
import { lineOf, readJsonFile } from './json-file.ts';

interface BaselineFile {
  readonly failures: readonly {
    readonly requirement: string;
    readonly finding?: string;
    readonly reason: string;
    readonly owner: string;
    readonly expires: string;
    readonly intermittent?: boolean;
  }[];
}

/** Reads a baseline, each entry with its line. @throws Misconfigured */
export function readBaseline(file: string): Baseline {
  const { value, text } = readJsonFile<BaselineFile>(file, '--baseline', 'baseline');
  const lines = value.failures.map((_, index) => lineOf(text, ['failures', index]));
  for (const [index, { expires }] of value.failures.entries()) {
    if (isDay(expires)) continue;
    throw new Misconfigured(
      `${file}, line ${lines[index]}: "expires" is not a valid date: ${expires}`,
    );
  }
  const failures = value.failures.map((entry, index) => ({
    ...entry,
    finding: entry.finding ?? null,
    line: lines[index] ?? 1,
  }));
  return { file, failures };
}

/** There is no 31st of February. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
