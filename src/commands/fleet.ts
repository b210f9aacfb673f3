import { requirements } from '../../specs/index.ts';
import { count } from '../contract/count.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { exitCodeOf, Fleet, isOffline } from '../fleet/fleet.ts';
import { type Entry, Folder } from '../fleet/folder.ts';
import { appendTransitions, readHistory, statesOf, transitionsOf } from '../fleet/history.ts';
import { inShard, readShard } from '../fleet/shard.ts';
import { type FleetTarget, readTargets, type Targets } from '../fleet/targets.ts';
import { inert } from '../report/inert.ts';
import { type EndingSignal, signals } from '../report/outcome.ts';
import type { Report } from '../report/report.ts';
import { digest as build, version } from '../run/version.ts';
import { readEnvFile } from '../settings/env-file.ts';
import { type Environment, OptionReader } from '../settings/option-reader.ts';
import { readLabels } from '../settings/values.ts';
import { listenForEndings } from './endings.ts';
import { type Call, complain } from './shared.ts';

/** Judges the targets of a file in one process, and writes a report for each. @returns the exit code */
export async function fleetCommand(call: Call): Promise<number> {
  const { given, output } = call;
  try {
    const environment = withEnvFile(call);
    const reader = new OptionReader(given, undefined);
    const { targets, digest } = targetsOf(reader);
    const shardText = reader.text('shard');
    const shard = shardText === undefined ? undefined : readShard(shardText, environment);
    const selected = selectedOf(targets, reader);
    const chosen = shard ? inShard(selected, shard) : selected;
    const jobs = reader.count('jobs', 16, 256);
    const folder = new Folder(reader.text('out') ?? 'reports', shard);
    const note = historian(reader.text('history'));
    const kept = given.resume === true ? keptOf(folder, chosen, digest) : [];
    // What other calls found of targets that this one leaves out stays.
    const others = shard ? [] : otherEntries(folder, targets, chosen, digest);
    folder.begin([...others, ...kept]);
    const left = chosen.filter(({ id }) => kept.every((entry) => entry.id !== id));
    const fleet = new Fleet(requirements, environment);
    let ended: EndingSignal | undefined;
    listenForEndings({
      onSignal: (signal) => {
        ended ??= signal;
        complain(
          output,
          `${signal}: ending ${count(fleet.running, 'run')} and removing what they created.`,
        );
        fleet.interrupt(signal);
      },
      onBug: (error) => fleet.fail(error),
    });
    const width = Math.max(0, ...chosen.map(({ id }) => id.length));
    const judged: Entry[] = [...kept];
    for (const entry of kept) output.out(`${lineOf(entry, width)}  (kept)\n`);
    const trouble: string[] = [];
    const reached = await fleet.judge(left, jobs, (verdict) => {
      try {
        const entry = folder.write(verdict, digest);
        judged.push(entry);
        output.out(`${lineOf(entry, width)}\n`);
        note(verdict.target.id, verdict.report);
      } catch (error) {
        // The others go on: what they create is to be removed, and what they find is to be told.
        const { code, message } = error as NodeJS.ErrnoException;
        trouble.push(
          `${verdict.target.id}: what was found cannot be written (${code ?? message}).`,
        );
      }
    });
    output.out(`\n${summaryOf(judged, chosen.length, 'not begun')}\n`);
    if (isOffline(reached))
      complain(output, 'No target could be reached: this machine may have no network.');
    for (const sentence of trouble) complain(output, sentence);
    const codes = judged.map(({ exitCode }) => exitCode);
    return ended ? signals[ended] : exitCodeOf(trouble.length > 0 ? [...codes, 3] : codes);
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    complain(output, error.message);
    return 2;
  }
}

/** What is set, and what files of variables give beside it. @throws Misconfigured */
function withEnvFile({ given, environment }: Call): Environment {
  const file = given['env-file'] ?? environment.PORTAL_ENV_FILE;
  if (typeof file !== 'string') return environment;
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  return Object.assign({}, ...file.split('\n').map(readEnvFile), Object.fromEntries(set));
}

/** The targets of a file, or of a configuration. @throws Misconfigured */
export function targetsOf(reader: OptionReader): Targets {
  return readTargets(reader.text('targets'), reader.text('config'));
}

/** The targets that have all labels of `--where`. @throws Misconfigured when there is none */
export function selectedOf(
  targets: readonly FleetTarget[],
  reader: OptionReader,
): readonly FleetTarget[] {
  const where = Object.entries(readLabels(reader.lines('where'), '--where'));
  const selected = targets.filter(({ labels }) =>
    where.every(([name, value]) => labels[name] === value),
  );
  if (selected.length === 0) throw new Misconfigured('--where names no target of the file.');
  return selected;
}

/** Whether another run would find the same; what a baseline knows expires. */
function isDecided({ outcome }: Entry): boolean {
  return ['conformant', 'conformant-partial', 'non-conformant'].includes(outcome);
}

/** What need not be judged again: what was decided, by this build and with this file of targets. */
function keptOf(folder: Folder, targets: readonly FleetTarget[], digest: string): readonly Entry[] {
  const ids = new Set(targets.map(({ id }) => id));
  return folder
    .reports(targets)
    .filter(
      (entry) =>
        ids.has(entry.id) &&
        entry.targets === digest &&
        entry.suite === version &&
        entry.suiteDigest === (build ?? null) &&
        isDecided(entry),
    );
}

/** What is known of the other targets of the file. */
function otherEntries(
  folder: Folder,
  targets: readonly FleetTarget[],
  chosen: readonly FleetTarget[],
  digest: string,
): readonly Entry[] {
  const others = targets.filter((target) => !chosen.includes(target));
  return folder
    .entries()
    .filter((entry) => entry.targets === digest && others.some(({ id }) => id === entry.id));
}

/** `acme-eu  non-conformant  0.52 s  1 of 63 mandatory requirements failed: array.` */
export function lineOf({ id, outcome, durationMs, message }: Entry, width: number): string {
  const seconds = `${(durationMs / 1000).toFixed(2)} s`;
  return `${id.padEnd(width)}  ${outcome.padEnd(18)}  ${seconds.padStart(8)}  ${inert(message)}`;
}

/** How many ended how: `12 conformant, 1 non-conformant; 2 not begun`. */
export function summaryOf(entries: readonly Entry[], all: number, without: string): string {
  const counts = new Map<string, number>();
  for (const { outcome } of entries) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const told = [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([outcome, number]) => `${number} ${outcome}`)
    .join(', ');
  const rest = all - entries.length;
  return `${told || 'none judged'}${rest > 0 ? `; ${rest} ${without}` : ''}`;
}

/**
 * What adds to a history what a report shows that was another thing before.
 *
 * @throws Misconfigured when the history cannot be read
 */
export function historian(path: string | undefined): (id: string, report: Report) => void {
  if (path === undefined) return () => undefined;
  const states = statesOf(readHistory(path));
  // Whether it can be written is found out before anything is sent.
  appendTransitions(path, []);
  return (id, report) => appendTransitions(path, transitionsOf(id, report, states.get(id)));
}
