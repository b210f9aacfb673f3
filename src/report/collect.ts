import { count } from '../contract/count.ts';
import { type Status, statuses } from '../contract/judge.ts';
import type { Advice, Profile, Requirement, RunFacts, Statement } from '../contract/requirement.ts';
import { applyBaseline, type Baseline } from './baseline.ts';
import { type Ending, outcomeOf, type RunVerdict } from './outcome.ts';
import { besidePrevious } from './previous.ts';
import type { Report, RequirementResult } from './report.ts';

/** What is known of a run beside its verdicts. */
export interface RunRecord
  extends Pick<
    Report,
    | 'suite'
    | 'runId'
    | 'target'
    | 'image'
    | 'imageDigest'
    | 'profile'
    | 'startedAt'
    | 'durationMs'
    | 'requests'
    | 'credentials'
    | 'seed'
    | 'cleanup'
    | 'bodies'
    | 'notices'
    | 'reference'
    | 'requirementSet'
    | 'requirementSetDigest'
    | 'subject'
    | 'evidence'
    | 'timeline'
  > {
  readonly loopback: boolean;
  readonly mayBeLogged: boolean;
  readonly isAdapted?: boolean;
  readonly head: boolean;
  readonly baseline?: Baseline | undefined;
  readonly selection: Omit<Report['selection'], 'accepted'>;
  /** Whether untested MUSTs are accepted: all of them, or these. */
  readonly allowUntested: true | readonly string[];
  readonly ending: Ending;
  /** The report of the run before. */
  readonly previous?: Report | undefined;
}

/**
 * Puts a report together. Every requirement of the register is in it: one
 * without a verdict says why, and counts as undecided when nothing explains it.
 */
export function collect(
  register: readonly Requirement<never>[],
  judged: ReadonlyMap<string, RequirementResult>,
  run: RunRecord,
): Report {
  const all = register.map((requirement) => {
    const { status, message } = whyUnjudged(requirement, run);
    return judged.get(requirement.id) ?? unjudged(requirement, status, message);
  });
  const gate = run.baseline && applyBaseline(all, run.baseline, run.startedAt.slice(0, 10));
  const requirements = gate?.requirements ?? all;
  const baseline =
    run.baseline && gate ? { file: run.baseline.file, problems: gate.problems } : null;
  const accepted = requirements
    .filter(
      ({ status, level, id }) => status === 'untested' && level === 'MUST' && accepts(run, id),
    )
    .map(({ id }) => id);
  const selection = { ...run.selection, accepted };
  const { profile, cleanup } = run;
  const verdict = outcomeOf(requirements, selection, run.ending, { profile, baseline });
  const command = `portal-conformance cleanup ${run.target ?? ''} --run ${run.runId} --yes`;
  // What an adapter created, an adapter removes.
  const leftovers = (cleanup?.left ?? []).map((leftover) => ({
    ...leftover,
    command: run.isAdapted ? leftover.curl : command,
  }));
  return {
    schemaVersion: 1,
    suite: run.suite,
    runId: run.runId,
    target: run.target,
    image: run.image,
    ...(run.imageDigest ? { imageDigest: run.imageDigest } : {}),
    profile,
    ...withLeftovers(verdict, leftovers),
    startedAt: run.startedAt,
    durationMs: run.durationMs,
    requests: run.requests,
    credentials: run.credentials,
    seed: run.seed,
    cleanup,
    leftovers,
    notices: run.notices,
    ...(run.reference ? { reference: run.reference } : {}),
    ...(run.subject ? { subject: run.subject } : {}),
    ...(run.requirementSet ? { requirementSet: run.requirementSet } : {}),
    ...(run.requirementSetDigest ? { requirementSetDigest: run.requirementSetDigest } : {}),
    ...(run.evidence ? { evidence: run.evidence } : {}),
    ...(run.previous ? { previous: besidePrevious(requirements, run.previous) } : {}),
    ...(run.timeline ? { timeline: run.timeline } : {}),
    selection,
    baseline,
    counts: countStatuses(requirements),
    requirements,
    bodies: run.bodies,
  };
}

/** The outcome says so when something of the run is still there, and a green exit code does not hide it. */
function withLeftovers(verdict: RunVerdict, { length }: Report['leftovers']): RunVerdict {
  if (length === 0) return verdict;
  const message = `${verdict.message} But ${count(length, 'thing')} that it created could not be removed.`;
  const isHidden = verdict.exitCode === 0 || verdict.exitCode === 3;
  return { ...verdict, message, exitCode: isHidden ? 4 : verdict.exitCode };
}

function accepts({ allowUntested, selection }: RunRecord, id: string): boolean {
  if (selection.deselected.includes(id)) return false;
  return allowUntested === true || allowUntested.includes(id);
}

/** A result that rests on nothing that was sent. */
export function unjudged(
  requirement: Statement & Partial<Advice>,
  status: Status,
  message: string,
): RequirementResult {
  const { id, topic, level, title, text, source, since, counts } = requirement;
  const { causes = null, fix = null } = requirement;
  const empty = { findings: [], known: [], exchanges: [], durationMs: 0 };
  const newer = counts === false ? { counts } : {};
  const said = { id, topic, level, title, text, source, since, ...newer };
  return { ...said, causes, fix, status, message, ...empty };
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
    return { status: 'untested', message: 'not checked: the call is wrong' };
  if (stop) return { status: 'inconclusive', message: `not checked: ${stop.message}` };
  if (signal) return { status: 'inconclusive', message: 'not checked: the run was ended' };
  return { status: 'inconclusive', message: 'not checked' };
}

/** Why a requirement is not part of a run, if it is not. */
export function whyOutside(requirement: Requirement<never>, facts: RunFacts): string | undefined {
  if (requirement.excluded !== undefined) return requirement.excluded;
  if (!requirement.profiles.includes(facts.profile)) return noPart(facts.profile);
  return requirement.inapplicable?.(facts);
}

function noPart(profile: Profile): string {
  if (profile === 'saved') return 'not checked in a saved response: it needs a portal';
  return `not checked in the ${profile} profile`;
}

function countStatuses(requirements: readonly RequirementResult[]): Record<Status, number> {
  const counts = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<
    Status,
    number
  >;
  for (const { status } of requirements) counts[status] += 1;
  return counts;
}
