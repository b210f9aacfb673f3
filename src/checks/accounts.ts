import { Inconclusive } from '../contract/finding.ts';
import type { Persona } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import type { ListRead } from '../portal/list-read.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

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

/** From this length on an id occurs nowhere by chance, and from the other it is no other string. */
const [longLength, shortLength] = [16, 8];

export interface Ids {
  /** What is looked for anywhere. */
  readonly long: ReadonlySet<string>;
  /** What is looked for as a whole string. */
  readonly short: ReadonlySet<string>;
}

/** Ids that most lists of an account have, but for some, by how they are looked for. */
export function searchedIds(lists: readonly ListRead[], but: Iterable<string> = []): Ids {
  const ids = new Set(idsOf(lists));
  for (const id of but) ids.delete(id);
  const some = (holds: (length: number) => boolean) =>
    new Set([...ids].filter(({ length }) => holds(length)));
  return {
    long: some((length) => length >= longLength),
    short: some((length) => length >= shortLength && length < longLength),
  };
}

/** A name as the run gave it, to its random end: one that was cut may be that of others. */
const isWholeName = (name: string) => /“.*”.* [A-Za-z0-9]{8}$/.test(name);
const isWholeAddress = (address: string) => address.endsWith('@example.com');

/** Names that the run gave to what is of some personas, and to nothing else, as the portal answered them. */
export function namesOf(sandbox: Sandbox, personas: readonly Persona[]): ReadonlySet<string> {
  const addresses = personas
    .flatMap((persona) => sandbox.users.get(persona)?.email ?? [])
    .filter(isWholeAddress)
    .flatMap((address) => [address, address.replace(/\+.*/, '')]);
  const names = sandbox.tokens.flatMap(({ name, owner }) =>
    name !== undefined && personas.includes(owner.persona) && isWholeName(name) ? [name] : [],
  );
  return new Set([...addresses, ...names].filter((name) => sandbox.isOwnName(name)));
}
