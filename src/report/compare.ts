import type { Status } from '../contract/judge.ts';
import { kindOf } from './baseline.ts';
import type { Report, RequirementResult } from './report.ts';

/** What became of one requirement from one report to another. */
export interface Change {
  readonly id: string;
  readonly title: string;
  readonly from: Status | 'absent';
  readonly to: Status | 'absent';
  /** Broken both times, but now also in a way in which it was not. */
  readonly inAnotherWay: boolean;
}

export interface Comparison {
  readonly better: readonly Change[];
  readonly worse: readonly Change[];
  /** Decided before, and not any more. */
  readonly untested: readonly Change[];
  /** Not decided before, and now it holds. */
  readonly decided: readonly Change[];
  /** The median time of an answer in milliseconds, when it has more than doubled. */
  readonly slower: { readonly from: number; readonly to: number } | null;
  /** Whether it judges less than before. */
  readonly profile: { readonly from: string; readonly to: string; readonly worse: boolean };
  /** Whether it promises less than before. */
  readonly outcome: { readonly from: string; readonly to: string; readonly worse: boolean };
  readonly isWorse: boolean;
}

/** How bad a decided status is; a note never counts, and what is not decided has none. */
const badness: Readonly<Partial<Record<Status | 'absent', number>>> = {
  pass: 0,
  note: 0,
  warn: 1,
  known: 2,
  fail: 3,
};

/** Tells what changed for each requirement between two runs, by its id. */
export function compareReports(from: Report, to: Report): Comparison {
  const changes = changesOf(from, to);
  const at = (status: Change['from']) => badness[status];
  const better: Change[] = [];
  const worse: Change[] = [];
  const untested: Change[] = [];
  const decided: Change[] = [];
  for (const change of changes) {
    const [before, after] = [at(change.from), at(change.to)];
    if (after === undefined) {
      if (before !== undefined) untested.push(change);
    } else if (before === undefined) (after > 0 ? worse : decided).push(change);
    else if (after > before || change.inAnotherWay) worse.push(change);
    // What is accepted is not mended.
    else if (after < before && change.to !== 'known') better.push(change);
  }
  const outcome = {
    from: from.outcome,
    to: to.outcome,
    worse: rankOf(to) > rankOf(from),
  };
  const profile = {
    from: from.profile,
    to: to.profile,
    worse: profiles.indexOf(to.profile) < profiles.indexOf(from.profile),
  };
  const isWorse = worse.length > 0 || outcome.worse || profile.worse;
  return {
    better,
    worse,
    untested,
    decided,
    slower: slowdown(from, to),
    profile,
    outcome,
    isWorse,
  };
}

/** From what judges little to what judges all. */
const profiles: readonly Report['profile'][] = ['saved', 'read-only', 'full'];

function changesOf(from: Report, to: Report): Change[] {
  const before = new Map(from.requirements.map((one) => [one.id, one]));
  const after = new Map(to.requirements.map((one) => [one.id, one]));
  const ids = new Set([...after.keys(), ...before.keys()]);
  return [...ids].map((id) => {
    const [old, now] = [before.get(id), after.get(id)];
    const title = (now ?? (old as RequirementResult)).title;
    const known = new Set(old?.findings.map(kindOf));
    const inAnotherWay =
      known.size > 0 && (now?.findings ?? []).some((finding) => !known.has(kindOf(finding)));
    const [from, to] = [old?.status ?? 'absent', now?.status ?? 'absent'] as const;
    return { id, title, from, to, inAnotherWay };
  });
}

/** From what holds whole to what is not accepted. */
function rankOf({ outcome, exitCode }: Report): number {
  const accepted = ['conformant', 'conformant-partial', 'known-failures'].indexOf(outcome);
  return exitCode === 0 && accepted >= 0 ? accepted : 3;
}

/** Answers that take a moment vary by chance: only what doubled, and by 20 ms, counts. */
function slowdown(from: Report, to: Report): Comparison['slower'] {
  const [before, after] = [medianAnswer(from), medianAnswer(to)];
  if (before === undefined || after === undefined) return null;
  return after > 2 * before && after - before > 20 ? { from: before, to: after } : null;
}

/** The median time of an answer, in milliseconds. */
function medianAnswer({ requirements }: Report): number | undefined {
  const times = requirements
    .flatMap(({ exchanges }) => exchanges.filter(({ status }) => status !== null))
    .map(({ durationMs }) => durationMs)
    .sort((one, other) => one - other);
  return times[Math.floor(times.length / 2)];
}

/** So many are told one by one; a target that is down decides nothing at all. */
const most = 10;

/** Renders a comparison as lines of text that end with the verdict. */
export function renderComparison(comparison: Comparison): string {
  const { better, worse, untested, decided, slower, profile, outcome, isWorse } = comparison;
  const section = (name: string, changes: readonly Change[]) =>
    changes.map(({ id, title, from, to, inAnotherWay }) => {
      const how = inAnotherWay && from === to ? ' in another way' : '';
      return `${name.padEnd(14)} ${id}  ${from} → ${to}${how}  ${title}`;
    });
  const lines = [
    ...section('worse', worse),
    ...(untested.length > most
      ? [
          `newly untested ${untested.length}, among them ${untested
            .slice(0, most)
            .map(({ id }) => id)
            .join(', ')}`,
        ]
      : section('newly untested', untested)),
    ...section('better', better),
    ...section('newly decided', decided),
    ...(slower ? [`slower         the median answer: ${slower.from} ms → ${slower.to} ms`] : []),
    ...(profile.from === profile.to
      ? []
      : [
          `profile        ${profile.from} → ${profile.to}${profile.worse ? ': it judges less' : ''}`,
        ]),
    `outcome        ${outcome.from} → ${outcome.to}${outcome.worse ? ': it promises less' : ''}`,
    isWorse
      ? `worse: ${worse.length} worse, ${better.length} better, ${untested.length} newly untested`
      : `not worse: ${better.length} better, ${untested.length} newly untested`,
  ];
  return `${lines.join('\n')}\n`;
}
