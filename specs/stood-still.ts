import { saysTheSame } from '../src/contract/json.ts';
import type { Context } from '../src/portal/context.ts';
import type { Credential } from '../src/portal/credential.ts';
import type { ListRead } from '../src/portal/token-list.ts';

// Others use the server too. What two reads of one user agree on stood still in
// between, and what another user was told in between can be held against it.

const told = ['name', 'userId', 'userEmail', 'createdAt', 'restrictions'] as const;

/**
 * Members of a token that stood still between two reads of one user, and that
 * another user was told otherwise in between.
 */
export async function disagreements(context: Context, round: number) {
  const caller = context.needed('caller.token');
  const teammate = context.needed('teammate.token');
  const [mine, theirs] = [await context.list(caller, round), await context.list(teammate, round)];
  const members = (one: ListRead, other: ListRead, id: string) =>
    told.filter((member) => {
      const [here, there] = [one.byId.get(id), other.byId.get(id)];
      return here && there && !saysTheSame(here[member], there[member]);
    });
  if ([...mine.byId.keys()].every((id) => members(mine, theirs, id).length === 0)) return [];
  const between = await context.list(teammate, round + 1);
  const again = await context.list(caller, round + 2);
  const counts = new Map<string, number>();
  for (const id of mine.byId.keys()) {
    const moved = new Set(members(mine, again, id));
    for (const member of members(mine, between, id)) {
      if (!moved.has(member)) counts.set(member, (counts.get(member) ?? 0) + 1);
    }
  }
  return [...counts].map(([member, count]) => ({
    expected: `${member} of a token as the caller is told it`,
    received: 'another value',
    count,
    credential: teammate.label,
    curl: between.exchange.curl,
  }));
}

/** Tokens that one of two lists lacked between two reads of the other that had them. */
export async function oneSided(
  context: Context,
  pair: readonly [Credential, Credential],
  round: number,
) {
  const ids = async (who: Credential, at: number) => (await context.list(who, at)).byId;
  const [some, others] = [await ids(pair[0], round), await ids(pair[1], round)];
  if (some.size === others.size && [...some.keys()].every((id) => others.has(id))) return [];
  const findings = [];
  for (const [holder, other] of [pair, [pair[1], pair[0]] as const]) {
    const before = await ids(holder, round);
    const between = await context.list(other, round + 1);
    const after = await ids(holder, round + 2);
    const missing = [...before.keys()].filter((id) => after.has(id) && !between.byId.has(id));
    if (missing.length === 0) continue;
    findings.push({
      expected: `every token that is listed for ${holder.label}`,
      received: 'a list without them',
      count: missing.length,
      credential: other.label,
      curl: between.exchange.curl,
    });
  }
  return findings;
}
