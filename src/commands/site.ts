import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Misconfigured } from '../contract/misconfigured.ts';
import { type Entry, indexesIn, readReport } from '../fleet/folder.ts';
import { readHistory } from '../fleet/history.ts';
import { OptionReader } from '../settings/option-reader.ts';
import { fleetData } from '../site/fleet-data.ts';
import { siteOf } from '../site/site.ts';
import { type Call, complain } from './shared.ts';

/** Writes static pages of what a fleet wrote. @returns the exit code */
export async function siteCommand(folder: string, { given, output }: Call): Promise<number> {
  try {
    const reader = new OptionReader(given, undefined);
    const out = reader.text('out') ?? 'site';
    const history = reader.text('history');
    if (history !== undefined && !existsSync(history))
      throw new Misconfigured(`The file of --history is not there: ${history}`);
    const entries = new Map(
      indexesIn(folder)
        .flat()
        .map((entry) => [entry.id, entry]),
    );
    const data = fleetData(
      readEach(folder, [...entries.values()]),
      history === undefined ? [] : readHistory(history),
    );
    const reportOf = (id: string) => readReport(folder, entries.get(id) as Entry);
    let count = 0;
    for (const [path, text] of siteOf(data, reportOf)) {
      write(join(out, path), text);
      count += 1;
    }
    output.out(`${count} files in ${out}: open ${join(out, 'index.html')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    complain(output, error.message);
    return 2;
  }
}

/** One after the other: a thousand reports at once are more than they are worth. */
function* readEach(folder: string, entries: readonly Entry[]) {
  for (const entry of entries) yield { entry, report: readReport(folder, entry) };
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`The folder of --out cannot be written (${code}): ${path}`);
  }
}
