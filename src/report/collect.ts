import type { Status } from '../contract/judge.ts';
import type { Profile, Requirement, RunFacts, Statement } from '../contract/requirement.ts';
import { type Ending, outcomeOf, type Verdict } from './outcome.ts';
import type { Judged, Report } from './report.ts';

/** What is known of a run beside its verdicts. */
export interface RunRecord
  extends Pick<
    Report,
    | 'suite'
    | 'runId'
    | 'target'
    | 'profile'
    | 'startedAt'
    | 'durationMs'
    | 'requests'
    | 'credentials'
    | 'seed'
    | 'cleanup'
  > {
  readonly loopback: boolean;
  readonly selection: Omit<Report['selection'], 'accepted'>;
  /** Whether untested MUSTs are accepted: all of them, or these. */
  readonly allowUntested: true | readonly string[];
  readonly ending: Ending;
}

/**
 * Puts a report together. Every requirement of the register is in it: one
 * without a verdict says why, and counts as undecided when nothing explains it.
 */
export function collect(
  register: readonly Requirement<never>[],
  judged: ReadonlyMap<string, Judged>,
  run: RunRecord,
): Report {
  const requirements = register.map((one) => judged.get(one.id) ?? unjudged(one, run));
  const accepted = requirements
    .filter(
      ({ status, level, id }) => status === 'untested' && level === 'MUST' && accepts(run, id),
    )
    .map(({ id }) => id);
  const selection = { ...run.selection, accepted };
  const {
    suite,
    runId,
    target,
    profile,
    startedAt,
    durationMs,
    requests,
    credentials,
    seed,
    cleanup,
  } = run;
  return {
    schemaVersion: 1,
    suite,
    runId,
    target,
    profile,
    ...withLeftovers(outcomeOf(requirements, selection, run.ending), cleanup),
    startedAt,
    durationMs,
    requests,
    credentials,
    seed,
    cleanup,
    selection,
    counts: count(requirements),
    requirements,
  };
}

/** The outcome says so when something of the run is still there. */
function withLeftovers(verdict: Verdict, cleanup: Report['cleanup']): Verdict {
  const left = cleanup?.left.length ?? 0;
  if (left === 0) return verdict;
  const what = `${left} ${left === 1 ? 'thing' : 'things'} that it made could not be removed`;
  return { ...verdict, message: `${verdict.message} But ${what}.` };
}

function accepts({ allowUntested, selection }: RunRecord, id: string): boolean {
  if (selection.deselected.includes(id)) return false;
  return allowUntested === true || allowUntested.includes(id);
}

function unjudged(requirement: Requirement<never>, run: RunRecord): Judged {
  const { status, message } = whyUnjudged(requirement, run);
  return without(requirement, status, message);
}

/** A requirement on which nothing was asked. */
export function without(requirement: Statement, status: Status, message: string): Judged {
  const { id, topic, level, title, text, source } = requirement;
  const empty = { findings: [], exchanges: [], durationMs: 0 };
  return { id, topic, level, title, text, source, status, message, ...empty };
}

function whyUnjudged(
  requirement: Requirement<never>,
  run: RunRecord,
): { status: Status; message: string } {
  const outside = whyOutside(requirement, run);
  if (outside !== undefined) return { status: 'excluded', message: outside };
  if (run.selection.deselected.includes(requirement.id)) {
    return { status: 'untested', message: 'deselected by --only or --skip' };
  }
  const { stop, signal } = run.ending;
  if (stop?.outcome === 'misconfigured')
    return { status: 'untested', message: 'not asked: the call is wrong' };
  if (stop) return { status: 'inconclusive', message: `not asked: ${stop.message}` };
  if (signal) return { status: 'inconclusive', message: 'not asked: the run was ended' };
  return { status: 'inconclusive', message: 'it was not judged' };
}

/** Why a requirement is no part of a run, if it is not. */
export function whyOutside(requirement: Requirement<never>, facts: RunFacts): string | undefined {
  if (requirement.excluded !== undefined) return requirement.excluded;
  if (!requirement.profiles.includes(facts.profile)) return noPart(facts.profile);
  return requirement.inapplicable?.(facts);
}

function noPart(profile: Profile): string {
  return `no part of the ${profile} profile`;
}

function count(requirements: readonly Judged[]): Record<Status, number> {
  const counts = { pass: 0, fail: 0, warn: 0, note: 0, inconclusive: 0, untested: 0, excluded: 0 };
  for (const { status } of requirements) counts[status] += 1;
  return counts;
}
