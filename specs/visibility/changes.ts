import { failEach } from '../../src/checks/findings.ts';
import { requireAccepted } from '../../src/checks/front.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { shown } from '../../src/checks/shown.ts';
import { describe } from '../../src/contract/describe.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import { saysTheSame } from '../../src/contract/json.ts';
import { memberNames } from '../../src/contract/shape.ts';
import type { TokenRecord } from '../../src/portal/body-facts.ts';
import type { Reader } from '../../src/portal/credential.ts';
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
      text: 'A token that was deleted is listed for nobody any more, within the settle bound, and does not come back.',
      source: 'Description',
      causes:
        'A cached list still has it, the row is only marked as deleted, or a use that is saved late restores it.',
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
      const isGone = (list: ListRead) => list.usable && !recordOf(list, created.id);
      const still = await context.eventually(readers, isGone);
      if (still && !still.usable) throw new Inconclusive(still.trouble);
      failEach(still ? [still] : [], () => [
        { expected: 'a list without the token that was deleted', received: 'its record' },
      ]);
      // A use that is saved late may restore the record.
      await context.pause(lateMs);
      const back = await context.eventually(caller, isGone, { times: 1 });
      failEach(back ? [usableOf(back)] : [], () => [
        { expected: 'a list without the token that was deleted', received: 'its record, later' },
      ]);
      return 'gone for caller, teammate and session';
    },
  ),
  changing(
    {
      id: 'update-shows',
      level: 'MUST',
      title: 'An update shows, and changes nothing else',
      text: 'A token that its owner gives another name is listed under it for every user of the account and for the token itself, within the settle bound, with all other members but its use as they were, and is accepted as before; the name stays, when it was used just before, too.',
      source: 'Response Schema',
      causes:
        'A cached list has the old name, or an update, or a use that is saved late, writes all members of the record.',
      fix: 'Drop the cached list when a token is updated; change what was sent alone.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('teammate'));
      const caller = context.needed('caller.token');
      const own = (list: ListRead) => recordOf(list, created.id)?.record;
      const early = await shown(context, caller, (list) => own(list) !== undefined);
      const before = early && own(early);
      if (!before) throw new Inconclusive('it was not listed before: see new-token-listed');
      const updated = {
        label: 'an updated token',
        variable: 'PORTAL_UPDATED_TOKEN',
        token: created.id,
      };
      // A use that is saved late may write the whole record as it was.
      await context.readNow(updated);
      const name = await sandbox.renameToken(created);
      if (name === undefined) return 'not checked: this portal has no call that updates a token';
      const expected: TokenRecord = { ...before, name };
      const differingFor = (reader: Reader) => (list: ListRead) =>
        (reader === updated ? (['name'] as const) : exceptUse).filter(
          (member) => !saysTheSame(own(list)?.[member], expected[member]),
        );
      const look = async (reader: Reader) => {
        const differing = differingFor(reader);
        const unlike = await context.eventually(reader, (list) => {
          const told = own(list)?.name;
          // A process that lags has the old name, or none.
          if (told !== name) return told && told !== before.name ? 'never' : false;
          // The update has come, and so has what it does to other members.
          return differing(list).length === 0 || 'never';
        });
        if (reader === updated && unlike?.accepted === false)
          await requireAccepted(context, unlike);
        failEach(unlike ? [usableOf(unlike)] : [], (list) =>
          differing(list).map((member) => ({
            expected: member === 'name' ? 'the new name' : `${member} as it was before`,
            received: describe(own(list)?.[member]),
          })),
        );
      };
      for (const reader of context.given('caller.token', 'teammate.token')) await look(reader);
      await context.pause(lateMs);
      const isNamed = (list: ListRead) => own(list)?.name === name;
      const back = await context.eventually(caller, isNamed, { times: 1 });
      failEach(back ? [usableOf(back)] : [], () => [
        { expected: 'the new name', received: 'another, a moment later' },
      ]);
      await look(updated);
      return 'the new name for caller, teammate and the token itself, and all else as it was';
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
      if ((await context.list(context.caller)).header('etag') === undefined)
        return 'not checked: the list has no ETag';
      // Where nothing else changes: another change would have another ETag.
      const account = await sandbox.createAccount();
      if (typeof account === 'string') return `not checked: no further account: ${account}`;
      const { user, token } = account;
      const caller = {
        label: 'a token in an account of its own',
        variable: 'PORTAL_NEW_TOKEN',
        token: token.id,
      };
      const shut = await context.eventually(caller, ({ accepted }) => accepted);
      if (shut) throw new Inconclusive(`${shut.trouble}: see listed-id-opens`);
      const etag = usableOf(await context.readNow(caller)).header('etag');
      if (etag === undefined) return 'not checked: the list has no ETag';
      const created = await sandbox.createToken(user);
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
];

/** What is written after a response is written by then, in milliseconds. */
const lateMs = 700;

/** What an update leaves as it was; its use shows on a token, too. */
const exceptUse = memberNames.filter((member) => member !== 'lastUsedAt');

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
