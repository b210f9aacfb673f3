import type { Previous, Report, RequirementResult } from './report.ts';

/** Whether a requirement is violated, whether that counts or not. */
const isViolated = ({ status }: RequirementResult) =>
  status === 'fail' || status === 'known' || status === 'warn';

const isDecided = ({ status }: RequirementResult) => status === 'pass' || status === 'note';

/** What is violated beside what was in the run before. */
export function besidePrevious(
  requirements: readonly RequirementResult[],
  { runId, startedAt, outcome, requirements: before }: Report,
): Previous {
  const was = new Set(before.filter(isViolated).map(({ id }) => id));
  const now = requirements.filter(isViolated).map(({ id }) => id);
  return {
    ...{ runId, startedAt, outcome },
    new: now.filter((id) => !was.has(id)),
    gone: requirements.filter((one) => was.has(one.id) && isDecided(one)).map(({ id }) => id),
    still: now.filter((id) => was.has(id)),
  };
}

/** `since 2026-11-28 02:00 (non-conformant): new array; gone https; still id-present`. */
export function tellPrevious({ startedAt, outcome, new: fresh, gone, still }: Previous): string {
  const parts = [
    ['new', fresh],
    ['gone', gone],
    ['still', still],
  ] as const;
  const told = parts.flatMap(([word, ids]) =>
    ids.length > 0 ? [`${word} ${ids.join(', ')}`] : [],
  );
  const at = startedAt.slice(0, 16).replace('T', ' ');
  return `since ${at} UTC (${outcome}): ${told.join('; ') || 'nothing is violated, then and now'}`;
}
