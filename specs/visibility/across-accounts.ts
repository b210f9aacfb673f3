import { type Ids, idsOf, namesOf, searchedIds, sidesOf } from '../../src/checks/accounts.ts';
import { counted, type Difference, failEach, over, places } from '../../src/checks/findings.ts';
import { changing, reading, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { choices } from '../../src/checks/request-parts.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import { sameId } from '../../src/contract/json.ts';
import type { ListRead } from '../../src/portal/list-read.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { searchFor } from '../../src/secrets/search.ts';

/** Nobody sees anything of another account. */
export const acrossAccounts: readonly WithoutTopic[] = [
  reading(
    {
      id: 'outsider-token-hidden',
      level: 'MUST',
      title: "Another account's token is not listed",
      text: "The outsider's token is in no list of the caller's account, nor a token of that account in the outsider's list.",
      source: 'Description',
      causes:
        'The list is not filtered by account, an index joins the wrong column, or a cache is keyed by URL.',
      fix: 'Filter by the account of the authenticated user, in the query itself; key caches by account.',
      needs: ['caller.token', 'outsider.token'],
      everyResponse: true,
    },
    async (context) => {
      const { inside, outside } = await sidesOf(context);
      const outsider = context.needed('outsider.token');
      const own = context.given('caller.token', 'teammate.token');
      for (const [lists, tokens] of [
        [inside, [outsider]],
        [outside, own],
      ] as const) {
        failEach(lists, ({ byId }) =>
          tokens
            .filter(({ token }) => byId.has(token))
            .map((token) => ({
              expected: `${token.label} in no list of another account`,
              received: 'a record of it',
              ...(context.identity(token)
                ? {}
                : { hint: `or ${token.variable} belongs to the same account` }),
            })),
        );
      }
      return `over ${own.length + 1} tokens in ${inside.length + outside.length} lists`;
    },
  ),
  reading(
    {
      id: 'accounts-share-nothing',
      level: 'MUST',
      title: 'Two accounts share no token',
      text: "No token is listed both in the caller's account and in the outsider's, nor one that the run created for a token or session of another account than its own.",
      source: 'Description',
      causes: 'Tokens without an account, or shared ones, are listed for everybody.',
      fix: 'Give each token one account, and list it there alone.',
      needs: ['caller.token', 'outsider.token'],
      everyResponse: true,
    },
    async (context) => {
      const { inside, outside } = await sidesOf(context);
      const [ours, theirs] = [idsOf(inside), idsOf(outside)];
      // What both accounts list for good is told of the caller's alone.
      const callers = new Set([...ours].filter((id) => !theirs.has(id)));
      for (const [lists, ids] of [
        [inside, theirs],
        [outside, callers],
      ] as const) {
        failEach(lists, ({ byId }) => {
          const count = [...byId.keys()].filter((id) => ids.has(id)).length;
          if (count === 0) return [];
          const expected = 'no token that the other account lists too';
          return [{ expected, received: 'tokens of both accounts', count }];
        });
      }
      if (context.isFull) failEach(await context.lists(), foreignIn(context.sandbox));
      return `over ${theirs.size} tokens of the outsider's account`;
    },
  ),
  reading(
    {
      id: 'outsider-user-hidden',
      level: 'MUST',
      title: 'No user of another account is listed',
      text: "No list of the caller's account names the outsider as the one who created a token, whatever its id.",
      source: 'Description',
      causes: 'Tokens of other accounts are listed, under masked or other ids.',
      fix: 'Filter by the account of the authenticated user, in the query itself.',
      needs: ['caller.token', 'outsider.token'],
      everyResponse: true,
    },
    async (context) => {
      const { inside, outside } = await sidesOf(context);
      const outsider = context.needed('outsider.token');
      const own = outside
        .map((list) => recordOf(list, outsider.token)?.record)
        .find((record) => record !== undefined);
      if (!own)
        throw new Inconclusive(
          "the outsider's token is not listed: see own-token-listed or id-is-the-token",
        );
      const { userEmail } = own;
      if (typeof userEmail !== 'string' || userEmail === '') {
        throw new Inconclusive('the outsider has no userEmail: see user-email-string');
      }
      failEach(inside, (list) =>
        places(
          list.records
            .filter(([, one]) => one.userEmail === userEmail && sameId(one.userId, own.userId))
            .map(([index]) => index),
          'userEmail',
          'only users of their own account',
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
      level: 'MUST',
      title: 'Nothing in the answer gives away a token of another account',
      text: 'No id of 16 characters or more of one account occurs anywhere in the answers to the other, in whatever member or header, and none of 8 to 15 is a string of them.',
      source: 'Description',
      causes: 'Debug members or headers carry tokens of others, such as from a shared cache.',
      fix: "Build the answer from the account's own tokens alone; key caches by account.",
      needs: ['caller.token', 'outsider.token'],
      everyResponse: true,
    },
    async (context) => {
      const { inside, outside } = await sidesOf(context);
      const theirs = searchedIds(outside);
      if (theirs.long.size + theirs.short.size === 0)
        throw new Inconclusive("the outsider's list has no id of 8 characters", 'untested');
      const ours = searchedIds(inside, [...theirs.long, ...theirs.short]);
      const counter = ({ long, short }: Ids) => {
        const search = searchFor(long);
        return (list: ListRead) => list.mentions(search) + (short.size > 0 ? list.holds(short) : 0);
      };
      const [countTheirs, countOurs] = [counter(theirs), counter(ours)];
      if (outside.every((list) => countTheirs(list) === 0))
        throw new Inconclusive("the search finds nothing in the outsider's own list");
      for (const [lists, countIn] of [
        [inside, countTheirs],
        [outside, countOurs],
      ] as const) {
        failEach(lists, (list) => {
          const count = countIn(list);
          if (count === 0) return [];
          const expected = 'no id of the other account anywhere in the answer';
          return [{ expected, received: 'such ids', count }];
        });
      }
      const ids = [theirs, ours].reduce((sum, { long, short }) => sum + long.size + short.size, 0);
      return `${ids} ids looked for in ${inside.length + outside.length} answers`;
    },
  ),
  reading(
    {
      id: 'outsider-names-nowhere',
      level: 'MUST',
      title: 'Nothing in the answer names what is of another account',
      text: 'No name of a token and no address of a user that the run created in one account occurs anywhere in the answers to the other, whole or up to the plus sign, in whatever member or header.',
      source: 'Description',
      causes:
        'Debug members or headers tell of others, or the records of others are listed with their ids masked.',
      fix: "Build the answer from the account's own tokens and users alone; key caches by account.",
      needs: ['caller.token', 'outsider.token'],
      profiles: ['full'],
      everyResponse: true,
    },
    async (context) => {
      const { inside, outside } = await sidesOf(context);
      const theirs = namesOf(context.sandbox, ['outsider']);
      const ours = namesOf(context.sandbox, ['caller', 'teammate']);
      if (theirs.size === 0) return "not checked: the portal takes no name that is nobody else's";
      for (const [lists, names] of [
        [inside, theirs],
        [outside, ours],
      ] as const) {
        const search = searchFor(names);
        failEach(lists, (list) => {
          const count = list.mentions(search);
          const expected = 'no name and no address of the other account anywhere in the answer';
          return counted(count, expected, 'such names');
        });
      }
      return `${theirs.size + ours.size} names looked for in ${inside.length + outside.length} answers`;
    },
  ),
  reading(
    {
      id: 'administrator-own-account',
      level: 'MUST',
      title: "An administrator's list is that of their own account",
      text: 'An administrator sees only the tokens of their own account, whatever account parameters and headers name.',
      source: 'Description',
      causes: 'Administrators are given every token of the portal.',
      fix: 'Filter by account for administrators, too.',
      profiles: ['full'],
      inapplicable: ({ isAdapted }) =>
        isAdapted ? 'the run has a sandbox, and no administrator' : undefined,
    },
    async (context) => {
      const { sandbox } = context;
      const { token, variable } = sandbox.administrator;
      const administrator = { label: "the administrator's token", variable, token };
      const { accountId, id } = sandbox.user('outsider');
      const parts = choices(String(accountId), String(id));
      const list = await context.readNow(administrator);
      list.requireAnswer();
      if (!list.usable) throw new Inconclusive(list.trouble);
      // Some portals refuse parameters that they do not know.
      const chosen = parts.map((part) => context.readNow(administrator, { part }));
      const lists = [list, ...(await Promise.all(chosen))];
      failEach(lists, ({ byId }) => {
        const count = sandbox.tokens.filter(({ id }) => byId.has(id)).length;
        const expected = 'only tokens of their own account';
        return counted(count, expected, 'tokens of other accounts');
      });
      return over(list.byId.size, 'token', [list]);
    },
  ),
  changing(
    {
      id: 'made-outside-hidden',
      level: 'MUST',
      title: 'A token created in another account is not listed',
      text: "A token that is created in another account during the run occurs nowhere in the lists of the caller's account.",
      source: 'Description',
      causes: 'New tokens are pushed into a cache that all accounts share.',
      fix: 'Key caches by account.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('outsider'));
      const reader = context.needed('outsider.token');
      const unseen = await context.eventually(
        reader,
        (list) => recordOf(list, created.id) !== undefined,
      );
      if (unseen)
        throw new Inconclusive('it is not listed in its own account: see every-kind-listed');
      const reads = await Promise.all(
        context
          .given('caller.token', 'teammate.token', 'caller.session')
          .map((one) => context.readNow(one)),
      );
      failEach(reads, (list) =>
        list.mentions(searchFor([created.id])) === 0
          ? []
          : [{ expected: 'nothing of a token of another account', received: 'its id' }],
      );
      for (const read of reads) read.requireAnswer();
      return `not in ${reads.length} answers`;
    },
  ),
];

/** Tokens of the run that a list holds and that are not of the account of its reader. */
function foreignIn(sandbox: Sandbox) {
  return ({ credential, byId }: ListRead): Difference[] => {
    const own = sandbox.accountOf(credential.token);
    if (own === undefined) return [];
    const isForeign = (id: string) => {
      const account = sandbox.accountOf(id);
      return account !== undefined && String(account) !== String(own);
    };
    const count = [...byId.keys()].filter(isForeign).length;
    const expected = 'only tokens of the account of who reads';
    return counted(count, expected, 'tokens of another account');
  };
}
