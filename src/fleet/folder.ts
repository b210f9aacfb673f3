import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isObject } from '../contract/json.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { validators } from '../contract/validators.ts';
import { parseTarget } from '../http/target.ts';
import type { Report } from '../report/report.ts';
import type { FleetVerdict } from './fleet.ts';
import type { Shard } from './shard.ts';
import type { FleetTarget } from './targets.ts';

/** A line of an index: what a reader of many reports looks for. */
export interface Entry {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: string | null;
  readonly outcome: Report['outcome'];
  readonly exitCode: Report['exitCode'];
  readonly message: string;
  readonly counts: Report['counts'];
  readonly startedAt: string;
  readonly durationMs: number;
  /** That of the portal, as the call says. */
  readonly version: string | null;
  /** Version of the suite, and digest of its build. */
  readonly suite: string;
  readonly suiteDigest: string | null;
  readonly requirementSet: string | undefined;
  /** Digest of the file of targets. */
  readonly targets: string;
  readonly file: string;
}

/** A folder of reports, a file each, and the index of what one process wrote into it. */
export class Folder {
  readonly #path: string;
  readonly #index: string;

  /** @param shard has an index of its own: shards may share a folder */
  constructor(path: string, shard?: Shard) {
    this.#path = path;
    const part = shard ? `-${shard.index + 1}-of-${shard.total}` : '';
    this.#index = join(path, `index${part}.ndjson`);
  }

  /**
   * Begins the index, with the entries that stay.
   *
   * @throws Misconfigured when it cannot be written
   */
  begin(entries: readonly Entry[] = []): void {
    try {
      mkdirSync(this.#path, { recursive: true });
      replace(this.#index, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new Misconfigured(`The folder of --out cannot be written (${code}): ${this.#path}`);
    }
  }

  /** What this process wrote before, as far as the reports are there. */
  entries(): readonly Entry[] {
    return entriesIn(this.#index).filter(({ file }) => existsSync(join(this.#path, file)));
  }

  /** The same of some targets, as their reports tell; without those that cannot be read, or are of another portal. */
  reports(targets: readonly FleetTarget[]): readonly Entry[] {
    return this.entries().flatMap((entry) => {
      const target = targets.find(({ id }) => id === entry.id);
      try {
        return target ? [verdictOf(this.#path, entry, target)] : [];
      } catch (error) {
        if (!(error instanceof Misconfigured)) throw error;
        return [];
      }
    });
  }

  /** @param targets the digest of the file of targets */
  write({ target: { id, labels }, report }: FleetVerdict, targets: string): Entry {
    const file = fileOf(id);
    replace(join(this.#path, file), gzipSync(`${JSON.stringify(report)}\n`));
    const entry = entryOf(id, labels, report, targets, file);
    appendFileSync(this.#index, `${JSON.stringify(entry)}\n`);
    return entry;
  }
}

/** The line of a report: the report has the verdict, whatever an index says of it. */
export function entryOf(
  id: string,
  labels: Entry['labels'],
  report: Report,
  targets: string,
  file: string,
): Entry {
  const { outcome, exitCode, message, target, startedAt, durationMs, counts } = report;
  const { subject, suite, requirementSet } = report;
  return {
    ...{ id, labels, target, outcome, exitCode, message, counts, startedAt, durationMs },
    version: subject?.version ?? null,
    ...{ suite: suite.version, suiteDigest: suite.digest ?? null, requirementSet, targets, file },
  };
}

/**
 * The entry of a target as its report tells: an index may say anything.
 *
 * @throws Misconfigured when the report cannot be read, or is not the one that the index tells of
 */
export function verdictOf(
  folder: string,
  entry: Entry,
  { id, labels, config }: FleetTarget,
): Entry {
  const report = readReport(folder, entry);
  const told = entryOf(id, labels, report, entry.targets, entry.file);
  const target = config.options.target ?? '';
  const base = URL.canParse(target) ? parseTarget(target).base : undefined;
  const isOther = report.target !== null && base !== undefined && report.target !== base;
  if (isOther || told.outcome !== entry.outcome || told.exitCode !== entry.exitCode)
    throw new Misconfigured(
      `The report of ${id} in ${folder} is not the one that its index tells of: ${isOther ? 'it is of another portal' : 'its outcome is another'}.`,
    );
  return told;
}

/**
 * The indexes of a folder: those of shards, if it has some, for what was merged into it is of them.
 *
 * @throws Misconfigured when there is none, or they are of different numbers of shards
 */
export function indexesIn(folder: string): readonly (readonly Entry[])[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => /^index(-\d+-of-\d+)?\.ndjson$/.test(name));
  } catch {
    // Told as a folder without an index.
  }
  if (names.length === 0) throw new Misconfigured(`There is no index of reports in ${folder}`);
  const shards = names.filter((name) => name !== 'index.ndjson');
  const totals = new Set(shards.map((name) => /of-(\d+)/.exec(name)?.[1]));
  if (totals.size > 1)
    throw new Misconfigured(
      `There are indexes of ${[...totals].join(' and of ')} shards in ${folder}: remove those of an earlier fleet.`,
    );
  return (shards.length > 0 ? shards : names).sort().map((name) => entriesIn(join(folder, name)));
}

/** A line that was cut, when its writer was killed, is none; nor is what nobody of us writes. */
function entriesIn(path: string): readonly Entry[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = text.split('\n').flatMap((line) => entryIn(line) ?? []);
  // Of two lines with one id the later one counts.
  return [...new Map(lines.map((entry) => [entry.id, entry])).values()];
}

const isText = (value: unknown) => typeof value === 'string';
const isTextOrNull = (value: unknown) => value === null || isText(value);

/** Artifacts of a job may have been written by anybody: nothing of a line names a file but its id, a slug. */
function entryIn(line: string): Entry | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(entry) || !isText(entry.id) || !targetId.test(String(entry.id))) return undefined;
  const { labels, outcome, exitCode, message, startedAt, durationMs, targets, suite } = entry;
  const isWhole =
    isObject(labels) &&
    Object.values(labels).every(isText) &&
    [outcome, message, startedAt, targets, suite].every(isText) &&
    [entry.target, entry.version, entry.suiteDigest].every(isTextOrNull) &&
    typeof exitCode === 'number' &&
    typeof durationMs === 'number';
  return isWhole ? { ...(entry as unknown as Entry), file: fileOf(String(entry.id)) } : undefined;
}

/** What a target may be called: it names files and pages. */
const targetId = /^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$/;

export function fileOf(id: string): string {
  return `${id}.json.gz`;
}

/** The report of an entry. @throws Misconfigured when it is not there, or is none */
export function readReport(folder: string, { file }: Pick<Entry, 'file'>): Report {
  const path = join(folder, file);
  let report: unknown;
  try {
    report = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));
  } catch {
    // Told as what is none.
  }
  const { validate } = validators('report');
  if (validate?.(report)) return report as Report;
  throw new Misconfigured(`A report of the index cannot be read: ${path}`);
}

/** Writes a file whole or not at all. */
export function replace(path: string, content: string | Buffer): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}
