import { createHash } from 'node:crypto';
import { describe } from '../src/contract/describe.ts';
import { Inconclusive, report } from '../src/contract/finding.ts';
import { saysTheSame } from '../src/contract/json.ts';
import type { Excluded } from '../src/contract/requirement.ts';
import type { Context } from '../src/portal/context.ts';
import type { ListRead } from '../src/portal/token-list.ts';
import {
  type Difference,
  over,
  type PortalRequirement,
  reading,
  reportEach,
  shaped,
} from './check.ts';

const topic = 'record';

export const record: readonly (PortalRequirement | Excluded)[] = [
  shaped({
    id: 'id-present',
    topic,
    level: 'MUST',
    title: 'Every record has an id',
    text: 'Each record has the member id.',
    source: 'Response Schema, id',
  }),
  shaped(
    {
      id: 'id-bearer-token',
      topic,
      level: 'MUST',
      title: 'id is a bearer token',
      text: 'id is a non-empty string of the characters that a bearer token may have.',
      source: 'Response Schema, id',
    },
    (one) => 'id' in one,
  ),
  reading(
    {
      id: 'id-is-the-token',
      topic,
      level: 'MUST',
      title: 'id is the token itself',
      text: 'A token is listed under exactly the string that authenticates requests: not masked, hashed, cut or in another case.',
      source: 'Response Schema, id',
      needs: ['caller.token'],
    },
    async (context) => {
      const lists = await accountLists(context);
      const known = accountTokens(context);
      let seen = 0;
      reportEach(lists, (list) =>
        known.flatMap(({ token, label }) => {
          const like = recordOf(list, token);
          if (like === undefined) return [];
          seen += 1;
          if (like.exact) return [];
          return [
            {
              expected: `${label}, exactly as it is sent`,
              received: `${describe(like.id)}, which only resembles it`,
              where: [`/${like.index}/id`],
            },
          ];
        }),
      );
      if (seen === 0) throw new Inconclusive('no token of ours is listed: see own-token-listed');
      return over(seen, 'token', lists);
    },
  ),
  {
    id: 'id-opens-core-api',
    topic,
    level: 'MUST',
    title: 'id authenticates Core API requests too',
    text: 'The id of a record authenticates requests to the Core API.',
    source: 'Response Schema, id',
    excluded:
      'the Core API serves charts under a licence and is not part of this contract; no call of it is sent',
  },
  shaped({
    id: 'name-present',
    topic,
    level: 'MUST',
    title: 'Every record has a name',
    text: 'Each record has the member name.',
    source: 'Response Schema, name',
  }),
  shaped(
    {
      id: 'name-string',
      topic,
      level: 'MUST',
      title: 'name is a string',
      text: 'name is a string; it may be empty.',
      source: 'Response Schema, name',
    },
    (one) => 'name' in one,
  ),
  shaped({
    id: 'user-id-present',
    topic,
    level: 'MUST',
    title: 'Every record has a userId',
    text: 'Each record has the member userId.',
    source: 'Response Schema, userId',
  }),
  shaped(
    {
      id: 'user-id-integer',
      topic,
      level: 'MUST',
      title: 'userId is an integer',
      text: 'userId is an integer, as in the example response.',
      source: 'Response Schema, userId',
    },
    (one) => 'userId' in one,
  ),
  shaped({
    id: 'user-email-present',
    topic,
    level: 'MUST',
    title: 'Every record has a userEmail',
    text: 'Each record has the member userEmail.',
    source: 'Response Schema, userEmail',
  }),
  shaped(
    {
      id: 'user-email-string',
      topic,
      level: 'MUST',
      title: 'userEmail is a non-empty string',
      text: 'userEmail is a string of at least one character; it need not look like an address.',
      source: 'Response Schema, userEmail',
    },
    (one) => 'userEmail' in one,
  ),
  reading(
    {
      id: 'user-email-consistent',
      topic,
      level: 'MUST',
      title: 'One user has one userEmail',
      text: 'All records of one answer with the same userId have the same userEmail.',
      source: 'Response Schema, userEmail',
    },
    async (context) => {
      const lists = await context.lists();
      reportEach(lists, severalAddresses);
      const records = lists.reduce((sum, list) => sum + list.records.length, 0);
      if (records === 0)
        throw new Inconclusive(
          'nothing to see it in: make an API token in the account',
          'untested',
        );
      return over(records, 'record', lists);
    },
  ),
  reading(
    {
      id: 'creator-own',
      topic,
      level: 'MUST',
      title: 'userId is the user who created the token',
      text: 'The tokens of caller and teammate carry different users, each the one that /auth/whoami tells, where it answers.',
      source: 'Response Schema, userId',
      needs: ['caller.token'],
    },
    creatorOwn,
  ),
  reading(
    {
      id: 'lists-agree',
      topic,
      level: 'MUST',
      title: 'Everybody is told the same about a token',
      text: 'Caller and teammate see the same name, userId, userEmail, createdAt and restrictions of a token.',
      source: 'Response Schema',
      needs: ['caller.token', 'teammate.token'],
    },
    async (context) => {
      const found = await context.settle((round) => disagreements(context, round));
      report(found);
      const list = await context.list(context.needed('caller.token'));
      return over(list.byId.size, 'token', [list, list]);
    },
  ),
  shaped({
    id: 'undocumented-members',
    topic,
    level: 'NOTE',
    title: 'Records have the seven documented members only',
    text: 'A record has no member beside the documented ones. Further members are allowed.',
    source: 'Response Schema',
  }),
  shaped(
    {
      id: 'id-32-hex',
      topic,
      level: 'NOTE',
      title: 'id has the form of the examples',
      text: 'id is 32 hexadecimal digits, as in the example response. Other forms are allowed.',
      source: 'Example Response',
    },
    (one) => 'id' in one,
  ),
  shaped(
    {
      id: 'user-email-address',
      topic,
      level: 'NOTE',
      title: 'userEmail looks like an address',
      text: 'userEmail has the form of an e-mail address. The first administrator of a portal has the word admin.',
      source: 'Response Schema, userEmail',
    },
    (one) => 'userEmail' in one,
  ),
];

/** The lists of the caller's account: the outsider's is another. */
async function accountLists(context: Context): Promise<readonly ListRead[]> {
  const lists = await context.lists();
  return lists.filter(({ credential }) => credential.persona !== 'outsider');
}

function accountTokens(context: Context) {
  return (['caller.token', 'teammate.token'] as const)
    .map((name) => context.credential(name))
    .filter((credential) => credential !== undefined);
}

/** The record of a token: under the token itself, or under what resembles it. */
export function recordOf(list: ListRead, token: string) {
  const ids = list.records.map(([index, { id }]) => ({ index, id }));
  const exact = ids.find(({ id }) => id === token);
  if (exact) return { ...exact, exact: true };
  const stored = new Set(derived(token));
  const like = ids.find(({ id }) => typeof id === 'string' && resembles(id, token, stored));
  return like ? { ...like, exact: false } : undefined;
}

function resembles(id: string, token: string, stored: ReadonlySet<string>): boolean {
  if (stored.has(id) || stored.has(id.toLowerCase())) return true;
  if (id.toLowerCase() === token.toLowerCase() || id.includes(token)) return true;
  if (id.replaceAll('-', '') === token.replaceAll('-', '')) return true;
  if (id.length >= 6 && (token.startsWith(id) || token.endsWith(id))) return true;
  const visible = id.split(/[*•….x]{2,}/i);
  if (visible.length === 1) return false;
  const [start = '', end = ''] = [visible[0], visible.at(-1)];
  return start.length + end.length >= 4 && token.startsWith(start) && token.endsWith(end);
}

/** What a portal might keep in place of a token. */
function* derived(token: string): Generator<string> {
  yield Buffer.from(token).toString('base64');
  yield Buffer.from(token).toString('base64url');
  yield [...token].reverse().join('');
  for (const algorithm of ['sha256', 'sha1', 'md5', 'sha512']) {
    const digest = createHash(algorithm).update(token).digest();
    yield digest.toString('hex');
    yield digest.toString('base64');
    yield digest.toString('base64url');
  }
}

function severalAddresses(list: ListRead): Difference[] {
  const addresses = new Map<unknown, unknown>();
  const other: number[] = [];
  for (const [index, { userId, userEmail }] of list.records) {
    if (userId === undefined || typeof userEmail !== 'string') continue;
    if (!addresses.has(userId)) addresses.set(userId, userEmail);
    else if (addresses.get(userId) !== userEmail) other.push(index);
  }
  if (other.length === 0) return [];
  return [
    {
      expected: 'the userEmail that an earlier record of the same userId has',
      received: 'another one',
      where: other.slice(0, 3).map((index) => `/${index}/userEmail`),
      count: other.length,
    },
  ];
}

async function creatorOwn(context: Context): Promise<string> {
  const findings: (Difference & { credential: string; curl: string })[] = [];
  const owners: { label: string; userId: unknown }[] = [];
  let told = 0;
  for (const credential of accountTokens(context)) {
    const list = await context.list(credential);
    const own = recordOf(list, credential.token);
    if (own === undefined)
      throw new Inconclusive(`${credential.label} is not listed: see own-token-listed`);
    const userId = list.records.find(([index]) => index === own.index)?.[1].userId;
    if (userId === undefined) throw new Inconclusive('a record has no userId: see user-id-present');
    const place = {
      where: [`/${own.index}/userId`],
      credential: credential.label,
      curl: list.exchange.curl,
    };
    const identity = context.identity(credential);
    if (identity) {
      told += 1;
      // A user id of another type is judged by user-id-integer alone.
      if (String(identity.userId) !== String(userId)) {
        findings.push({
          expected: 'the userId that /auth/whoami tells',
          received: 'another user',
          ...place,
        });
      }
    }
    const same = owners.find((one) => String(one.userId) === String(userId));
    if (same) {
      const hint = identity ? {} : { hint: 'or both tokens were made by one user' };
      findings.push({
        expected: `another user than that of ${same.label}`,
        received: 'the same userId',
        ...place,
        ...hint,
      });
    }
    owners.push({ label: credential.label, userId });
  }
  report(findings);
  if (told === 0 && owners.length < 2) {
    throw new Inconclusive(
      '/auth/whoami does not tell, and there is no PORTAL_TEAMMATE_TOKEN to compare with',
      'untested',
    );
  }
  return `over ${owners.length} of our tokens, ${told} told by /auth/whoami`;
}

const told = ['name', 'userId', 'userEmail', 'createdAt', 'restrictions'] as const;

/**
 * Members of a token that stood still between two reads of one user, and that
 * another user was told otherwise in between.
 */
async function disagreements(context: Context, round: number) {
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
