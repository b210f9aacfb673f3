import type { Finding } from '../contract/finding.ts';
import { isLike } from './like.ts';
import type { BaselineProblem, KnownFailure, Report, RequirementResult } from './report.ts';

/** Known failures of a portal, as `schemas/baseline.schema.json` describes them. */
export interface Baseline {
  readonly file: string;
  readonly failures: readonly (KnownFailure & { readonly requirement: string })[];
}

type Entry = Baseline['failures'][number];

/**
 * Marks what a baseline knows, and finds the entries that are to be changed: what
 * now holds, is unknown, is there twice or has expired. A failure whose every
 * finding is known becomes `known`; one finding that is not keeps it a failure.
 *
 * @param today `2026-11-23`
 */
export function applyBaseline(
  requirements: readonly RequirementResult[],
  { failures }: Baseline,
  today: string,
): { requirements: RequirementResult[]; problems: BaselineProblem[] } {
  const wrong = new Map(failures.flatMap((entry) => faultOf(entry, failures, requirements, today)));
  const valid = failures.filter((entry) => !wrong.has(entry));
  const problems = failures.flatMap((entry) => {
    const problem = wrong.get(entry) ?? stale(entry, requirements);
    return problem ? [{ line: entry.line, requirement: entry.requirement, problem }] : [];
  });
  const marked = requirements.map((one) => mark(one, valid));
  return { requirements: marked, problems };
}

/** What is wrong with an entry, whatever the portal does. */
function faultOf(
  entry: Entry,
  all: readonly Entry[],
  requirements: readonly RequirementResult[],
  today: string,
): [Entry, string][] {
  if (!requirements.some(({ id }) => id === entry.requirement)) {
    return [[entry, 'is not a requirement: correct the id, or remove the entry']];
  }
  const twin = all.find(
    (other) =>
      other.line < entry.line &&
      other.requirement === entry.requirement &&
      (other.finding === entry.finding || other.finding === null || entry.finding === null),
  );
  if (twin) return [[entry, `is there already, on line ${twin.line}: remove one of them`]];
  if (entry.expires < today) {
    const holds = stale(entry, requirements);
    if (holds) return [[entry, holds]];
    return [
      [
        entry,
        `expired on ${entry.expires}: fix the portal, or have ${entry.owner} renew the entry`,
      ],
    ];
  }
  return [];
}

/** What an entry has to say of a portal that no longer fails so; undecided ones tell nothing. */
function stale(entry: Entry, requirements: readonly RequirementResult[]): string | undefined {
  if (entry.intermittent) return undefined;
  const one = requirements.find(({ id }) => id === entry.requirement);
  if (one?.status === 'pass') return 'holds now: remove the entry';
  if (!one || one.findings.length === 0) return undefined;
  const matches = one.findings.some((finding) => covers(entry, finding));
  return matches ? undefined : 'has no finding that reads like this any more: remove the entry';
}

function mark(one: RequirementResult, entries: readonly Entry[]): RequirementResult {
  const own = entries.filter(({ requirement }) => requirement === one.id);
  const used = own.filter((entry) => one.findings.some((finding) => covers(entry, finding)));
  if (used.length === 0) return one;
  const known = used.map(({ requirement: _, ...entry }) => entry);
  const fresh = one.findings.filter((finding) => !used.some((entry) => covers(entry, finding)));
  if (fresh.length > 0) {
    const message = `${one.message}; ${fresh.length} of ${one.findings.length} findings are not in the baseline`;
    return { ...one, known, message };
  }
  return { ...one, known, status: 'known', message: `${one.message}, which is known` };
}

function covers({ finding }: KnownFailure, of: Finding): boolean {
  return finding === null || isLike(readingOf(of), finding);
}

/** What a finding reads like: what was expected, and what was received. */
function readingOf({ expected, received }: Finding): string {
  return `${expected}; ${received}`;
}

const fillIn = {
  reason: 'FILL IN: why this is accepted',
  owner: 'FILL IN: who sees to it',
  expires: 'FILL IN: YYYY-MM-DD',
};

/**
 * Proposes a baseline for the failures of a report, as the text of a file. What
 * an earlier baseline says of them is kept, and of what was not judged; the rest
 * is marked for a person.
 */
export function proposeBaseline(report: Report, earlier?: Baseline): string {
  const failures = report.requirements.flatMap((one) =>
    entriesFor(
      one,
      (earlier?.failures ?? []).filter(({ requirement }) => requirement === one.id),
    ),
  );
  const $schema = './node_modules/portal-conformance/schemas/baseline.schema.json';
  return `${JSON.stringify({ $schema, failures }, undefined, 2)}\n`;
}

function entriesFor(
  { id, status, findings }: RequirementResult,
  earlier: readonly Entry[],
): object[] {
  const isBroken = status === 'fail' || status === 'known';
  const isUndecided = findings.length === 0 && status !== 'pass';
  const kept = earlier.filter(
    (entry) =>
      isUndecided || entry.intermittent || findings.some((finding) => covers(entry, finding)),
  );
  const fresh = findings.filter((finding) => !kept.some((entry) => covers(entry, finding)));
  const proposed = [...new Set(fresh.map(kindOf))].map((finding) => ({
    requirement: id,
    finding,
    ...fillIn,
  }));
  const told = kept.map(({ finding, reason, owner, expires, intermittent }) => ({
    requirement: id,
    ...(finding === null ? {} : { finding }),
    ...{ reason, owner, expires },
    ...(intermittent ? { intermittent } : {}),
  }));
  return [...told, ...(isBroken ? proposed : [])];
}

/** The kind of mismatch, as a pattern: how long a string was is not part of it. */
export function kindOf(finding: Finding): string {
  return readingOf({ ...finding, received: finding.received.replace(/\d+/g, '*') });
}
