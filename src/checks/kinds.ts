import { type Finding, failIf, Inconclusive } from '../contract/finding.ts';
import type { Advice, Checked, Profile, RunFacts, Statement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import type { ListRead, TokenRecord } from '../portal/list-read.ts';

/** A requirement of both profiles that is judged against a portal. */
export type PortalRequirement = Checked<Context>;

/** A finding that is still to be told whose answer it was. */
export type Difference = Omit<Finding, 'count' | 'credential' | 'curl'> & {
  readonly count?: number;
};

/** A requirement before its check: what it says, and what helps whoever breaks it. */
export type Judgeable = Statement & Advice;

/** The profiles of what one answer shows: it can be judged in a saved one, too. */
export const anyProfile: readonly Profile[] = ['read-only', 'full', 'saved'];

/** A requirement that reads the list, in a portal unless it says otherwise. */
export function reading(
  statement: Judgeable & Partial<Pick<PortalRequirement, 'needs' | 'inapplicable' | 'profiles'>>,
  check: PortalRequirement['check'],
): PortalRequirement {
  return { profiles: ['read-only', 'full'], needs: [], phase: 'reads', ...statement, check };
}

/** A requirement of the full profile whose check makes, uses or removes something. */
export function changing(
  statement: Judgeable,
  check: PortalRequirement['check'],
): PortalRequirement {
  return { ...reading(statement, check), profiles: ['full'], phase: 'changes' };
}

/**
 * A requirement that the schemas decide: their keyword `requirement` names it.
 *
 * @param about whether a record holds what the requirement is about
 * @param provide what to give so that there is one
 */
export function shaped(
  statement: Judgeable,
  about: (record: TokenRecord) => boolean = () => true,
  provide = 'create an API token in the account',
): PortalRequirement {
  return reading({ ...statement, profiles: anyProfile }, async (context) => {
    const lists = await context.lists();
    failEach(lists, (list) => list.shape.get(statement.id) ?? []);
    let seen = 0;
    for (const list of lists) for (const [, record] of list.records) if (about(record)) seen += 1;
    if (seen === 0) throw new Inconclusive(`nothing to see it in: ${provide}`, 'untested');
    return over(seen, 'record', lists);
  });
}

/** Reports what each answer breaks; the same findings in several answers are one. */
export function failEach(
  reads: readonly ListRead[],
  findIn: (read: ListRead) => readonly Difference[],
): void {
  const merged = new Map<string, { finding: Difference; reads: ListRead[] }>();
  for (const read of reads) {
    for (const finding of findIn(read)) {
      const { expected, received, count, where } = finding;
      const key = JSON.stringify([expected, received, count, where]);
      const known = merged.get(key);
      if (known) known.reads.push(read);
      else merged.set(key, { finding, reads: [read] });
    }
  }
  failIf(
    [...merged.values()].map(({ finding, reads: [first, ...others] }) => ({
      ...finding,
      credential: `${first?.credential.label}${others.length > 0 ? `, and in ${others.length} more ${others.length === 1 ? 'answer' : 'answers'}` : ''}`,
      curl: first?.exchange.curl as string,
    })),
  );
}

/** A member that is wrong in some records, by their index. */
export function places(
  indexes: readonly number[],
  member: string,
  expected: string,
  received: string,
): Difference[] {
  if (indexes.length === 0) return [];
  const where = indexes.slice(0, 3).map((index) => `/${index}/${member}`);
  return [{ expected, received, where, count: indexes.length }];
}

/** `over 12 records of 3 lists`. */
export function over(count: number, what: string, lists: readonly unknown[]): string {
  const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return `over ${plural(count, what)} of ${plural(lists.length, 'list')}`;
}

/** Not part of a run in which this credential was not given. */
export function unlessGiven(name: RunFacts['credentials'][number], how: string) {
  return ({ credentials }: RunFacts): string | undefined =>
    credentials.includes(name) ? undefined : `no part of this run: ${how} was not given`;
}

/** Not part of a run that has the body of an answer and not its status and headers. */
export function withoutHead({ head }: RunFacts): string | undefined {
  return head
    ? undefined
    : 'no part of this run: the response was saved without its head (curl -i)';
}
