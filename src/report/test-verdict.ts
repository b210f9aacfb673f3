import type { Report, RequirementResult } from './report.ts';

/** What a test runner is to show of a requirement. */
export interface TestVerdict {
  readonly result: RequirementResult;
  /** Why the test must not look green, in words of ours. */
  readonly failure?: Error;
  /** Why there is nothing to show: it is not part of this run. */
  readonly skip?: string;
}

/** Only our own reporter tells undecided from broken; every other one must see red too. */
export function verdictOf(
  id: string,
  { requirements, selection }: Report,
  textOf: (result: RequirementResult) => string = ({ status, message }) => `${status}: ${message}`,
): TestVerdict {
  const result = requirements.find((one) => one.id === id) as RequirementResult;
  const { level, status, message, counts } = result;
  if (status === 'excluded') return { result, skip: message };
  const isOpen =
    level === 'MUST' && counts !== false && (status === 'inconclusive' || status === 'untested');
  const isWaived = [...selection.deselected, ...selection.accepted].includes(id);
  if (status === 'fail' || (isOpen && !isWaived))
    return { result, failure: withoutStack(textOf(result)) };
  return status === 'untested' ? { result, skip: message } : { result };
}

/** A test runner has no exit code for what was left behind: it must not look green. */
export function leftoversOf({ leftovers }: Report): Error | undefined {
  if (leftovers.length === 0) return undefined;
  return withoutStack(
    leftovers.map(({ what, why, curl }) => `not removed: ${what} (${why}); ${curl}`).join('\n'),
  );
}

/** Where it was thrown says nothing of the portal. */
export function withoutStack(message: string): Error {
  const error = new Error(message);
  error.stack = '';
  return error;
}
