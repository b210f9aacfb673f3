import { Inconclusive, report } from '../src/contract/finding.ts';
import type { Context } from '../src/portal/context.ts';
import type { Credential } from '../src/portal/credential.ts';
import type { ListRead } from '../src/portal/token-list.ts';
import { over, type PortalRequirement, reading } from './check.ts';
import { recordOf } from './record.ts';

const topic = 'visibility';

export const visibility: readonly PortalRequirement[] = [
  reading(
    {
      id: 'own-token-listed',
      topic,
      level: 'MUST',
      title: 'Your own token is listed',
      text: 'The list holds the API token that the user created and asks with.',
      source: 'Description',
      needs: ['caller.token'],
    },
    async (context) => {
      const own = given(context, ['caller.token', 'teammate.token', 'outsider.token']);
      const findings = [];
      for (const credential of own) {
        const list = await context.list(credential);
        if (recordOf(list, credential.token)) continue;
        findings.push({
          ...seen(list),
          expected: `${credential.label} in the list that it opens`,
          received: `${list.records.length} records, none of which is it`,
          hint: `or ${credential.variable} is a session token, which is never listed`,
        });
      }
      report(findings);
      return `over ${own.length} of our tokens`;
    },
  ),
  reading(
    {
      id: 'teammate-token-listed',
      topic,
      level: 'MUST',
      title: "A teammate's token is listed",
      text: 'The list holds the tokens that other users of the account created: each of two teammates sees the token of the other.',
      source: 'Description',
      needs: ['caller.token', 'teammate.token'],
    },
    async (context) => {
      const caller = context.needed('caller.token');
      const teammate = context.needed('teammate.token');
      report(
        (await pairs(context, [caller], [teammate]))
          .filter(({ list, token }) => !recordOf(list, token.token))
          .map(({ list, token }) => ({
            ...seen(list),
            expected: `${token.label} in the list of a user of the same account`,
            received: `${list.records.length} records, none of which is it`,
            ...(context.identity(token)
              ? {}
              : { hint: `or ${token.variable} belongs to another account` }),
          })),
      );
      return 'each sees the token of the other';
    },
  ),
  reading(
    {
      id: 'lists-hold-the-same',
      topic,
      level: 'MUST',
      title: 'Users of one account see the same tokens',
      text: 'What caller and teammate are listed is the same set of tokens, over those that stood still.',
      source: 'Description',
      needs: ['caller.token', 'teammate.token'],
    },
    async (context) => {
      const found = await context.settle((round) => oneSided(context, round));
      report(found);
      const list = await context.list(context.needed('caller.token'));
      return over(list.byId.size, 'token', [list, list]);
    },
  ),
  reading(
    {
      id: 'outsider-token-hidden',
      topic,
      level: 'MUST',
      title: "Another account's token is not listed",
      text: "The outsider's token is in no list of the caller's account, nor a token of that account in the outsider's list.",
      source: 'Description',
      needs: ['caller.token', 'outsider.token'],
    },
    async (context) => {
      const outsider = context.needed('outsider.token');
      const inside = given(context, ['caller.token', 'teammate.token']);
      const across = await pairs(context, inside, [outsider]);
      report(
        across
          .filter(({ list, token }) => list.byId.has(token.token))
          .map(({ list, token }) => ({
            ...seen(list),
            expected: `${token.label} in no list of another account`,
            received: 'a record of it',
            ...(context.identity(token)
              ? {}
              : { hint: `or ${token.variable} belongs to the same account` }),
          })),
      );
      return `over ${across.length} pairs of token and list`;
    },
  ),
  reading(
    {
      id: 'accounts-share-nothing',
      topic,
      level: 'MUST',
      title: 'Two accounts share no token',
      text: "No token is listed both in the caller's account and in the outsider's.",
      source: 'Description',
      needs: ['caller.token', 'outsider.token'],
    },
    async (context) => {
      const outside = await context.list(context.needed('outsider.token'));
      const inside = await Promise.all(
        given(context, ['caller.token', 'teammate.token']).map((one) => context.list(one)),
      );
      report(
        inside
          .map((list) => ({
            list,
            shared: [...list.byId.keys()].filter((id) => outside.byId.has(id)),
          }))
          .filter(({ shared }) => shared.length > 0)
          .map(({ list, shared }) => ({
            ...seen(list),
            expected: "no token that the outsider's account lists too",
            received: 'tokens of both accounts',
            count: shared.length,
          })),
      );
      return over(outside.byId.size, "token of the outsider's account", inside);
    },
  ),
  reading(
    {
      id: 'outsider-ids-nowhere',
      topic,
      level: 'MUST',
      title: 'Nothing in the answer gives away a token of another account',
      text: "No id of 16 characters or more of the outsider's list occurs anywhere in the caller's answer, in whatever member or header.",
      source: 'Description',
      needs: ['caller.token', 'outsider.token'],
    },
    async (context) => {
      const outside = await context.list(context.needed('outsider.token'));
      const ids = [...outside.byId.keys()].filter((id) => id.length >= 16);
      if (ids.length === 0)
        throw new Inconclusive("the outsider's list has no id of 16 characters", 'untested');
      if (outside.mentions(ids) === 0)
        throw new Inconclusive("the search finds nothing in the outsider's own list");
      const inside = given(context, ['caller.token', 'teammate.token', 'caller.session']);
      const reads = await Promise.all(inside.map((one) => context.read(one)));
      report(
        reads
          .map((read) => ({ read, count: read.mentions(ids) }))
          .filter(({ count }) => count > 0)
          .map(({ read, count }) => ({
            ...seen(read),
            expected: "no id of the outsider's list anywhere in the answer",
            received: 'such ids',
            count,
          })),
      );
      for (const read of reads) read.requireAnswer();
      return `${ids.length} ids looked for in ${reads.length} answers`;
    },
  ),
];

function given(context: Context, names: readonly Credential['name'][]): Credential[] {
  return names.map((name) => context.credential(name)).filter((one) => one !== undefined);
}

function seen(list: ListRead): { credential: string; curl: string } {
  return { credential: list.credential.label, curl: list.exchange.curl };
}

/** Every list of one side with every token of the other, both ways. */
async function pairs(context: Context, some: readonly Credential[], others: readonly Credential[]) {
  const both = some.flatMap((one) =>
    others.flatMap((other) => [[one, other] as const, [other, one] as const]),
  );
  return Promise.all(
    both.map(async ([reader, token]) => ({ list: await context.list(reader), token })),
  );
}

/** Tokens that one of two lists lacked between two reads of the other that had them. */
async function oneSided(context: Context, round: number) {
  const pair = [context.needed('caller.token'), context.needed('teammate.token')] as const;
  const ids = async (who: Credential, at: number) => (await context.list(who, at)).byId;
  const [mine, theirs] = [await ids(pair[0], round), await ids(pair[1], round)];
  if (mine.size === theirs.size && [...mine.keys()].every((id) => theirs.has(id))) return [];
  const findings = [];
  for (const [holder, other] of [pair, [pair[1], pair[0]] as const]) {
    const before = await ids(holder, round);
    const between = await context.list(other, round + 1);
    const after = await ids(holder, round + 2);
    const missing = [...before.keys()].filter((id) => after.has(id) && !between.byId.has(id));
    if (missing.length === 0) continue;
    findings.push({
      ...seen(between),
      expected: `every token that is listed for ${holder.label}`,
      received: 'a list without them',
      count: missing.length,
    });
  }
  return findings;
}
