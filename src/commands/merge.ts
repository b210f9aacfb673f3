import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Misconfigured } from '../contract/misconfigured.ts';
import { exitCodeOf } from '../fleet/fleet.ts';
import { Folder, indexesIn, readReport } from '../fleet/folder.ts';
import { merge } from '../fleet/merge.ts';
import { OptionReader } from '../settings/option-reader.ts';
import { historian, lineOf, selectedOf, summaryOf, targetsOf } from './fleet.ts';
import { type Call, complain } from './shared.ts';

/** Joins what the shards of a fleet wrote. @returns the exit code of the fleet */
export async function mergeCommand(
  folders: readonly string[],
  { given, output }: Call,
): Promise<number> {
  try {
    const reader = new OptionReader(given, {});
    const { targets, digest } = targetsOf(reader);
    const selected = selectedOf(targets, reader);
    const indexes = folders.flatMap((folder) =>
      indexesIn(folder).map((entries) => ({ folder, entries })),
    );
    const { entries, missing } = merge(selected, digest, indexes);
    // One that cannot be read would be missed when somebody looks for it.
    for (const { entry, folder } of entries) readReport(folder, entry);
    const note = historian(reader.text('history'));
    if (reader.text('history') !== undefined)
      for (const { entry, folder } of entries) note(entry.id, readReport(folder, entry));
    const out = reader.text('out') ?? 'reports';
    new Folder(out).begin(entries.map(({ entry }) => entry));
    for (const { entry, folder } of entries)
      if (resolve(folder) !== resolve(out))
        copyFileSync(join(folder, entry.file), join(out, entry.file));
    const width = Math.max(...selected.map(({ id }) => id.length));
    for (const { entry } of entries) output.out(`${lineOf(entry, width)}\n`);
    for (const { id } of missing) output.out(`${id.padEnd(width)}  no report\n`);
    const judged = entries.map(({ entry }) => entry);
    output.out(`\n${summaryOf(judged, selected.length, 'without a report')}\n`);
    const codes = judged.map(({ exitCode }) => exitCode);
    // Nobody knows what a target without a report is.
    return exitCodeOf(missing.length > 0 ? [...codes, 3] : codes);
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    complain(output, error.message);
    return 2;
  }
}
