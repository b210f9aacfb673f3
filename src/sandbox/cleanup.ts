import { count } from '../contract/count.ts';
import type { Administrator } from './administrator.ts';
import type { AccountListed, UserListed } from './answered.ts';
import { type Id, isSame } from './answers.ts';
import type { Calls } from './calls.ts';
import { nameOf } from './commands.ts';
import type { Leftover } from './created.ts';
import { runOf } from './names.ts';
import { type RemovalMeans, removeAccount } from './remove-account.ts';

/** An account or a user by whose name a run can be recognised. */
export interface Trace {
  readonly kind: 'account' | 'user';
  readonly id: Id;
  readonly runId: string;
  /** When it was created, in milliseconds by the server's clock; undefined when it does not say. */
  readonly createdAt: number | undefined;
  /** How many users of the run an account holds, and how many others. */
  readonly users: number;
  readonly foreignUsers: number;
  /** Whether it is so new that its run may be under way. */
  readonly isYoung?: boolean;
}

/** What runs have left in a portal, by name: accounts first, then users outside of them. */
export async function findTraces(
  calls: Calls,
  administrator: Administrator,
  named?: string,
): Promise<Trace[]> {
  const [accounts, users] = await Promise.all([
    calls.accounts(administrator),
    calls.users(administrator),
  ]);
  const traces = accounts.flatMap((account) => traceOf(account, users, named) ?? []);
  const others = users.flatMap(({ id, email, accountId }): Trace[] => {
    const runId = runOf(email, named);
    if (!runId || traces.some((trace) => isSame(trace.id, accountId))) return [];
    return [{ kind: 'user', id, runId, createdAt: undefined, users: 1, foreignUsers: 0 }];
  });
  return [...traces, ...others];
}

/** One account by its id, for a list that does not show it. */
export async function findAccount(
  calls: Calls,
  administrator: Administrator,
  id: Id,
  named?: string,
): Promise<Trace | undefined> {
  const account = await calls.account(administrator, id);
  return account && traceOf(account, await calls.users(administrator), named);
}

function traceOf(
  account: AccountListed,
  users: readonly UserListed[],
  named?: string,
): Trace | undefined {
  const { id, name, createdAt } = account;
  const runId = runOf(name, named);
  if (!runId) return undefined;
  const inside = users.filter(({ accountId }) => isSame(accountId, id));
  const own = inside.filter(({ email }) => runOf(email, runId) === runId).length;
  return {
    kind: 'account',
    id,
    runId,
    createdAt,
    users: own,
    foreignUsers: inside.length - own,
  };
}

/** Why something is not removed although a run's name is on it; undefined when it can be. */
export function whyKept({ kind, users, foreignUsers, runId, isYoung }: Trace): string | undefined {
  if (kind === 'user') return 'its account is not one of the run';
  if (foreignUsers > 0)
    return `${count(foreignUsers, 'user in it was', 'users in it were')} not created by the run`;
  if (users === 0) return `no user of run ${runId} is listed in it`;
  return isYoung ? `a run may be under way: --run ${runId} removes it` : undefined;
}

/** Removes accounts that can be proven to be a run's own. @returns what is still there */
export async function removeTraces(
  means: RemovalMeans,
  traces: readonly Trace[],
): Promise<Leftover[]> {
  const left = await Promise.all(traces.map((trace) => removeTrace(means, trace)));
  return left.flatMap((leftover) => leftover ?? []);
}

async function removeTrace(means: RemovalMeans, trace: Trace): Promise<Leftover | undefined> {
  const { calls, administrator } = means;
  const { kind, id, runId } = trace;
  const kept = whyKept(trace);
  if (kept) {
    return {
      what: `${nameOf(kind, id)}, named like one of run ${runId}`,
      why: kept,
      curl: calls.commands.listing(administrator),
    };
  }
  const removal = await removeAccount(means, id, {
    isOwnName: (name) => runOf(name, runId) === runId,
    foreignUsers: async () => (await findAccount(calls, administrator, id, runId))?.foreignUsers,
  });
  if (removal.state === 'gone' || removal.state === 'unverified') return undefined;
  return {
    what: `${nameOf('account', id)} of run ${runId}, with its users and tokens`,
    why: removal.state === 'left' ? removal.why : 'it is not, or not alone, what the run created',
    curl: calls.commands.listing(administrator),
  };
}
