import { failEach, over, pairs, places, seenIn } from '../../src/checks/findings.ts';
import { reading, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { oneSided, summarise } from '../../src/checks/stable.ts';
import { failIf } from '../../src/contract/finding.ts';
import { sameId } from '../../src/contract/json.ts';
import type { ListRead } from '../../src/portal/list-read.ts';
import type { Id } from '../../src/sandbox/answers.ts';
import { everyRead } from './every-read.ts';

/** All users see the tokens of their own account. */
export const withinAccount: readonly WithoutTopic[] = [
  reading(
    {
      id: 'own-token-listed',
      level: 'MUST',
      title: 'Your own token is listed',
      text: 'The list holds the API token that the user created and asks with.',
      source: 'Description',
      causes: 'The token in use is hidden, or the list is filtered by kind, age or page.',
      fix: 'List every API token of the account, the one in use too.',
      needs: ['caller.token'],
    },
    async (context) => {
      const own = context.given('caller.token', 'teammate.token', 'outsider.token');
      const findings = [];
      for (const credential of own) {
        const list = await context.list(credential);
        if (recordOf(list, credential.token)) continue;
        findings.push({
          ...seenIn(list),
          expected: `${credential.label} in the list that it opens`,
          received: `${list.records.length} records, none of which is it`,
          ...(context.isFull
            ? {}
            : { hint: `or ${credential.variable} is a session token, which is never listed` }),
        });
      }
      failIf(findings);
      return `over ${own.length} of our tokens`;
    },
  ),
  reading(
    {
      id: 'teammate-token-listed',
      level: 'MUST',
      title: "A teammate's token is listed",
      text: 'The list holds the tokens that other users of the account created: each of two teammates sees the token of the other.',
      source: 'Description',
      causes: 'The list is filtered by the user who asks.',
      fix: 'Filter by the account of the user, not by the user.',
      needs: ['caller.token', 'teammate.token'],
    },
    async (context) => {
      const caller = context.needed('caller.token');
      const teammate = context.needed('teammate.token');
      failIf(
        (await pairs(context, [caller], [teammate]))
          .filter(({ list, token }) => !recordOf(list, token.token))
          .map(({ list, token }) => ({
            ...seenIn(list),
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
      level: 'MUST',
      title: 'Users of one account see the same tokens',
      text: 'What caller and teammate are listed is the same set of tokens, over those that stood still.',
      source: 'Description',
      causes: 'Some tokens are hidden from others, by role or by kind.',
      fix: 'List the same tokens for every user of an account.',
      needs: ['caller.token', 'teammate.token'],
    },
    async (context) => {
      const pair = [context.needed('caller.token'), context.needed('teammate.token')] as const;
      failIf(summarise(await context.persisting((round) => oneSided(context, pair, round))));
      const list = await context.list(pair[0]);
      return over(list.byId.size, 'token', [list, list]);
    },
  ),
  ...everyRead,
  reading(
    {
      id: 'every-kind-listed',
      level: 'MUST',
      title: 'Tokens of every kind are listed',
      text: 'The token that a user came with, tokens with restrictions, tokens never used, and tokens without a name or with one that is there twice are listed for every user of the account.',
      source: 'Description',
      causes: 'Tokens with restrictions, default tokens or unused ones are filtered out.',
      fix: 'List every API token of the account.',
      profiles: ['full'],
    },
    async (context) => {
      const { sandbox } = context;
      const kinds = ['default', 'unused', 'restricted', 'hard'] as const;
      const created = sandbox.tokensOf(kinds, ['caller', 'teammate', 'outsider']);
      const readers = context.given('caller.token', 'teammate.token', 'outsider.token');
      const lists: ListRead[] = [];
      const findings = [];
      for (const reader of readers) {
        const list = await context.list(reader);
        lists.push(list);
        const { accountId } = sandbox.user(reader.persona);
        for (const kind of kinds) {
          const count = created.filter(
            ({ id, owner, kind: its }) =>
              its === kind && sameId(owner.accountId, accountId) && !recordOf(list, id),
          ).length;
          if (count === 0) continue;
          const expected =
            kind === 'hard'
              ? 'every token of the account, whatever its name'
              : `every ${kind} token of the account`;
          findings.push({ ...seenIn(list), expected, received: 'a list without them', count });
        }
      }
      failIf(findings);
      return over(created.length, 'token', lists);
    },
  ),
  reading(
    {
      id: 'new-account-own-records',
      level: 'MUST',
      title: 'A new account lists the tokens of its own users alone',
      text: 'In accounts that the run created, every record belongs to a user that the run created there, or whom the portal put there itself and lists as a user of the account.',
      source: 'Description',
      causes: 'Tokens of the system, of support or without an account are listed for everybody.',
      fix: 'Filter by account, without exceptions.',
      profiles: ['full'],
    },
    async (context) => {
      const { sandbox } = context;
      const lists = await context.lists();
      const users = [...sandbox.users.values()];
      const accountOf = ({ credential }: ListRead) =>
        users.find(
          ({ token, persona }) =>
            token === credential.token ||
            context.credential(`${persona}.token`)?.token === credential.token,
        )?.accountId;
      const foreignIn = (list: ListRead, own: readonly unknown[]) => {
        const foreign = list.records.filter(
          ([, { userId, userEmail }]) =>
            userId !== undefined &&
            !own.some((id) => sameId(id, userId)) &&
            !sandbox.isOwnName(userEmail),
        );
        // An id of another form: see user-id-integer and user-id-as-made.
        return foreign.length === list.records.length ? [] : foreign;
      };
      const ownIn = (accountId: Id) =>
        users.filter((user) => sameId(user.accountId, accountId)).map(({ id }) => id);
      const doubtful = new Map<Id, readonly unknown[]>();
      for (const list of lists) {
        const accountId = accountOf(list);
        if (accountId === undefined || foreignIn(list, ownIn(accountId)).length === 0) continue;
        if (!doubtful.has(accountId)) doubtful.set(accountId, await sandbox.usersIn(accountId));
      }
      failEach(lists, (list) => {
        const accountId = accountOf(list);
        if (accountId === undefined) return [];
        const known = [...ownIn(accountId), ...(doubtful.get(accountId) ?? [])];
        return places(
          foreignIn(list, known).map(([index]) => index),
          'userId',
          'a user of this account, whom the run or the portal put there',
          'another user',
        );
      });
      return over(
        lists.reduce((sum, { records }) => sum + records.length, 0),
        'record',
        lists,
      );
    },
  ),
];
