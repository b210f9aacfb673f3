import type { AccountListed, UserListed } from './answered.ts';
import { isSame } from './answers.ts';
import { CallFailed } from './caller.ts';
import { nameOf } from './commands.ts';
import type { Leftover } from './created.ts';
import { runOf } from './names.ts';
import { type CleanupMeans, removeAccount } from './remove-account.ts';

export interface Strays {
  /** How many accounts and users were removed. */
  readonly removed: number;
  /** How many things of accounts that are gone by their id the list of accounts still shows. */
  readonly stillListed: number;
  readonly left: readonly Leftover[];
}

const none: Strays = { removed: 0, stillListed: 0, left: [] };

/**
 * Removes what has the run's name and is not in its record: an account or a user that was created
 * although the call said that it was not, or elsewhere. A list that is not to be had says nothing.
 */
export async function removeStrays(means: CleanupMeans): Promise<Strays> {
  const { calls, administrator, created, runId, until } = means;
  // What is left of the bound is for ending sessions.
  if (Date.now() > until) return none;
  try {
    const accounts = await calls.accounts(administrator);
    const users = await calls.users(administrator);
    const known = ({ id }: Pick<AccountListed, 'id'>) =>
      created.accounts.find((one) => one.id !== undefined && isSame(one.id, id));
    const strayAccounts = accounts.filter((one) => runOf(one.name) === runId && !known(one));
    const isInside = ({ accountId }: UserListed) =>
      known({ id: accountId }) !== undefined ||
      strayAccounts.some(({ id }) => isSame(id, accountId));
    const strayUsers = users.filter((user) => runOf(user.email) === runId && !isInside(user));
    const left = await Promise.all([
      ...strayAccounts.map((account) => removeStrayAccount(means, account)),
      ...strayUsers.map((user) => removeStrayUser(means, user, users)),
    ]);
    const remaining = left.filter((one) => one !== undefined);
    const listed = await stillListed(means, accounts);
    return {
      removed: left.length - remaining.length,
      stillListed: listed.reduce((sum, { id }) => sum + created.countIn(id), 0),
      left: remaining,
    };
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return none;
  }
}

async function removeStrayAccount(
  { calls, administrator, runId, until }: CleanupMeans,
  { id }: AccountListed,
): Promise<Leftover | undefined> {
  const removal = await removeAccount({ calls, administrator, until }, id, {
    isOwnName: (name) => runOf(name) === runId,
    foreignUsers: async () => {
      const users = await calls.users(administrator);
      return users.filter((one) => isSame(one.accountId, id) && runOf(one.email) !== runId).length;
    },
  });
  if (removal.state === 'gone' || removal.state === 'unverified') return undefined;
  return {
    what: `${nameOf('account', id)}, which has a name of run ${runId}`,
    why: removal.state === 'left' ? removal.why : 'users in it were not created by the run',
    curl: calls.commands.listing(administrator),
  };
}

/** Removes a user of the run in an account that is not the run's, who is alone under their id. */
async function removeStrayUser(
  { calls, administrator, runId }: CleanupMeans,
  { id, accountId }: UserListed,
  users: readonly UserListed[],
): Promise<Leftover | undefined> {
  let why = 'another user has the same id';
  if (users.filter((one) => isSame(one.id, id)).length === 1) {
    try {
      await calls.deleteUser(administrator, id);
      return undefined;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      why = error.message;
    }
  }
  return {
    what: `${nameOf('user', id)}, who has a name of run ${runId}, in ${nameOf('account', accountId)}`,
    why,
    curl: calls.commands.users(administrator),
  };
}

/** Accounts that are gone by their id and that the list does not let go within the settle bound. */
async function stillListed(
  { calls, administrator, created, settleMs, until }: CleanupMeans,
  first: readonly AccountListed[],
): Promise<AccountListed[]> {
  const end = Math.min(until, Date.now() + settleMs);
  const gone = (accounts: readonly AccountListed[]) =>
    accounts.filter(({ id, name }) =>
      created.accounts.some(
        (one) =>
          one.state === 'gone' &&
          one.id !== undefined &&
          isSame(one.id, id) &&
          created.isNameOf(one, name),
      ),
    );
  let listed = gone(first);
  for (let pause = 100; listed.length > 0; pause = Math.min(pause * 2, 1000)) {
    if (Date.now() + pause > end) break;
    await calls.pause(pause);
    listed = gone(await calls.accounts(administrator));
  }
  return listed;
}
