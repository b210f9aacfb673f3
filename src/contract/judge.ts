import { bugSite } from './bug-site.ts';
import { count } from './count.ts';
import { type Finding, Inconclusive, Violation } from './finding.ts';
import type { Checked, Statement } from './requirement.ts';

/** How a requirement ends, worst first but for `pass`. The judge never says `known`; a baseline does. */
export const statuses = [
  'pass',
  'fail',
  'known',
  'warn',
  'note',
  'inconclusive',
  'untested',
  'excluded',
] as const;
export type Status = (typeof statuses)[number];

export interface Verdict {
  readonly status: Status;
  readonly message: string;
  readonly findings: readonly Finding[];
  /** Set when the check itself broke: a bug of the suite, never of the portal. */
  readonly bug?: true;
}

/**
 * Judges one requirement. A MUST that failed is checked once more, with a fresh
 * context; a broken answer stays broken evidence when the second one holds, and
 * the message says that the portal changed its mind.
 *
 * @param contextOf the context for attempt 0, and for 1 if there is one
 * @param again whether it can be checked a second time
 */
export async function judge<Context>(
  requirement: Checked<Context>,
  contextOf: (attempt: number) => Context,
  strict: boolean,
  again = true,
): Promise<Verdict> {
  const first = await attempt(requirement, contextOf(0));
  if (!(first instanceof Violation)) return first;
  const verdict = broken(requirement, strict, first.findings);
  if (requirement.level !== 'MUST' || !again) return verdict;
  const second = await attempt(requirement, contextOf(1));
  if (second instanceof Violation) {
    return { ...verdict, message: `${verdict.message}, twice`, findings: second.findings };
  }
  if (second.bug) return second;
  if (second.status === 'pass' && requirement.mayLag)
    return {
      ...second,
      message: `${second.message}; it took longer than the settle bound to show`,
    };
  const outcome =
    second.status === 'pass' ? 'but held on the second' : 'but undecided on the second';
  return {
    ...verdict,
    message: `${verdict.message} on the first attempt, ${outcome}: the answers are inconsistent`,
  };
}

async function attempt<Context>(
  requirement: Checked<Context>,
  context: Context,
): Promise<Verdict | Violation> {
  try {
    const remark = await requirement.check(context);
    return { status: 'pass', message: remark ?? 'holds', findings: [] };
  } catch (error) {
    if (error instanceof Violation) return error;
    if (error instanceof Inconclusive) {
      return { status: error.status, message: error.message, findings: [] };
    }
    return {
      status: 'inconclusive',
      message: `the suite failed here, not the portal: ${bugSite(error)}`,
      findings: [],
      bug: true,
    };
  }
}

function broken(
  { level, counts }: Pick<Statement, 'level' | 'counts'>,
  strict: boolean,
  findings: readonly Finding[],
): Verdict {
  const places = findings.reduce((sum, finding) => sum + finding.count, 0);
  const message = `violated in ${count(places, 'place')}`;
  if (level === 'NOTE') return { status: 'note', message, findings };
  // What is newer than the set that a run is held to breaks nobody who changed nothing.
  if (counts === false) return { status: 'warn', message, findings };
  if (level === 'MUST') return { status: 'fail', message, findings };
  return { status: strict ? 'fail' : 'warn', message, findings };
}
