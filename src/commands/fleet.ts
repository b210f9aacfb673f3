import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { exitCodeOf, Fleet, type FleetVerdict, isOffline } from '../fleet/fleet.ts';
import { type FleetTarget, readTargets } from '../fleet/targets.ts';
import { inert } from '../report/inert.ts';
import { type EndingSignal, signals } from '../report/outcome.ts';
import { OptionReader } from '../settings/option-reader.ts';
import { readLabels } from '../settings/values.ts';
import { listenForEndings } from './endings.ts';
import { type Call, complain } from './shared.ts';

/** Judges the targets of a file in one process, and writes a report for each. @returns the exit code */
export async function fleetCommand(call: Call): Promise<number> {
  const { given, environment, output } = call;
  try {
    const reader = new OptionReader(given, {});
    const { targets, digest } = readTargets(reader.text('targets') ?? '');
    const where = Object.entries(readLabels(reader.lines('where'), '--where'));
    const chosen = targets.filter(({ labels }) =>
      where.every(([name, value]) => labels[name] === value),
    );
    if (chosen.length === 0) throw new Misconfigured('--where names no target of the file.');
    const jobs = reader.count('jobs', 16, 256);
    const folder = reader.text('out') ?? 'reports';
    const write = prepareFolder(folder, digest);
    const fleet = new Fleet(requirements, environment);
    let ended: EndingSignal | undefined;
    listenForEndings({
      onSignal: (signal) => {
        ended ??= signal;
        complain(output, `${signal}: ending ${chosen.length} runs and removing what they created.`);
        fleet.interrupt(signal);
      },
      onBug: (error) => fleet.fail(error),
    });
    const width = Math.max(...chosen.map(({ id }) => id.length));
    const verdicts = await fleet.judge(chosen, jobs, (verdict) => {
      write(verdict);
      output.out(`${lineOf(verdict, width)}\n`);
    });
    output.out(`\n${summaryOf(verdicts, chosen)}\n`);
    if (isOffline(verdicts))
      complain(output, 'No target could be reached: this machine may have no network.');
    return ended ? signals[ended] : exitCodeOf(verdicts);
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    complain(output, error.message);
    return 2;
  }
}

/** Empties the index of the folder of reports. @returns what writes a verdict into it @throws Misconfigured */
function prepareFolder(folder: string, digest: string): (verdict: FleetVerdict) => void {
  const index = join(folder, 'index.ndjson');
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(index, { force: true });
    writeFileSync(index, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`The folder of --out cannot be written (${code}): ${folder}`);
  }
  return ({ target: { id, labels }, report }) => {
    const file = `${id}.json.gz`;
    const draft = join(folder, `${file}.${process.pid}.tmp`);
    writeFileSync(draft, gzipSync(`${JSON.stringify(report)}\n`));
    renameSync(draft, join(folder, file));
    const { outcome, exitCode, message, target, startedAt, durationMs, counts, suite } = report;
    const { subject, requirementSet } = report;
    const line = { id, labels, target, outcome, exitCode, message, counts, startedAt, durationMs };
    const judged = { version: subject?.version ?? null, suite: suite.version, requirementSet };
    appendFileSync(index, `${JSON.stringify({ ...line, ...judged, targets: digest, file })}\n`);
  };
}

/** `acme-eu  non-conformant  0.52 s  1 of 63 mandatory requirements failed: array.` */
function lineOf({ target, report }: FleetVerdict, width: number): string {
  const { outcome, durationMs, message } = report;
  const seconds = `${(durationMs / 1000).toFixed(2)} s`;
  return `${target.id.padEnd(width)}  ${outcome.padEnd(18)}  ${seconds.padStart(8)}  ${inert(message)}`;
}

/** How many ended how: `12 conformant, 1 non-conformant; 2 not begun`. */
function summaryOf(verdicts: readonly FleetVerdict[], chosen: readonly FleetTarget[]): string {
  const counts = new Map<string, number>();
  for (const { report } of verdicts)
    counts.set(report.outcome, (counts.get(report.outcome) ?? 0) + 1);
  const told = [...counts].map(([outcome, number]) => `${number} ${outcome}`).join(', ');
  const rest = chosen.length - verdicts.length;
  return `${told || 'none judged'}${rest > 0 ? `; ${rest} not begun` : ''}`;
}
