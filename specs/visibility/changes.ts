import { failEach, seenIn } from '../../src/checks/findings.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { describe } from '../../src/contract/describe.ts';
import { failIf, Inconclusive } from '../../src/contract/finding.ts';
import { sameId, saysTheSame } from '../../src/contract/json.ts';
import { memberNames } from '../../src/contract/shape.ts';
import type { ListRead } from '../../src/portal/list-read.ts';

/** What was created or deleted shows. */
export const changes: readonly WithoutTopic[] = [
  changing(
    {
      id: 'new-token-listed',
      level: 'MUST',
      title: 'A new token is listed',
      text: 'A token that was just created is listed for every user of the account, within the settle bound.',
      source: 'Description',
      causes: 'A cached list, or a replica, does not know of the new token.',
      fix: 'Drop the cached list of the account when a token is created.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('caller'));
      const readers = context.given('caller.token', 'teammate.token', 'caller.session');
      const without = await context.eventually(
        readers,
        (list) => recordOf(list, created.id) !== undefined,
      );
      if (without && !without.usable) throw new Inconclusive(without.trouble);
      failEach(without ? [without] : [], () => [
        { expected: 'the token that was just created', received: 'a list without it' },
      ]);
      return 'listed for caller, teammate and session';
    },
  ),
  changing(
    {
      id: 'deleted-token-gone',
      level: 'MUST',
      title: 'A deleted token is no longer listed',
      text: 'A token that was deleted is listed for nobody any more, within the settle bound.',
      source: 'Description',
      causes: 'A cached list still has it, or the row is only marked as deleted.',
      fix: 'Drop the cached list, and leave out what is marked as deleted.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('teammate'));
      const caller = context.needed('caller.token');
      const unseen = await context.eventually(
        caller,
        (list) => recordOf(list, created.id) !== undefined,
      );
      if (unseen) throw new Inconclusive('it was not listed before: see new-token-listed');
      // A record may be kept for its use.
      await context.readNow({
        label: 'a token before its deletion',
        variable: 'PORTAL_DELETED_TOKEN',
        token: created.id,
      });
      await sandbox.removeToken(created);
      const readers = context.given('caller.token', 'teammate.token', 'caller.session');
      const still = await context.eventually(
        readers,
        (list) => list.usable && !recordOf(list, created.id),
      );
      if (still && !still.usable) throw new Inconclusive(still.trouble);
      failEach(still ? [still] : [], () => [
        { expected: 'a list without the token that was deleted', received: 'its record' },
      ]);
      return 'gone for caller, teammate and session';
    },
  ),
  changing(
    {
      id: 'update-shows',
      level: 'MUST',
      title: 'An update shows, and changes nothing else',
      text: 'A token that its owner gives another name is listed under it for every user of the account, within the settle bound, with all other members as they were, and is accepted as before.',
      source: 'Response Schema',
      causes: 'A cached list has the old name, or an update writes all members of the record.',
      fix: 'Drop the cached list when a token is updated; change what was sent alone.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('teammate'));
      const caller = context.needed('caller.token');
      const own = (list: ListRead) => recordOf(list, created.id)?.record;
      const unseen = await context.eventually(caller, (list) => own(list) !== undefined);
      if (unseen) throw new Inconclusive('it was not listed before: see new-token-listed');
      const before = own(usableOf(await context.readNow(caller)));
      if (!before)
        throw new Inconclusive('it is not listed at every read: see listed-at-every-read');
      const name = await sandbox.renameToken(created);
      if (name === undefined) return 'not checked: this portal has no call that updates a token';
      for (const reader of context.given('caller.token', 'teammate.token')) {
        const old = await context.eventually(reader, (list) => own(list)?.name === name);
        const list = usableOf(old ?? (await context.readNow(reader)));
        const expected = { ...before, name };
        const differing = memberNames.filter(
          (member) => !saysTheSame(own(list)?.[member], expected[member as keyof typeof expected]),
        );
        failIf(
          differing.map((member) => ({
            ...seenIn(list),
            expected: member === 'name' ? 'the new name' : `${member} as it was before`,
            received: describe(own(list)?.[member]),
            count: 1,
          })),
        );
      }
      const reader = {
        label: 'an updated token',
        variable: 'PORTAL_UPDATED_TOKEN',
        token: created.id,
      };
      const use = await context.readNow(reader);
      use.requireAnswer();
      if (!use.accepted)
        failIf([
          {
            ...seenIn(use),
            expected: 'to be accepted',
            received: `status ${use.status}`,
            count: 1,
          },
        ]);
      return 'the new name for caller and teammate, and all else as it was';
    },
  ),
  changing(
    {
      id: 'changed-list-sent',
      level: 'MUST',
      title: 'A conditional request is answered with the list that changed',
      text: 'A request with If-None-Match and the ETag that the list had before a token was created, renamed or deleted, is answered with 200 and a list that shows it, not with 304.',
      source: 'Description',
      causes: 'The ETag is that of the account, of the count or of an older state.',
      fix: 'Derive the ETag from the list itself, or send none.',
    },
    async (context) => {
      const { sandbox } = context;
      const caller = context.needed('caller.token');
      const etag = usableOf(await context.readNow(caller)).header('etag');
      if (etag === undefined) return 'not checked: the list has no ETag';
      const created = await sandbox.createToken(sandbox.user('teammate'));
      const isListed = (list: ListRead) => list.byId.has(created.id);
      const unseen = await context.eventually(caller, isListed);
      if (unseen) throw new Inconclusive('it is not listed: see new-token-listed');
      const old = await context.eventually(caller, isListed, {
        part: conditional(etag),
        times: 2,
      });
      if (old && old.status !== 304 && !old.usable) throw new Inconclusive(old.trouble);
      failEach(old ? [old] : [], ({ status }) => [
        {
          expected: 'the list that changed',
          received: status === 304 ? 'status 304' : 'a list without the new token',
        },
      ]);
      const now = usableOf(await context.readNow(caller)).header('etag') ?? etag;
      const name = await sandbox.renameToken(created);
      const isRenamed = (list: ListRead) => list.byId.get(created.id)?.name === name;
      if (name === undefined || (await context.eventually(caller, isRenamed)))
        return 'sent with the new token';
      const kept = await context.eventually(caller, isRenamed, {
        part: conditional(now),
        times: 2,
      });
      if (kept && kept.status !== 304 && !kept.usable) throw new Inconclusive(kept.trouble);
      failEach(kept ? [kept] : [], ({ status }) => [
        {
          expected: 'the list with the new name',
          received: status === 304 ? 'status 304' : 'a list with the old one',
        },
      ]);
      const last = usableOf(await context.readNow(caller)).header('etag') ?? now;
      await sandbox.removeToken(created);
      const isGone = (list: ListRead) => list.usable && !list.byId.has(created.id);
      if (await context.eventually(caller, isGone))
        return 'sent with the new token and its new name';
      const still = await context.eventually(caller, isGone, { part: conditional(last), times: 2 });
      failEach(still ? [still] : [], ({ status }) => [
        {
          expected: 'the list without the token that was deleted',
          received: status === 304 ? 'status 304' : 'a list with it',
        },
      ]);
      return 'sent with the new token, with its new name, and without it';
    },
  ),
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
      text: 'An account of 120 tokens, or as many as --long-list says, is listed whole, for a session as well: the contract knows no pages.',
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
      const quota = refusal === undefined ? '' : `; more could not be created: ${refusal}`;
      return `${created.length} tokens, all listed${quota}`;
    },
  ),
];

function conditional(etag: string) {
  return {
    what: 'with the ETag of the list before',
    headers: { 'If-None-Match': etag },
    curl: '-H "If-None-Match: $ETAG"',
  };
}

/** @throws Inconclusive when there is no list to look at */
function usableOf(list: ListRead): ListRead {
  list.requireAnswer();
  if (!list.usable) throw new Inconclusive(list.trouble);
  return list;
}

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
