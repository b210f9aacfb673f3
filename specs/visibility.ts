import { Inconclusive, report } from '../src/contract/finding.ts';
import type { Context } from '../src/portal/context.ts';
import type { Credential } from '../src/portal/credential.ts';
import type { ListRead } from '../src/portal/token-list.ts';
import {
  changing,
  over,
  type PortalRequirement,
  places,
  reading,
  reportEach,
  unlessGiven,
} from './check.ts';
import { recordOf } from './own-record.ts';
import { disagreements, oneSided, summarise } from './stood-still.ts';

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
      const pair = [context.needed('caller.token'), context.needed('teammate.token')] as const;
      report(summarise(await context.settle((round) => oneSided(context, pair, round))));
      const list = await context.list(pair[0]);
      return over(list.byId.size, 'token', [list, list]);
    },
  ),
  reading(
    {
      id: 'listed-at-every-read',
      topic,
      level: 'MUST',
      title: 'A token is listed at every read',
      text: 'A token that is listed before and after a read is listed by that read too, whichever process of the server answers.',
      source: 'Description',
      needs: ['caller.token'],
    },
    async (context) => {
      const caller = context.needed('caller.token');
      const before = await context.list(caller);
      const { now, grace } = context.clock(before.exchange);
      // What is younger may still be on its way to some of the processes; what the run made has arrived.
      const made = new Set(context.isFull ? context.stage.tokens.map(({ id }) => id) : []);
      const youngest = now - grace - context.settleMs;
      const old = [...before.byId].filter(
        ([id, { createdAt }]) => made.has(id) || Number(createdAt) < youngest,
      );
      const looks = await Promise.all(Array.from({ length: 8 }, () => context.look(caller)));
      const usable = looks.filter((look) => look.usable);
      const lacking = (look: ListRead) =>
        old.filter(([id]) => !look.byId.has(id)).map(([id]) => id);
      const gaps = usable
        .map((look) => ({ look, ids: lacking(look) }))
        .filter(({ ids }) => ids.length > 0);
      if (gaps.length > 0) {
        // Deleted meanwhile, or is it there again?
        const after = (
          await Promise.all(Array.from({ length: 8 }, () => context.look(caller)))
        ).filter(({ usable: is }) => is);
        reportEach(
          gaps.map(({ look }) => look),
          (look) => {
            const count = lacking(look).filter((id) =>
              after.some(({ byId }) => byId.has(id)),
            ).length;
            return count === 0
              ? []
              : [
                  {
                    expected: 'every token that is listed before and after',
                    received: 'a list without some of them',
                    count,
                  },
                ];
          },
        );
      }
      return `${old.length} tokens in ${usable.length} answers`;
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
      return `over ${outside.byId.size} tokens of the outsider's account`;
    },
  ),
  reading(
    {
      id: 'outsider-user-hidden',
      topic,
      level: 'MUST',
      title: 'No user of another account is listed',
      text: "No list of the caller's account names the outsider as the one who created a token, whatever its id.",
      source: 'Description',
      needs: ['caller.token', 'outsider.token'],
    },
    async (context) => {
      const outsider = context.needed('outsider.token');
      const own = recordOf(await context.list(outsider), outsider.token)?.record;
      if (!own) throw new Inconclusive("the outsider's token is not listed: see own-token-listed");
      const { userEmail } = own;
      if (typeof userEmail !== 'string' || userEmail === '') {
        throw new Inconclusive('the outsider has no userEmail: see user-email-string');
      }
      const inside = (await context.lists()).filter(({ credential }) => credential !== outsider);
      reportEach(inside, (list) =>
        places(
          list.records.filter(([, one]) => one.userEmail === userEmail).map(([index]) => index),
          'userEmail',
          'users of the own account alone',
          "the outsider's address",
        ),
      );
      return over(
        inside.reduce((sum, list) => sum + list.records.length, 0),
        'record',
        inside,
      );
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
  reading(
    {
      id: 'every-kind-listed',
      topic,
      level: 'MUST',
      title: 'Tokens of every kind are listed',
      text: 'The token that a user came with, tokens with restrictions and tokens never used are listed for every user of the account.',
      source: 'Description',
      profiles: ['full'],
    },
    async (context) => {
      const { stage } = context;
      const made = stage.some(['default', 'unused', 'restricted'], ['caller', 'teammate']);
      const lists = await Promise.all(
        given(context, ['caller.token', 'teammate.token']).map((one) => context.list(one)),
      );
      reportEach(lists, (list) =>
        (['default', 'unused', 'restricted'] as const).flatMap((kind) => {
          const lacking = made.filter((token) => token.kind === kind && !recordOf(list, token.id));
          if (lacking.length === 0) return [];
          return [
            {
              expected: `every ${kind} token of the account`,
              received: 'a list without them',
              count: lacking.length,
            },
          ];
        }),
      );
      return over(made.length, 'token', lists);
    },
  ),
  reading(
    {
      id: 'session-sees-the-same',
      topic,
      level: 'MUST',
      title: 'A session sees what an API token sees',
      text: "The caller's session token is listed the same tokens as his API token, and told the same about them.",
      source: 'Authentication',
      needs: ['caller.token', 'caller.session'],
      inapplicable: unlessGiven('caller.session', 'PORTAL_CALLER_SESSION'),
    },
    async (context) => {
      const pair = [context.needed('caller.token'), context.needed('caller.session')] as const;
      const look = async (round: number) => [
        ...(await oneSided(context, pair, round)),
        ...(await disagreements(context, pair, round)),
      ];
      report(summarise(await context.settle(look)));
      const list = await context.list(pair[0]);
      return over(list.byId.size, 'token', [list, list]);
    },
  ),
  reading(
    {
      id: 'session-not-listed',
      topic,
      level: 'MUST',
      title: 'Session tokens are not listed',
      text: 'The list holds API tokens alone: no session token of a user of the account is in it.',
      source: 'Description',
      needs: ['caller.session'],
      inapplicable: unlessGiven('caller.session', 'PORTAL_CALLER_SESSION'),
    },
    async (context) => {
      const sessions = context.isFull
        ? [...context.stage.users.values()].map(({ token }) => token)
        : [context.needed('caller.session').token];
      const lists = await context.lists();
      reportEach(lists, (list) => {
        const count = sessions.filter((session) => list.byId.has(session)).length;
        return count === 0
          ? []
          : [{ expected: 'API tokens alone', received: 'a session token', count }];
      });
      return over(sessions.length, 'session', lists);
    },
  ),
  reading(
    {
      id: 'administrator-own-account',
      topic,
      level: 'MUST',
      title: "An administrator's list is that of his own account",
      text: 'An administrator is listed the tokens of his own account, and none of other accounts.',
      source: 'Description',
      profiles: ['full'],
    },
    async (context) => {
      const { stage } = context;
      const { token, variable } = stage.administrator;
      const list = await context.look({ label: "the administrator's token", variable, token });
      list.requireAnswer();
      if (!list.usable) throw new Inconclusive(list.trouble);
      const foreign = stage.tokens.filter(({ id }) => list.byId.has(id));
      reportEach([list], () =>
        foreign.length === 0
          ? []
          : [
              {
                expected: 'tokens of his own account alone',
                received: 'tokens of other accounts',
                count: foreign.length,
              },
            ],
      );
      return over(list.byId.size, 'token', [list]);
    },
  ),
  changing(
    {
      id: 'new-token-listed',
      topic,
      level: 'MUST',
      title: 'A new token is listed',
      text: 'A token that was just made is listed for every user of the account, within the settle bound.',
      source: 'Description',
    },
    async (context) => {
      const { stage } = context;
      const made = await stage.make(stage.user('caller'));
      for (const reader of given(context, ['caller.token', 'teammate.token'])) {
        const without = await context.settles(
          reader,
          (list) => recordOf(list, made.id) !== undefined,
        );
        if (!without) continue;
        if (!without.usable) throw new Inconclusive(without.trouble);
        report([
          {
            ...seen(without),
            expected: 'the token that was just made',
            received: 'a list without it',
          },
        ]);
      }
      return 'listed for caller and teammate';
    },
  ),
  changing(
    {
      id: 'deleted-token-gone',
      topic,
      level: 'MUST',
      title: 'A deleted token is no longer listed',
      text: 'A token that was deleted is listed for nobody any more, within the settle bound.',
      source: 'Description',
    },
    async (context) => {
      const { stage } = context;
      const made = await stage.make(stage.user('teammate'));
      const caller = context.needed('caller.token');
      const unseen = await context.settles(caller, (list) => recordOf(list, made.id) !== undefined);
      if (unseen) throw new Inconclusive('it was not listed before: see new-token-listed');
      await stage.remove(made);
      for (const reader of given(context, ['caller.token', 'teammate.token'])) {
        const still = await context.settles(
          reader,
          (list) => list.usable && !recordOf(list, made.id),
        );
        if (!still) continue;
        if (!still.usable) throw new Inconclusive(still.trouble);
        report([
          {
            ...seen(still),
            expected: 'a list without the token that was deleted',
            received: 'its record',
          },
        ]);
      }
      return 'gone for caller and teammate';
    },
  ),
  changing(
    {
      id: 'long-list-whole',
      topic,
      level: 'MUST',
      title: 'A long list is whole',
      text: 'An account of 120 tokens is listed whole: the contract knows no pages.',
      source: 'Description',
    },
    async (context) => {
      const { stage } = context;
      const outsider = stage.user('outsider');
      const made = await Promise.all(Array.from({ length: 120 }, () => stage.make(outsider)));
      const reader = context.needed('outsider.token');
      const lacking = (list: ListRead) => made.filter(({ id }) => !recordOf(list, id)).length;
      const short = await context.settles(reader, (list) => list.usable && lacking(list) === 0);
      if (short) {
        if (!short.usable) throw new Inconclusive(short.trouble);
        report([
          {
            ...seen(short),
            expected: `all of ${made.length} tokens that were just made`,
            received: `a list of ${short.records.length} without some of them`,
            count: lacking(short),
          },
        ]);
      }
      return `${made.length} tokens, all listed`;
    },
  ),
  changing(
    {
      id: 'made-outside-hidden',
      topic,
      level: 'MUST',
      title: 'A token made in another account is not listed',
      text: "A token that is made in the outsider's account during the run occurs nowhere in the lists of the caller's account.",
      source: 'Description',
    },
    async (context) => {
      const { stage } = context;
      const made = await stage.make(stage.user('outsider'));
      const reader = context.needed('outsider.token');
      const unseen = await context.settles(reader, (list) => recordOf(list, made.id) !== undefined);
      if (unseen)
        throw new Inconclusive('it is not listed in its own account: see long-list-whole');
      const looks = await Promise.all(
        given(context, ['caller.token', 'teammate.token', 'caller.session']).map((one) =>
          context.look(one),
        ),
      );
      reportEach(looks, (list) =>
        list.mentions([made.id]) === 0
          ? []
          : [{ expected: 'nothing of a token of another account', received: 'its id' }],
      );
      for (const look of looks) look.requireAnswer();
      return `not in ${looks.length} answers`;
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
