import { count } from '../contract/count.ts';
import type { Administrator } from './administrator.ts';
import type { AccountListed, UserListed } from './answered.ts';
import { type Id, isSame } from './answers.ts';
import { CallFailed } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Created, CreatedAccount, Leftover } from './created.ts';
import { prefixOf, runOf } from './names.ts';
import { type Removal, removeAccount } from './remove-account.ts';

export interface Cleanup {
  /** How many tokens, sessions, users and accounts were seen to be gone. */
  readonly removed: number;
  /** How many the server said it removes, which no read could confirm. */
  readonly unverified: number;
  readonly left: readonly Leftover[];
}

export interface CleanupMeans {
  readonly calls: Calls;
  readonly administrator: Administrator;
  readonly created: Created;
  readonly runId: string;
  /** How long a lost account is looked for, in milliseconds. */
  readonly settleMs: number;
  /** When removal must have ended, in milliseconds since the epoch. */
  readonly until: number;
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
  const staying = ended.filter(({ removal }) => removal && removal.state !== 'gone');
  await Promise.all(staying.map(({ account }) => emptyAccount(means, account, 'all')));
  const total = (state: Removal['state']) =>
    ended
      .filter(({ removal }) => removal?.state === state)
      .reduce((sum, { account }) => sum + created.countIn(account.id as Id), 0);
  const left = ended.flatMap(({ leftover }) => leftover ?? []);
  return { removed: total('gone'), unverified: total('unverified'), left };
}

interface Ended {
  readonly removal?: Removal;
  readonly leftover?: Leftover;
}

async function remove(
  means: CleanupMeans,
  account: CreatedAccount,
  list: () => Promise<AccountListed[]>,
): Promise<Ended> {
  const { calls, administrator } = means;
  if (account.state === 'sent') {
    const leftover = await lookFor(means, account, list);
    if (account.id === undefined) return leftover ? { leftover } : {};
  }
  const id = account.id as Id;
  const removal = await removeAccount(means, id, {
    foreignUsers: () => foreignUsersIn(means, id),
    empty: () => emptyAccount(means, account, 'needed'),
    isShut: () => isShut(means, id),
  });
  if (removal.state === 'gone') account.state = 'gone';
  if (removal.state === 'gone' || removal.state === 'unverified') return { removal };
  const what = `account ${id} of run ${means.runId}, with its users and tokens`;
  const why =
    removal.state === 'left'
      ? removal.why
      : `${count(removal.users, 'user in it was', 'users in it were')} not created by the run`;
  const curl = calls.removal(administrator, 'account', id);
  return { removal, leftover: { what, why, curl } };
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
  if (isComplete) {
    account.state = 'never';
    return undefined;
  }
  const what = `an account whose name begins with ${prefixOf(runId)}: it may have been created`;
  return { what, why, curl: calls.listing(administrator) };
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
  const users = created.users.filter(
    (user) => isSame(user.accountId, id) && created.isUnambiguous(user.id),
  );
  await Promise.allSettled(users.slice(1).map((user) => calls.deleteUser(administrator, user.id)));
  if (what === 'needed') return;
  const sessions = [...created.sessions].filter(([, accountId]) => isSame(accountId, id));
  await Promise.allSettled(sessions.map(([session]) => calls.logout(session)));
}
