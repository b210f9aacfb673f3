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
import { Misconfigured } from '../contract/misconfigured.ts';
import type { Report } from '../report/report.ts';
import type { FleetVerdict } from './fleet.ts';
import type { Shard } from './shard.ts';

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

  /** @param targets the digest of the file of targets */
  write({ target: { id, labels }, report }: FleetVerdict, targets: string): Entry {
    const file = `${id}.json.gz`;
    replace(join(this.#path, file), gzipSync(`${JSON.stringify(report)}\n`));
    const entry = entryOf(id, labels, report, targets, file);
    appendFileSync(this.#index, `${JSON.stringify(entry)}\n`);
    return entry;
  }
}

function entryOf(
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

/** The indexes of a folder, of all shards that share it. @throws Misconfigured when there is none */
export function indexesIn(folder: string): readonly (readonly Entry[])[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => /^index(-\d+-of-\d+)?\.ndjson$/.test(name));
  } catch {
    // Told as a folder without an index.
  }
  if (names.length === 0) throw new Misconfigured(`There is no index of reports in ${folder}`);
  return names.sort().map((name) => entriesIn(join(folder, name)));
}

/** A line that was cut, when its writer was killed, is none. */
function entriesIn(path: string): readonly Entry[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = text.split('\n').flatMap((line): Entry[] => {
    try {
      return line === '' ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
  // Of two lines with one id the later one counts.
  return [...new Map(lines.map((entry) => [entry.id, entry])).values()];
}

/** The report of an entry. @throws Misconfigured when it is not there, or is none */
export function readReport(folder: string, { file }: Pick<Entry, 'file'>): Report {
  try {
    return JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString('utf8'));
  } catch {
    throw new Misconfigured(`A report of the index cannot be read: ${join(folder, file)}`);
  }
}

/** Writes a file whole or not at all. */
export function replace(path: string, content: string | Buffer): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}
