import type { Finding, Sides } from '../contract/finding.ts';
import { saysTheSame } from '../contract/json.ts';
import { isOlder } from '../portal/clock.ts';
import type { Context } from '../portal/context.ts';
import type { Credential } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import { sidesOf } from './sides.ts';

// Others use the server too. What two reads of one user agree on stood still in
// between, and what another user saw in between can be compared with it.

export type Pair = readonly [Credential, Credential];

/** One token, and how somebody's list is at odds with it. */
export interface Odds {
  readonly key: string;
  readonly expected: string;
  readonly received: string;
  readonly list: ListRead;
  /** Whether it is about a token that is older than what may take a while to show. */
  readonly isSettled?: boolean;
  readonly sides: () => Sides;
}

/** Tokens that one of two lists lacked between two reads of the other that had them. */
export async function oneSided(context: Context, pair: Pair, round: number): Promise<Odds[]> {
  const ids = async (who: Credential, at: number) => (await context.list(who, at)).byId;
  const [some, others] = [await ids(pair[0], round), await ids(pair[1], round)];
  if (some.size === others.size && [...some.keys()].every((id) => others.has(id))) return [];
  const odds: Odds[] = [];
  for (const [holder, other] of [pair, [pair[1], pair[0]] as const]) {
    const before = await ids(holder, round);
    const list = await context.list(other, round + 1);
    const after = await ids(holder, round + 2);
    for (const [id, record] of before) {
      if (!after.has(id) || list.byId.has(id)) continue;
      const expected = `every token that is listed for ${holder.label}`;
      const isSettled = isOlder(record, context.clock(list.exchange), context.settleMs);
      const key = `${other.name} ${id}`;
      const sides = () => sidesOf([holder.label, other.label], told, record);
      odds.push({ key, expected, received: 'a list without them', list, isSettled, sides });
    }
  }
  return odds;
}

const told = ['name', 'userId', 'userEmail', 'createdAt', 'restrictions'] as const;

/** Members of a token that differ between two users. */
export async function disagreements(context: Context, pair: Pair, round: number): Promise<Odds[]> {
  const [some, others] = [await context.list(pair[0], round), await context.list(pair[1], round)];
  const members = (one: ListRead, other: ListRead, id: string) =>
    told.filter((member) => {
      const [here, there] = [one.byId.get(id), other.byId.get(id)];
      return here && there && !saysTheSame(here[member], there[member]);
    });
  const apart = [...some.byId.keys()].filter((id) => members(some, others, id).length > 0);
  if (apart.length === 0) return [];
  const list = await context.list(pair[1], round + 1);
  const again = await context.list(pair[0], round + 2);
  const of = [pair[0].label, pair[1].label] as const;
  return apart.flatMap((id) => {
    const [here, there] = [some.byId.get(id), list.byId.get(id)];
    if (!here || !there) return [];
    const sides = () => sidesOf(of, told, here, there);
    const moved = new Set(members(some, again, id));
    return members(some, list, id)
      .filter((member) => !moved.has(member))
      .map((member) => {
        const expected = `${member} of a token as ${pair[0].label} sees it`;
        return { key: `${member} ${id}`, expected, received: 'another value', list, sides };
      });
  });
}

/** What a list lacks, or tells otherwise, of what somebody was listed before it and after it. */
export function oddsWith(list: ListRead, before: ListRead, after: ListRead): Odds[] {
  const of = [before.credential.label, list.credential.label] as const;
  return [...before.byId].flatMap(([id, record]) => {
    const [there, later] = [list.byId.get(id), after.byId.get(id)];
    if (!later) return [];
    const sides = () => sidesOf(of, told, record, there);
    const odds = (expected: string, received: string) => ({ expected, received, list, sides });
    if (!there)
      return [
        { key: id, ...odds(`every token that is listed for ${of[0]}`, 'a list without them') },
      ];
    return told
      .filter((member) => saysTheSame(record[member], later[member]))
      .filter((member) => !saysTheSame(record[member], there[member]))
      .map((member) => ({
        key: `${member} ${id}`,
        ...odds(`${member} of a token as ${of[0]} sees it`, 'another value'),
      }));
  });
}

/** One finding for each kind of odds with a list. */
export function summarise(odds: readonly Odds[]): Finding[] {
  const groups = new Map<string, Odds[]>();
  for (const one of odds) {
    const kind = `${one.expected} ${one.list.credential.label}`;
    groups.set(kind, [...(groups.get(kind) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const { expected, received, list, sides } = group[0] as Odds;
    const { label: credential } = list.credential;
    const { curl } = list.exchange;
    return { expected, received, count: group.length, credential, curl, sides: sides() };
  });
}
