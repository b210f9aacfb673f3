import { counted, failEach, seenIn } from '../../src/checks/findings.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { describe } from '../../src/contract/describe.ts';
import { failIf, Inconclusive } from '../../src/contract/finding.ts';
import { sameId } from '../../src/contract/json.ts';
import type { Reader } from '../../src/portal/credential.ts';
import type { ListRead } from '../../src/portal/list-read.ts';

/** A list is an array of all tokens, however many there are. */
export const lengths: readonly WithoutTopic[] = [
  changing(
    {
      id: 'short-lists',
      level: 'MUST',
      title: 'A list of no token and of one are arrays',
      text: 'In an account without any token the list is answered with 200 and an empty array; with one token, with an array of one record.',
      source: 'Response Schema',
      causes: 'An empty result is 404, 204 or null, or a single record is not wrapped in an array.',
      fix: 'Answer an array, however many tokens there are.',
    },
    async (context) => {
      const { sandbox } = context;
      const account = await sandbox.createAccount(true);
      if (typeof account === 'string') return `not checked: no further account: ${account}`;
      const { user, token } = account;
      const reader = {
        label: 'a session in an account without tokens',
        variable: 'PORTAL_SESSION',
        token: user.token,
      };
      const isOf = (length: number) => (list: ListRead) =>
        list.status === 200 && lengthOf(list) === length;
      const refusal = await sandbox.removeIfAllowed(token);
      if (refusal !== undefined) return `not checked: the token of a new user stays: ${refusal}`;
      const rest = await context.eventually(reader, isOf(0));
      const users = rest?.records.length ? await sandbox.usersIn(user.accountId) : [];
      // Such as one of a login, or those of another user whom the portal puts into each account.
      const isExplained = rest?.records.every(
        ([, { id, userId }]) => id !== token.id && users.some((one) => sameId(one, userId)),
      );
      if (rest?.usable && isExplained)
        return 'not checked: there are tokens that the user did not create';
      failUnlessOf(rest, 0);
      await sandbox.createToken(user);
      const more = await context.eventually(reader, isOf(1));
      const isOwn = more?.records.every(([, { userId }]) => sameId(userId, user.id));
      // One whose response was lost was replaced, and is there all the same.
      if (more?.usable && isOwn && more.records.length > 1)
        throw new Inconclusive('more tokens of the user than the run knows of');
      failUnlessOf(more, 1);
      return 'an empty array, and an array of one';
    },
  ),
  changing(
    {
      id: 'long-list-whole',
      level: 'MUST',
      title: 'A long list is whole',
      text: 'An account of 120 tokens, or as many as --long-list says, is listed whole and with the names that were given, for a session as well: the contract knows no pages.',
      source: 'Description',
      causes: 'A default page size or LIMIT cuts the list.',
      fix: 'Answer all tokens of the account at once.',
    },
    async (context) => {
      const { sandbox, longList } = context;
      const outsider = sandbox.user('outsider');
      const { user, token } = await sandbox.createTeammate(outsider);
      const { tokens: created, refusal } = await sandbox.createTokens(user, longList);
      if (created.length === 0) throw new Inconclusive(`no token could be created: ${refusal}`);
      const readers = [
        {
          label: 'a token in an account of many',
          variable: 'PORTAL_NEW_TOKEN',
          token: token.id,
        },
        { label: 'a session in an account of many tokens', ...outsider },
      ];
      const lacking = (list: ListRead) =>
        created.filter(({ id }) => !list.byId.has(id) && !recordOf(list, id)).length;
      const short = await context.eventually(readers, (list) => list.usable && lacking(list) === 0);
      if (short && !short.usable) throw new Inconclusive(short.trouble);
      failEach(short ? [short] : [], (list) => [
        {
          expected: `all of ${created.length} tokens that were just created`,
          received: `a list of ${list.records.length} without some of them`,
          count: lacking(list),
        },
      ]);
      // What spoils a long list may spoil what is in it, far from its beginning.
      failEach([await context.readNow(readers[0] as Reader)], (list) => {
        const spoilt = created.filter(
          ({ id, name }) =>
            name !== undefined && list.byId.has(id) && list.byId.get(id)?.name !== name,
        );
        const expected = 'the name that each token was given';
        return counted(spoilt.length, expected, 'another');
      });
      const quota = refusal === undefined ? '' : `; more could not be created: ${refusal}`;
      return `${created.length} tokens, all listed${quota}`;
    },
  ),
];

function lengthOf({ json }: ListRead): number | undefined {
  return Array.isArray(json.value) ? json.value.length : undefined;
}

function failUnlessOf(read: ListRead | undefined, length: number): void {
  if (!read) return;
  read.requireAnswer();
  if (read.rejected) throw new Inconclusive(read.trouble);
  const received = read.usable
    ? `an array of ${lengthOf(read)}`
    : `status ${read.status}, ${describe(read.json.value)}`;
  failIf([{ ...seenIn(read), expected: `status 200, an array of ${length}`, received, count: 1 }]);
}
