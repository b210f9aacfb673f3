import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Limiter } from '../http/limiter.ts';
import type { Target, Writes } from '../http/target.ts';
import type { Timeline } from '../http/timeline.ts';
import type { Report } from '../report/report.ts';
import type { Administrator } from '../sandbox/administrator.ts';
import { type Id, isSame } from '../sandbox/answers.ts';
import type { Calls } from '../sandbox/calls.ts';
import { nameOf } from '../sandbox/commands.ts';
import type { Created, Leftover } from '../sandbox/created.ts';
import { endLogins } from '../sandbox/logins.ts';
import { foreignUsersIn, removeCreated } from '../sandbox/removal.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import type { Settings } from '../settings/settings.ts';
import { callsOf } from './calls.ts';
import { newClient } from './client.ts';

export interface CleaningMeans {
  readonly settings: Settings;
  readonly target: Target;
  readonly runId: string;
  readonly created: Created;
  readonly administrator: Administrator | undefined;
  readonly masker: SecretMasker;
  readonly limiter: Limiter;
  /** How many requests at once the run came to. */
  readonly concurrency: number;
  readonly timeline: Timeline;
  /** Whether what was created stays. */
  readonly keeps: boolean;
  /** What the run may send. */
  readonly writes: Writes;
  readonly onBug: (error: unknown) => void;
}

/** What of the bound is kept for ending sessions, whatever removal took: a half, 5 s at most. */
const reserveOf = (boundMs: number) => Math.min(5000, boundMs / 2);

/** A guard counts what is sent in a ban: removal waits by itself, the client hardly insists. */
const patienceMs = 250;

/** Removes what a run created and ends its sessions, within `--cleanup-timeout`. */
export async function cleanAfter(
  means: CleaningMeans,
): Promise<Pick<Report, 'cleanup' | 'requests'>> {
  const { settings, created, administrator, runId, onBug } = means;
  const startedAt = Date.now();
  const { cleanupTimeoutMs, settleMs } = settings;
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  const overdue = () => end.abort('the bound of cleaning up has passed');
  const last = setTimeout(overdue, cleanupTimeoutMs);
  const { concurrency } = means;
  const client = newClient({ ...settings, concurrency, settleMs: patienceMs }, means.target, {
    purpose: `run ${runId}, cleanup`,
    writes: means.writes,
    signal: end.signal,
    limiter: means.limiter,
    timeline: means.timeline,
  });
  const calls = callsOf(client, settings, created, means.masker, 0);
  const reserveMs = reserveOf(cleanupTimeoutMs);
  const until = startedAt + cleanupTimeoutMs - reserveMs;
  // Twice, so that most of the reserve is left for ending sessions.
  const graceMs = reserveMs / 5;
  let removal = { removed: 0, unverified: 0, left: [] as readonly Leftover[] };
  let sessions: readonly Leftover[] = [];
  try {
    if (administrator && !means.keeps) {
      administrator.allowRenewal();
      const removed = removeCreated({ calls, administrator, created, runId, settleMs, until });
      // What hangs must not keep sessions from being ended.
      removal = await Promise.race([
        removed,
        overdueAt(until + graceMs, () => leftAll(means, calls)),
      ]);
    }
  } catch (error) {
    onBug(error);
    removal = { ...removal, left: leftAll(means, calls) };
  }
  try {
    // Removals that hang may go on, and would open a session when theirs has ended.
    await Promise.race([administrator?.endRenewals(), sleep(graceMs, undefined, { ref: false })]);
    const whose = means.writes === 'sessions' ? "the caller's" : "the administrator's";
    sessions = await endLogins(calls, created, whose);
  } catch (error) {
    onBug(error);
  }
  clearTimeout(last);
  client.close();
  const left = [...removal.left, ...sessions];
  const durationMs = Date.now() - startedAt;
  const isNothing = means.keeps && left.length === 0;
  const cleanup = isNothing ? null : { ...removal, left, durationMs };
  return { cleanup, requests: client.sent };
}

/** What is said when removal did not end in time: all that was not seen to be gone. */
async function overdueAt(at: number, left: () => readonly Leftover[]) {
  await sleep(Math.max(0, at - Date.now()), undefined, { ref: false });
  return { removed: 0, unverified: 0, left: left() };
}

/** Names the variable of the administrator in a `curl`. */
const nobody = { token: '', variable: 'PORTAL_ADMIN_TOKEN' };

function leftAll({ created, administrator, runId }: CleaningMeans, calls: Calls): Leftover[] {
  const open = created.accounts.filter(({ state }) => state === 'created' || state === 'sent');
  return open.map(
    ({ id, leftover }) =>
      leftover ?? {
        what: `${id === undefined ? 'an account (its id is not known)' : nameOf('account', id)} of run ${runId}, with its users and tokens`,
        why: 'the bound of cleaning up passed before it was removed',
        curl:
          id === undefined
            ? calls.commands.listing(administrator ?? nobody)
            : calls.commands.removal(administrator ?? nobody, id),
      },
  );
}

/**
 * Removes all that the refusals do not need, before a guard may ban who sends them: the outsider's
 * account, the teammate, and every token but the one that the controls are sent with. What
 * cannot be removed now is removed at the end.
 */
export async function removeWhatRefusalsSpare(
  sandbox: Sandbox,
  means: Pick<CleaningMeans, 'created' | 'runId'> & { calls: Calls; administrator: Administrator },
): Promise<void> {
  const { calls, administrator, created } = means;
  const caller = sandbox.user('caller');
  const teammate = sandbox.users.get('teammate');
  const control = sandbox.tokens.find(
    ({ kind, owner }) => kind === 'persona' && owner.persona === 'caller',
  );
  const spare = [...created.tokens].filter(
    ([id, { accountId }]) => id !== control?.id && isSame(accountId, caller.accountId),
  );
  const others = created.accounts.flatMap(({ id, state }) =>
    state === 'created' && id !== undefined && !isSame(id, caller.accountId) ? [id] : [],
  );
  const removeOwn = async (id: Id) => {
    // With another name or anybody else in it, it is left to the end, which names it.
    const entry = created.accounts.find((one) => one.id !== undefined && isSame(one.id, id));
    const shown = await calls.account(administrator, id);
    const isOwn = entry && shown && created.isNameOf(entry, shown.name);
    if (!isOwn || ((await foreignUsersIn(means, id)) ?? 0) > 0) return;
    entry.isAsked = true;
    await calls.deleteAccount(administrator, id);
  };
  await Promise.allSettled([
    ...others.map(removeOwn),
    ...spare.map(([id, owner]) => calls.deleteToken(owner, id)),
  ]);
  if (teammate) await Promise.allSettled([sandbox.removeUserIfAllowed(teammate)]);
}
