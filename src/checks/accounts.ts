import { Inconclusive } from '../contract/finding.ts';
import type { Context } from '../portal/context.ts';
import type { ListRead } from '../portal/list-read.ts';

/** The lists of one account, and those of the other. */
export interface Sides {
  readonly inside: readonly ListRead[];
  readonly outside: readonly ListRead[];
}

/** Every list that was read by a persona, by account. @throws Inconclusive when one has none */
export async function sidesOf(context: Context): Promise<Sides> {
  const lists = await context.lists();
  const outsider = context.needed('outsider.token');
  const outside = lists.filter(({ credential }) => credential.token === outsider.token);
  const given = context.given('caller.token', 'teammate.token', 'caller.session');
  const inside = lists.filter(({ credential }) =>
    given.some(({ token }) => token === credential.token),
  );
  if (outside.length === 0 || inside.length === 0)
    throw new Inconclusive('the list could not be read in both accounts');
  return { inside, outside };
}

/** Ids that most lists of an account have: one response may come from a cache that mixes accounts. */
export function idsOf(lists: readonly ListRead[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { byId } of lists)
    for (const id of byId.keys()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count * 2 > lists.length).map(([id]) => id));
}

/** Those that are too long to occur anywhere by chance. */
export function longIds(lists: readonly ListRead[]): ReadonlySet<string> {
  return new Set([...idsOf(lists)].filter((id) => id.length >= 16));
}
