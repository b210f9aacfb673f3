import { Inconclusive } from '../contract/finding.ts';
import type {
  Advice,
  Checked,
  Excluded,
  Profile,
  RunFacts,
  Statement,
  Topic,
} from '../contract/requirement.ts';
import type { Trait } from '../portal/body-facts.ts';
import type { Context } from '../portal/context.ts';
import { failEach, over } from './findings.ts';

/** A requirement that is judged against a portal. */
export type PortalRequirement = Checked<Context>;

/** What a requirement says and how to fix a violation, before its check and its topic. */
export type Draft = Omit<Statement, 'topic' | 'since'> & Partial<Pick<Statement, 'since'>> & Advice;

/** A requirement that lacks its topic. */
export type WithoutTopic = (
  | Omit<PortalRequirement, 'topic' | 'since'>
  | Omit<Excluded, 'topic' | 'since'>
) &
  Partial<Pick<Statement, 'since'>>;

/** The requirements of a topic, in the order in which they are reported. */
export function ofTopic(
  topic: Topic,
  requirements: readonly WithoutTopic[],
): readonly (PortalRequirement | Excluded)[] {
  return requirements.map((requirement) => ({ since: '0.1.0', ...requirement, topic }));
}

/** The profiles of what one response shows: it can be judged in a saved one, too. */
export const anyProfile: readonly Profile[] = ['read-only', 'full', 'saved'];

type Traits = Partial<
  Pick<PortalRequirement, 'needs' | 'inapplicable' | 'profiles' | 'everyResponse' | 'mayLag'>
>;

/** A requirement that reads the list, in a portal unless it says otherwise. */
export function reading(draft: Draft & Traits, check: PortalRequirement['check']) {
  const profiles: readonly Profile[] = ['read-only', 'full'];
  return { profiles, needs: [], phase: 'reads' as const, ...draft, check };
}

/** A requirement of the full profile whose check creates, uses or removes something. */
export function changing(draft: Draft, check: PortalRequirement['check']) {
  return { ...reading(draft, check), profiles: ['full'] as const, phase: 'changes' as const };
}

/**
 * A requirement that the schemas decide: their keyword `requirement` names it.
 *
 * @param about whether a record holds what the requirement is about
 * @param provide what to give so that there is one
 * @param shows what the run itself brings about: it is waited for until a record shows it
 */
export function shaped(
  draft: Draft,
  about: Trait = always,
  provide = 'create an API token in the account',
  shows?: Trait,
) {
  return reading({ ...draft, profiles: anyProfile }, async (context) => {
    const lists = await context.lists(shows);
    failEach(lists, (list) => list.shape.get(draft.id) ?? []);
    let seen = 0;
    for (const list of lists) seen += list.countOf(about);
    if (seen === 0) throw new Inconclusive(`no record to check: ${provide}`, 'untested');
    return over(seen, 'record', lists);
  });
}

const always: Trait = () => true;

/** Not part of a run in which this credential was not given. */
export function unlessGiven(name: RunFacts['credentials'][number], how: string) {
  return ({ credentials }: RunFacts): string | undefined =>
    credentials.includes(name) ? undefined : `not checked: ${how} was not given`;
}

/** Not part of a run that has the body of a response and not its status and headers. */
export function withoutHead({ head }: RunFacts): string | undefined {
  return head ? undefined : 'not checked: the response was saved without its headers (curl -i)';
}
