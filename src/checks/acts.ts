import { Inconclusive } from '../contract/finding.ts';
import { sameId } from '../contract/json.ts';
import type { Context } from '../portal/context.ts';
import type { Reader } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import { unlessInconclusive } from '../sandbox/attempt.ts';
import type { Bearer } from '../sandbox/caller.ts';
import type { CreatedToken, CreatedUser } from '../sandbox/created-users.ts';
import { harderNames, hardestNames } from '../sandbox/names.ts';
import type { Change } from './change.ts';
import { counted, failEach } from './findings.ts';
import { withoutFront } from './front.ts';
import { Ledger } from './ledger.ts';

/**
 * Does what is done in an account, in one of its own with three users, and compares its list after
 * each act.
 *
 * @returns after which acts it was as it should be
 */
export async function compareAfterActs(context: Context): Promise<string> {
  const { sandbox } = context;
  const account = await sandbox.createAccount();
  if (typeof account === 'string') return `not checked: no further account: ${account}`;
  const { user, token: first } = account;
  const [{ user: mate, token: second }, { user: third, token: thirds }] = await Promise.all([
    sandbox.createTeammate(user, true),
    sandbox.createTeammate(user),
  ]);
  const reader = readerOf(first, 'a token in an account of its own');
  const session = { label: "the session of that token's teammate", ...mate };
  const tokens = [first.id, second.id, thirds.id];
  const ledger = await Ledger.open(context, [reader, session], tokens, [first.id, thirds.id]);
  const done: string[] = [];
  const after = async (act: string, change: Change) => {
    await ledger.after(act, change);
    done.push(act);
  };

  /** Some portals open one session for a user and no more. */
  const logInIfAllowed = (who: CreatedUser) => sandbox.login(who).catch(unlessInconclusive);

  // What is the oldest of a user, or the newest, is not left to chance.
  const named = { hardName: 'the same name' };
  const twins = { hardName: 'another name of two' };
  const unrestricted = { more: { restrictions: null } };
  // Of two of one name that are lost at once nobody could tell which is which.
  const [ofUser, ofMate] = await Promise.all([
    sandbox.createIfAllowed(user, named),
    sandbox.createIfAllowed(mate, twins),
  ]);
  const own = ofUser ?? (await sandbox.createToken(user));
  const [twinOfOwn, theirs, administered, twin, ...others] = await Promise.all([
    sandbox.createIfAllowed(user, { ...named, ...unrestricted }),
    sandbox.createIfAllowed(mate, { isRestricted: true }),
    sandbox.administerToken(mate),
    sandbox.createIfAllowed(mate, twins),
    sandbox.createIfAllowed(third, { hosts: [] }),
    ...harderNames.map((hardName) => sandbox.createIfAllowed(third, { hardName })),
    ...hardestNames.map((hardName) => sandbox.createIfAllowed(mate, { hardName })),
  ]);
  const another = twinOfOwn ?? (await sandbox.createToken(user));
  const made = [ofMate, theirs, administered, twin, ...others].filter(
    (token) => token !== undefined,
  );
  await after('tokens were created', { come: [own, another, ...made] });
  const { token, variable } = sandbox.administrator;
  const label = "the administrator's token";
  const used = [own, ...(administered ? [administered] : [])];
  const [ofAdministrator] = await Promise.all([
    context.readNow({ label, token, variable }),
    areAccepted(context, used, 'a new token', [first.id, ...used.map(({ id }) => id)]),
  ]);
  failEach([ofAdministrator], ({ byId }) => {
    const known = [...tokens, own.id, ...made.map(({ id }) => id)].filter((id) => byId.has(id));
    const expected = "no token of another account than the administrator's";
    return counted(known.length, expected, 'some of them');
  });
  await after('tokens were used', { used: used.map(({ id }) => id) });
  await ledger.rest();

  const set = new Map<string, Record<string, unknown>>();
  const names = new Map<string, string>();
  const rename = async (token: CreatedToken | undefined, by: Bearer) => {
    if (!token) return;
    const { id } = token;
    const name = await sandbox.renameToken({ ...token, name: names.get(id) ?? token.name }, by);
    if (name === undefined) return;
    names.set(id, name);
    set.set(id, { ...set.get(id), name });
  };
  const limits = new Map<string, unknown>();
  const restrict = async (token: CreatedToken, restrictions: unknown) => {
    const { id } = token;
    const before = limits.has(id) ? limits.get(id) : token.restrictions;
    const answered = await sandbox.restrictToken({ ...token, restrictions: before }, restrictions);
    if (answered === undefined) return;
    limits.set(id, answered);
    set.set(id, { ...set.get(id), restrictions: answered });
  };
  // While both have one name.
  await restrict(another, { hosts: ['charts.example.com:8443', 'example.com'] });
  await Promise.all([rename(own, mate), rename(theirs, mate)]);
  if (set.size > 0) {
    await after('tokens were updated', { set });
    set.clear();
    await Promise.all([
      rename(theirs, mate),
      restrict(another, { hosts: ['example.com:443', 'localhost', '192.0.2.7'] }),
    ]);
    if (set.size > 0) await after('tokens were updated again', { set });
    set.clear();
    await restrict(another, null);
    if (set.size > 0) await after('restrictions were lifted', { set });
  }

  const logins = [await logInIfAllowed(user), await logInIfAllowed(user)].flatMap(
    (one) => one ?? [],
  );
  let last: string | undefined;
  const [ended, staying] = logins.map((token) => ({ ...session, token }));
  if (ended && staying) {
    await after('two logins', {});
    // Some portals end a session at the next login of its user.
    const [isOpen, isOther] = await Promise.all([context.readNow(ended), context.readNow(staying)]);
    const isKnown = ({ accepted }: ListRead) => accepted;
    if (isOpen.accepted && !(await context.eventually(ended, isKnown))) {
      await sandbox.logout(ended.token);
      await sandbox.logoutWith(own);
      await after('a logout', { used: [own.id] });
      // Some portals open one session for a user, however often they log in.
      const hasOther = isOther.accepted && staying.token !== ended.token;
      if (hasOther) last = staying.token;
      const open = [own, ...(hasOther ? [{ ...own, id: staying.token }] : [])];
      await areAccepted(context, open, 'a token or session of a user who logged out of another');
    }
  }

  const outsider = sandbox.user('outsider');
  const [isTaken, isRemoved] = await Promise.all([
    sandbox.updateWith({ ...another, owner: outsider }, { name: 'not theirs' }),
    sandbox.mayRemove(another, outsider),
  ]);
  // Who may do so the contract does not say; what was refused was not done.
  await after('a user of another account tried to change a token', {
    used: [own.id],
    mayGo: ({ id }) => (isTaken || isRemoved) && id === another.id,
  });

  const refusals = await Promise.all([
    sandbox.removeIfAllowed(own, third),
    twin ? sandbox.removeIfAllowed(twin) : 'there is none',
  ]);
  const gone = [own, twin].flatMap((one, index) => (one && !refusals[index] ? [one.id] : []));
  if (gone.length > 0) {
    await after('a token was deleted, and one of two of the same name', { gone });
  }
  if (refusals[0] === undefined) {
    await sandbox.mayRemove(own, own.owner);
    await after('its deletion was asked for again', { gone: [own.id] });
  }
  if (last) {
    await sandbox.logout(last);
    await after('the last logout', {});
  }

  // It is the last of them: one of which nobody knows what became is none.
  const stays = await sandbox
    .removeUserIfAllowed(mate)
    .catch((error) => unlessInconclusive(error) ?? 'its response was lost');
  const isGone =
    stays === undefined &&
    !(await context.eventually(session, ({ rejected }) => rejected, { times: 1 }));
  // What becomes of their tokens the contract does not say.
  if (isGone) {
    ledger.readers = [reader];
    const known = [second, ...made.filter(({ owner }) => owner.id === mate.id)];
    await after('a user was removed', {
      mayGo: ({ id, userId }) => sameId(userId, mate.id) || known.some((token) => token.id === id),
    });
  }
  return `as it was, after: ${done.join('; ')}`;
}

function readerOf({ id: token }: Pick<CreatedToken, 'id'>, label: string): Reader {
  return { label, variable: 'PORTAL_NEW_TOKEN', token };
}

/**
 * @param listed ids of tokens of their account
 * @throws what rejects any of some tokens, or lists them another account, within the settle bound
 */
async function areAccepted(
  context: Context,
  tokens: readonly Pick<CreatedToken, 'id'>[],
  label: string,
  listed: readonly string[] = [],
): Promise<void> {
  const readers = tokens.map((token) => readerOf(token, label));
  const lacking = ({ byId }: ListRead) => listed.filter((id) => !byId.has(id)).length;
  const unlike = await context.eventually(
    readers,
    (list) => list.accepted && list.usable && lacking(list) === 0,
  );
  failEach(await withoutFront(context, unlike ? [unlike] : []), (list) => {
    if (list.rejected) return [{ expected: 'to be accepted', received: `status ${list.status}` }];
    if (!list.usable) return [];
    const expected = 'the list of the account that the token is of';
    return [{ expected, received: 'a list without some of its tokens', count: lacking(list) }];
  });
  if (unlike) throw new Inconclusive(unlike.trouble);
}
