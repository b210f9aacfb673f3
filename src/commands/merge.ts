import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { exitCodeOf } from '../fleet/fleet.ts';
import { Folder, indexesIn, readReport, verdictOf } from '../fleet/folder.ts';
import { merge } from '../fleet/merge.ts';
import type { FleetTarget } from '../fleet/targets.ts';
import { stoppedReport } from '../run/verify.ts';
import { OptionReader } from '../settings/option-reader.ts';
import { historian, lineOf, selectedOf, summaryOf, targetsOf } from './fleet.ts';
import { type Call, complain } from './shared.ts';

/** Joins what the shards of a fleet wrote. @returns the exit code of the fleet */
export async function mergeCommand(
  folders: readonly string[],
  { given, output }: Call,
): Promise<number> {
  try {
    const reader = new OptionReader(given, undefined);
    const { targets, digest } = targetsOf(reader);
    const selected = selectedOf(targets, reader);
    const indexes = folders.flatMap((folder) =>
      indexesIn(folder).map((entries) => ({ folder, entries })),
    );
    const { entries, missing } = merge(selected, digest, indexes);
    // The reports have the verdicts; one that cannot be read would be missed when somebody looks for it.
    const judged = entries.map(({ entry, folder }) =>
      verdictOf(folder, entry, selected.find(({ id }) => id === entry.id) as FleetTarget),
    );
    const history = reader.text('history');
    const note = historian(history);
    if (history !== undefined)
      for (const { entry, folder } of entries) note(entry.id, readReport(folder, entry));
    const out = reader.text('out') ?? 'reports';
    const merged = new Folder(out);
    merged.begin(judged);
    for (const { entry, folder } of entries)
      if (resolve(folder) !== resolve(out))
        copyFileSync(join(folder, entry.file), join(out, entry.file));
    // A target without a report is undecided, and the pages show it as such.
    const lacking = missing.map((target) => merged.write({ target, report: noReport }, digest));
    const width = Math.max(...selected.map(({ id }) => id.length));
    for (const entry of [...judged, ...lacking]) output.out(`${lineOf(entry, width)}\n`);
    output.out(`\n${summaryOf(judged, selected.length, 'without a report')}\n`);
    return exitCodeOf([...judged, ...lacking].map(({ exitCode }) => exitCode));
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    complain(output, error.message);
    return 2;
  }
}

/** What stands for the report of a target of which no shard has written one. */
const noReport = stoppedReport(
  { stop: { outcome: 'undecided', message: 'No shard has written a report of it.' } },
  requirements,
);
