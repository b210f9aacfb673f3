import { Misconfigured } from '../contract/misconfigured.ts';
import type { Baseline } from '../report/baseline.ts';
import { readJsonFile } from './json-file.ts';

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
  const { value, text } = readJsonFile<BaselineFile>(file, '--baseline', 'baseline', lineAt);
  const lines = linesOfEntries(text);
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

function lineAt(text: string, pointer: string): string {
  const [, index] = /^\/failures\/(\d+)/.exec(pointer) ?? [];
  return index === undefined ? '' : `, line ${linesOfEntries(text)[Number(index)]}`;
}

/** The lines on which the entries begin: objects in the array of the outermost object. */
function linesOfEntries(text: string): number[] {
  const lines: number[] = [];
  let [depth, line] = [0, 1];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}\n]/gs)) {
    if (token === '\n') line += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (token === '[' || token === '{') {
      depth += 1;
      if (depth === 3) lines.push(line);
    }
  }
  return lines;
}
