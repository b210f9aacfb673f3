import { count } from '../contract/count.ts';
import { delay } from '../http/delay.ts';
import { type Bearer, CallFailed, type Calls } from './calls.ts';
import type { Created } from './created.ts';
import { prefixOf, runOf } from './names.ts';

/** Something that a run made and that could not be removed. */
export interface Leftover {
  readonly what: string;
  readonly why: string;
  /** Removes it, or looks for it. */
  readonly curl: string;
}

export interface Cleanup {
  /** How many tokens, sessions, users and accounts are gone. */
  readonly removed: number;
  readonly left: readonly Leftover[];
}

/** An account or a user whose name carries the id of a run. */
export interface Trace {
  readonly kind: 'account' | 'user';
  readonly id: number;
  readonly runId: string;
  /** Users of an account that the run did not create: with any, the account is not removed. */
  readonly foreignUsers: number;
}

/** What runs have left in a portal, found by name: accounts first, then users outside of them. */
export async function findTraces(calls: Calls, admin: Bearer): Promise<Trace[]> {
  const [accounts, users] = await Promise.all([calls.accounts(admin), calls.users(admin)]);
  const traces: Trace[] = [];
  for (const { id, name } of accounts) {
    const runId = runOf(name);
    if (!runId) continue;
    const isForeign = (user: { accountId: number; email: string }) =>
      user.accountId === id && runOf(user.email) !== runId;
    traces.push({ kind: 'account', id, runId, foreignUsers: users.filter(isForeign).length });
  }
  const own = new Set(traces.map(({ id }) => id));
  for (const { id, email, accountId } of users) {
    const runId = runOf(email);
    if (runId && !own.has(accountId)) traces.push({ kind: 'user', id, runId, foreignUsers: 0 });
  }
  return traces;
}

/**
 * Removes accounts with everything in them, but for those in which any user is foreign. Deletion is a job, and may be
 * refused while another job is under way: it is asked for, and followed until
 * nothing is listed any more, within a bound.
 */
export async function removeTraces(
  calls: Calls,
  admin: Bearer,
  which: (trace: Trace) => boolean,
  boundMs: number,
  signal: AbortSignal,
): Promise<Leftover[]> {
  const until = Date.now() + boundMs;
  const accepted = new Set<string>();
  const troubles = new Map<string, CallFailed>();
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    const over = Date.now() > until || signal.aborted;
    const found = await findTraces(calls, admin).catch((error: unknown) => {
      // One answer that fails is no reason to give up.
      if (over || !(error instanceof CallFailed)) throw error;
      return undefined;
    });
    const traces = found?.filter(which);
    if (traces === undefined) {
      await delay(pause, signal);
      continue;
    }
    const removable = traces.filter(({ foreignUsers }) => foreignUsers === 0);
    if (over || removable.length === 0) {
      return traces.map((trace) => leftover(calls, admin, trace, troubles.get(keyOf(trace))));
    }
    const open = removable.filter((trace) => !accepted.has(keyOf(trace)));
    await Promise.all(
      open.map(async (trace) => {
        try {
          await remove(calls, admin, trace);
          accepted.add(keyOf(trace));
        } catch (error) {
          if (!(error instanceof CallFailed)) throw error;
          troubles.set(keyOf(trace), error);
        }
      }),
    );
    await delay(pause, signal);
  }
}

/** Removes what one run has made: its tokens and sessions, then its accounts. */
export async function cleanUp(
  calls: Calls,
  admin: Bearer,
  created: Created,
  runId: string,
  boundMs: number,
  signal: AbortSignal,
): Promise<Cleanup> {
  // What cannot be deleted by itself goes with its account.
  await Promise.allSettled([...created.tokens].map(([id, owner]) => calls.deleteToken(owner, id)));
  await Promise.allSettled([...created.sessions].map((session) => calls.logout(session)));
  const { accounts, users, tokens, sessions } = created;
  const total = accounts.size + users.size + tokens.size + sessions.size;
  const ours = (trace: Trace) =>
    trace.runId === runId || (trace.kind === 'account' ? accounts : users).has(trace.id);
  try {
    const left = await removeTraces(calls, admin, ours, boundMs, signal);
    // What is in an account that is still there may be there too.
    return { removed: left.length === 0 ? total : 0, left };
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    // Nobody can tell what is still there: all of it may be, even an account unknown to us.
    const known = [...accounts].map((id) =>
      leftover(calls, admin, { kind: 'account', id, runId, foreignUsers: 0 }, error),
    );
    const what = `anything that begins with ${prefixOf(runId)}, which could not be looked for`;
    const unknown = { what, why: error.message, curl: calls.listing(admin) };
    return { removed: 0, left: known.length > 0 ? known : [unknown] };
  }
}

function remove(calls: Calls, admin: Bearer, { kind, id }: Trace) {
  return kind === 'account' ? calls.deleteAccount(admin, id) : calls.deleteUser(admin, id);
}

function leftover(calls: Calls, admin: Bearer, trace: Trace, trouble?: CallFailed): Leftover {
  const { kind, id, runId, foreignUsers } = trace;
  if (foreignUsers > 0) {
    const users = count(foreignUsers, 'user in it was', 'users in it were');
    return {
      what: `account ${id}, named like one of run ${runId}`,
      why: `${users} not created by the run, so it was not removed`,
      curl: calls.listing(admin),
    };
  }
  return {
    what: `${kind} ${id} of run ${runId}${kind === 'account' ? ', with its users and tokens' : ''}`,
    why: trouble?.message ?? 'its deletion was accepted, but it is still there',
    curl: calls.removal(admin, kind, id),
  };
}

function keyOf({ kind, id }: Trace): string {
  return `${kind} ${id}`;
}
