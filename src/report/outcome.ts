import { count } from '../contract/count.ts';
import type { ExitCode, Outcome, Report, RequirementResult, Selection } from './report.ts';

/** The signals that end a run with a partial report, each with its exit code: 128 and its number. */
export const signals = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;
export type EndingSignal = keyof typeof signals;

/** What ended a run, or kept it from being one, beside its verdicts. */
export interface Ending {
  /** Why nothing could be judged. */
  readonly stop?: { readonly outcome: 'misconfigured' | 'undecided'; readonly message: string };
  readonly signal?: EndingSignal;
  /** What would help a run that could not decide everything, in a sentence. */
  readonly advice?: string;
  /** Bugs of the suite: the requirements in which it broke, and leaks that were caught. */
  readonly suiteErrors: readonly string[];
}

export interface RunVerdict {
  readonly outcome: Outcome;
  readonly exitCode: ExitCode;
  readonly message: string;
}

/** The outcome of a run. A MUST that nothing was found out about is never a success. */
export function outcomeOf(
  requirements: readonly RequirementResult[],
  selection: Selection,
  { stop, signal, suiteErrors, advice }: Ending,
  { profile, baseline }: Pick<Report, 'profile' | 'baseline'>,
): RunVerdict {
  const broken = requirements.filter(({ status }) => status === 'fail');
  if (signal) {
    const found = broken.length > 0 ? ` Failed so far: ${names(broken)}.` : '';
    const message = `The run was ended by ${signal}; the report is partial.${found}`;
    return { outcome: 'interrupted', exitCode: signals[signal], message };
  }
  if (suiteErrors.length > 0) {
    const message = `The suite itself failed, not the portal: ${suiteErrors.join('; ')}. Please report this.`;
    return { outcome: 'suite-error', exitCode: 70, message };
  }
  if (stop?.outcome === 'misconfigured') {
    return { outcome: 'misconfigured', exitCode: 2, message: stop.message };
  }
  const musts = requirements.filter(
    ({ level, status, counts }) => level === 'MUST' && status !== 'excluded' && counts !== false,
  );
  if (broken.length > 0) {
    const isMandatory = broken.every(({ level }) => level === 'MUST');
    const what = isMandatory
      ? `${broken.length} of ${musts.length} mandatory requirements failed`
      : `${count(broken.length, 'requirement')} failed, recommended ones among them (--strict)`;
    const message = `${what}: ${names(broken)}.${alsoKnown(requirements)}`;
    return { outcome: 'non-conformant', exitCode: 1, message };
  }
  const help = advice ? ` ${advice}` : '';
  if (stop) return { outcome: 'undecided', exitCode: 3, message: stop.message + help };
  const known = requirements.filter(({ status }) => status === 'known');
  const problems = baseline?.problems ?? [];
  if (problems.length > 0) {
    const entries = count(problems.length, 'entry', 'entries');
    const [first] = problems;
    const message = `Nothing new failed, but ${entries} of the baseline must be changed: line ${first?.line}, ${first?.requirement} ${first?.problem}.`;
    return { outcome: 'baseline-outdated', exitCode: 1, message };
  }
  const held = musts.filter(({ status }) => status === 'pass');
  if (held.length === 0 && known.length === 0) {
    return { outcome: 'undecided', exitCode: 3, message: nothingJudged(requirements, selection) };
  }
  const waived = new Set([...selection.deselected, ...selection.accepted]);
  const open = musts.filter(({ status }) => status !== 'pass' && status !== 'known');
  // What one saved response has nothing to show of is no fault of the call.
  const hidden = (one: RequirementResult) => profile === 'saved' && one.status === 'untested';
  const undecided = open.filter((one) => !waived.has(one.id) && !hidden(one));
  if (undecided.length > 0) {
    const nothing = known.length > 0 ? 'Nothing new failed' : 'Nothing failed';
    const message = `${nothing}, but ${undecided.length} of ${musts.length} MUSTs could not be decided: ${names(undecided)}.${alsoKnown(requirements)}${help}`;
    return { outcome: 'undecided', exitCode: 3, message };
  }
  if (known.length > 0) {
    const rest = open.length > 0 ? ` Left out by request: ${names(open)}.` : '';
    const message = `${held.length} of ${musts.length} MUSTs held; known failures, all in the baseline: ${names(known)}.${rest}`;
    return { outcome: 'known-failures', exitCode: 0, message };
  }
  if (profile === 'saved') {
    const unseen =
      open.length > 0
        ? ` ${open.length} more could not be checked: the response has nothing they apply to.`
        : '';
    const message = `${held.length} MUSTs were decided in this response and held.${unseen} The others need a portal.`;
    return { outcome: 'conformant-partial', exitCode: 0, message };
  }
  if (open.length > 0) {
    const message = `${held.length} of ${musts.length} MUSTs were decided and held; left out by request: ${names(open)}.`;
    return { outcome: 'conformant-partial', exitCode: 0, message };
  }
  const message = `All ${musts.length} MUSTs were decided and held.`;
  return { outcome: 'conformant', exitCode: 0, message };
}

function alsoKnown(requirements: readonly RequirementResult[]): string {
  const known = requirements.filter(({ status }) => status === 'known');
  return known.length > 0 ? ` Known, and not counted: ${names(known)}.` : '';
}

/** Why nothing was checked, by the first requirement that was selected. */
function nothingJudged(
  requirements: readonly RequirementResult[],
  { only, deselected }: Selection,
): string {
  const named = requirements.filter(({ id }) => only.includes(id));
  const untold = requirements.filter(
    ({ id, status }) => status === 'inconclusive' && !deselected.includes(id),
  );
  const [first] = [...named, ...untold];
  return `No mandatory requirement was checked.${first ? ` Of ${first.id}: ${first.message}.` : ''}`;
}

function names(requirements: readonly RequirementResult[]): string {
  const ids = requirements.map(({ id }) => id);
  return ids.length <= 6
    ? ids.join(', ')
    : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more`;
}
