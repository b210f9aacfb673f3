import { failEach, over, pairs, places, seenIn } from '../../src/checks/findings.ts';
import { reading, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { oneSided, summarise } from '../../src/checks/stable.ts';
import { type Finding, failIf, Inconclusive } from '../../src/contract/finding.ts';
import { isMilliseconds, sameId } from '../../src/contract/json.ts';
import type { Context } from '../../src/portal/context.ts';
import type { ListRead } from '../../src/portal/list-read.ts';
import type { Id } from '../../src/sandbox/answers.ts';

/** So many tokens are followed through all responses; of longer lists listed-at-every-read reads some. */
const longestFollowed = 5000;

/**
 * Ids of a list that every process knows: what is younger may still be on its way to some; what the
 * run created has arrived.
 */
function settledIn(context: Context, list: ListRead): readonly string[] {
  const created = new Set(context.isFull ? context.sandbox.tokens.map(({ id }) => id) : []);
  const { now, grace } = context.clock(list.exchange);
  return [...list.byId]
    .filter(
      ([id, { createdAt }]) =>
        created.has(id) ||
        (isMilliseconds(createdAt) && createdAt < now - grace - context.settleMs),
    )
    .map(([id]) => id);
}

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
  reading(
    {
      id: 'listed-at-every-read',
      level: 'MUST',
      title: 'A token is listed at every read',
      text: 'A token that is listed before and after a read is listed by that read too, whichever process of the server answers.',
      source: 'Description',
      causes: 'Processes or replicas lag behind each other, or each has a cache of its own.',
      fix: 'Read the list from one source, or wait until a replica has caught up.',
      needs: ['caller.token'],
    },
    async (context) => {
      const caller = context.needed('caller.token');
      const before = await context.list(caller);
      const old = settledIn(context, before);
      if (old.length === 0) {
        // All are new: the own token, being listed, must come to show everywhere.
        if (!recordOf(before, caller.token)) {
          throw new Inconclusive(
            "the caller's token is not listed: see own-token-listed or id-is-the-token",
          );
        }
        const without = await context.eventually(
          caller,
          (list) => recordOf(list, caller.token) !== undefined,
        );
        if (without?.usable) {
          failIf([{ ...seenIn(without), expected: caller.label, received: 'a list without it' }]);
        }
        if (without) throw new Inconclusive(without.trouble);
        return 'the own token, which is new, in 8 answers';
      }
      const lacking = ({ byId }: ListRead) => old.filter((id) => !byId.has(id));
      // A long list without a gap is not kept.
      const reads = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const read = await context.readNow(caller);
          const isGap = read.usable && lacking(read).length > 0;
          return { usable: read.usable, trouble: read.trouble, gap: isGap ? read : undefined };
        }),
      );
      const usable = reads.filter((read) => read.usable);
      if (usable.length === 0) throw new Inconclusive(reads[0]?.trouble ?? 'no list was read');
      const gaps = reads.flatMap(({ gap }) => gap ?? []);
      if (gaps.length > 0) {
        // Deleted meanwhile, or is it there again?
        const after = (
          await Promise.all(Array.from({ length: 8 }, () => context.readNow(caller)))
        ).filter(({ usable: is }) => is);
        if (after.length === 0) throw new Inconclusive('the list could not be read again');
        failEach(gaps, (read) => {
          const count = lacking(read).filter((id) => after.some(({ byId }) => byId.has(id))).length;
          const expected = 'every token that is listed before and after';
          return count === 0 ? [] : [{ expected, received: 'a list without some of them', count }];
        });
      }
      return `${old.length} tokens in ${usable.length} answers`;
    },
  ),
  reading(
    {
      id: 'listed-throughout',
      level: 'MUST',
      title: 'A token is not missing in between',
      text: 'Over all responses of the run, whatever they were read for: a settled token that is listed before and after a response is listed in it.',
      source: 'Description',
      causes: 'Now and then a process, a cache or a page lacks a token.',
      fix: 'Read the whole list from one source, at every request.',
      needs: ['caller.token'],
      everyResponse: true,
    },
    async (context) => {
      const lists = (await context.lists())
        .filter(({ exchange }) => exchange.sentAt >= context.settledAt)
        // Before the refusals, which the controls go with, the run removes what they spare.
        .filter(
          ({ exchange }) => !context.isFull || !exchange.request.purpose.startsWith('control'),
        )
        .sort((one, other) => one.exchange.sentAt - other.exchange.sentAt);
      let seen = 0;
      const findings: Finding[] = [];
      for (const reader of context.given('caller.token', 'teammate.token', 'outsider.token')) {
        // Not what was requested with something beside the token.
        const own = lists.filter(({ exchange }) => exchange.request.credential === reader.label);
        const [first] = own;
        if (!first || first.byId.size > longestFollowed) continue;
        for (const id of settledIn(context, first)) {
          const having = own.filter(({ byId }) => byId.has(id));
          const last = having.at(-1)?.exchange.sentAt ?? 0;
          const since = first.exchange.receivedAt;
          const gaps = own.filter(
            ({ byId, exchange }) =>
              exchange.sentAt > since && exchange.receivedAt < last && !byId.has(id),
          );
          seen += own.length;
          const [gap] = gaps;
          if (!gap) continue;
          findings.push({
            ...seenIn(gap),
            expected: 'every token that is listed before and after',
            received: `a list without one, in ${gaps.length} of ${own.length} responses`,
            count: gaps.length,
          });
        }
      }
      failIf(findings.slice(0, 1));
      return `${seen} times looked for in ${lists.length} lists`;
    },
  ),
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
