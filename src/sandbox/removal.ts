import { count } from '../contract/count.ts';
import type { AccountListed, UserListed } from './answered.ts';
import { type Id, isSame } from './answers.ts';
import { CallFailed } from './caller.ts';
import { nameOf } from './commands.ts';
import type { CreatedAccount, Leftover } from './created.ts';
import { endLiveTokens } from './live-tokens.ts';
import { prefixOf, runOf } from './names.ts';
import { type CleanupMeans, type Removal, removeAccount } from './remove-account.ts';
import { removeStrays } from './strays.ts';

export interface Cleanup {
  /** How many tokens, sessions, users and accounts were seen to be gone. */
  readonly removed: number;
  /** How many the server said it removes, which no read could confirm. */
  readonly unverified: number;
  readonly left: readonly Leftover[];
}

/**
 * Removes what a run created, by its record: accounts first, with everything in them; then what is
 * in those that stay. No step keeps the next from being tried.
 */
export async function removeCreated(means: CleanupMeans): Promise<Cleanup> {
  const { created } = means;
  const list = listOnce(means);
  const ended = await Promise.all(
    created.accounts
      .filter(({ state }) => state === 'created' || state === 'sent')
      .map(async (account) => ({ account, ...(await remove(means, account, list)) })),
  );
  const staying = ended.filter(
    ({ removal }) => removal && removal.state !== 'gone' && !isOther(removal),
  );
  await Promise.all(staying.map(({ account }) => emptyAccount(means, account, 'all')));
  const strays = await removeStrays(means);
  const gone = ended.flatMap(({ account, removal }) =>
    removal?.state === 'gone' ? [account.id as Id] : [],
  );
  const live = await endLiveTokens(means, gone);
  const total = (state: Removal['state']) =>
    ended
      .filter(({ removal }) => removal?.state === state)
      .reduce((sum, { account }) => sum + created.countIn(account.id as Id), 0);
  const left = [
    ...ended.flatMap(({ leftover }) => leftover ?? []),
    ...strays.left,
    ...(live ? [live] : []),
  ];
  const removed = total('gone') + strays.removed - strays.stillListed;
  return { removed, unverified: total('unverified') + strays.stillListed, left };
}

/** Whether the account under an id is not the run's. */
function isOther(removal: Removal): boolean {
  return removal.state === 'foreign' && removal.users === 0;
}

const otherName = 'the portal shows an account of another name under its id';

interface Ended {
  readonly removal?: Removal;
  readonly leftover?: Leftover;
}

async function remove(
  means: CleanupMeans,
  account: CreatedAccount,
  list: () => Promise<AccountListed[]>,
): Promise<Ended> {
  if (account.state === 'sent') {
    const leftover = await lookFor(means, account, list);
    if (account.id === undefined) return leftover ? { leftover } : {};
  }
  const id = account.id as Id;
  const removal = await removeAccount(means, id, {
    wasAsked: account.isAsked,
    isOwnName: (name) => means.created.isNameOf(account, name),
    foreignUsers: () => foreignUsersIn(means, id),
    empty: () => emptyAccount(means, account, 'needed'),
    isShut: () => isShut(means, id),
  });
  if (removal.state === 'gone') account.state = 'gone';
  if (removal.state === 'gone' || removal.state === 'unverified') return { removal };
  account.leftover = leftoverOf(means, id, removal);
  return { removal, leftover: account.leftover };
}

function leftoverOf(
  { calls, administrator, runId }: CleanupMeans,
  id: Id,
  removal: Extract<Removal, { state: 'left' | 'foreign' }>,
): Leftover {
  const what = `${nameOf('account', id)} of run ${runId}, with its users and tokens`;
  if (removal.state === 'left')
    return { what, why: removal.why, curl: calls.commands.removal(administrator, id) };
  // Nobody is to remove what may be somebody else's with a command that was pasted.
  const curl = calls.commands.listing(administrator);
  if (isOther(removal)) return { what, why: otherName, curl };
  const who = count(removal.users, 'user in it was', 'users in it were');
  return { what, why: `${who} not created by the run`, curl };
}

/** Looks for an account whose response was lost, by its name, until the settle bound. */
async function lookFor(
  { calls, administrator, created, runId, settleMs, until }: CleanupMeans,
  account: CreatedAccount,
  list: () => Promise<AccountListed[]>,
): Promise<Leftover | undefined> {
  const end = Math.min(until, Date.now() + settleMs);
  let why = 'the list of accounts does not show all accounts';
  let isComplete = false;
  for (let pause = 100; ; pause = Math.min(pause * 2, 1000)) {
    try {
      const accounts = await (pause === 100 ? list() : calls.accounts(administrator));
      // A name may have been cut; what is known by its id is another.
      const isKnown = ({ id }: AccountListed) =>
        created.accounts.some((one) => one.id !== undefined && isSame(one.id, id));
      const found =
        accounts.find(({ name }) => name === account.name) ??
        accounts.find((one) => runOf(one.name) === runId && !isKnown(one));
      if (found) {
        Object.assign(account, { id: found.id, state: 'created' });
        return undefined;
      }
      const known = created.accounts.flatMap(({ id, state }) => (state === 'created' ? [id] : []));
      isComplete ||= known.every((id) => accounts.some((one) => isSame(one.id, id as Id)));
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      why = error.message;
    }
    if (Date.now() + pause > end) break;
    await calls.pause(pause);
  }
  if (isComplete && !account.mayCome) {
    account.state = 'never';
    return undefined;
  }
  if (isComplete) why = 'its creation was not waited for to the end, and may still be carried out';
  const what = `an account whose name begins with ${prefixOf(runId)}: it may have been created`;
  return { what, why, curl: calls.commands.listing(administrator) };
}

/** The accounts as they are before any is removed. */
function listOnce({ calls, administrator }: CleanupMeans): () => Promise<AccountListed[]> {
  let accounts: Promise<AccountListed[]> | undefined;
  return () => {
    accounts ??= calls.accounts(administrator);
    return accounts;
  };
}

/** Users that the run did not create; undefined when the list cannot be read. */
export async function foreignUsersIn(
  {
    calls,
    administrator,
    created,
    runId,
  }: Pick<CleanupMeans, 'calls' | 'administrator' | 'created' | 'runId'>,
  id: Id,
): Promise<number | undefined> {
  try {
    const users = await calls.users(administrator);
    const isOwn = (user: UserListed) =>
      runOf(user.email) === runId ||
      created.users.some((one) => isSame(one.id, user.id) && isSame(one.accountId, id));
    return users.filter((user) => isSame(user.accountId, id) && !isOwn(user)).length;
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    // A ban is waited out; a list that is not to be had says nothing.
    if ([401, 403, 429, 503].includes(error.status ?? 0)) throw error;
    return undefined;
  }
}

/** Whether a session of the account, which was accepted, is rejected now. */
async function isShut({ calls, created }: CleanupMeans, id: Id): Promise<boolean> {
  const session = [...created.sessions].find(([, accountId]) => isSame(accountId, id))?.[0];
  if (session === undefined) return false;
  try {
    await calls.ownAccount({ token: session, variable: 'SESSION' });
    return false;
  } catch (error) {
    return error instanceof CallFailed && error.status === 401;
  }
}

/**
 * Removes what is in an account, one by one: tokens, users but for the last, and sessions.
 *
 * @param what `needed` leaves sessions alone: they delete the tokens
 */
async function emptyAccount(
  { calls, administrator, created }: CleanupMeans,
  { id }: CreatedAccount,
  what: 'needed' | 'all',
): Promise<void> {
  if (id === undefined) return;
  const tokens = [...created.tokens, ...created.initialTokens].filter(([, { accountId }]) =>
    isSame(accountId, id),
  );
  const remove = ([token, owner]: (typeof tokens)[number]) => calls.deleteToken(owner, token);
  await Promise.allSettled(tokens.filter(([token, owner]) => token !== owner.token).map(remove));
  // What deletes the others goes last.
  await Promise.allSettled(tokens.filter(([token, owner]) => token === owner.token).map(remove));
  const listed = await calls.users(administrator).catch((error) => {
    if (!(error instanceof CallFailed)) throw error;
    return [];
  });
  // Whom no list shows alone under their id, in the account, may be somebody else.
  const isInside = (userId: Id) => {
    const found = listed.filter((one) => isSame(one.id, userId));
    return found.length === 1 && found.every((one) => isSame(one.accountId, id));
  };
  const users = created.users.filter((user) => isSame(user.accountId, id) && isInside(user.id));
  await Promise.allSettled(users.slice(1).map((user) => calls.deleteUser(administrator, user.id)));
  if (what === 'needed') return;
  const sessions = [...created.sessions].filter(([, accountId]) => isSame(accountId, id));
  await Promise.allSettled(sessions.map(([session]) => calls.logout(session)));
}
