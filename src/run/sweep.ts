import { Misconfigured } from '../contract/misconfigured.ts';
import { parseTarget } from '../http/target.ts';
import { becomeAdministrator } from '../sandbox/administrator.ts';
import { Calls } from '../sandbox/calls.ts';
import { findAccount, findTraces, removeTraces, type Trace } from '../sandbox/cleanup.ts';
import { Created, type Leftover } from '../sandbox/created.ts';
import { endLogins } from '../sandbox/logins.ts';
import { isOldRunId, isRunId } from '../sandbox/names.ts';
import { SecretMasker } from '../secrets/masker.ts';
import type { Settings } from '../settings/settings.ts';
import { newClient, withTunnel } from './client.ts';
import { watchSecrets } from './secrets.ts';

/** Which leftovers are meant. */
export interface Which {
  /** Of one run only. */
  readonly run?: string | undefined;
  /** One account by its id, for a list that does not show it. */
  readonly account?: string | undefined;
  /** Created longer ago than this, in milliseconds. */
  readonly olderThanMs?: number | undefined;
}

/** What aborted runs left behind in a portal, and what of it is still there. */
export interface Sweep {
  readonly found: readonly Trace[];
  /** Masks what is told: the portal chose its ids. */
  readonly mask: (text: string) => string;
  /** Sessions that could not be ended. */
  readonly sessions: readonly Leftover[];
  /** Undefined when nothing was to be removed. */
  readonly left?: readonly Leftover[];
}

/**
 * Finds what runs have left behind, by the prefix of its names, and removes it
 * when asked to.
 *
 * @throws Misconfigured, SandboxUnavailable, CallFailed
 */
export async function sweep(settings: Settings, remove: boolean, which: Which): Promise<Sweep> {
  const { target: text, admin: credentials, settleMs, deadlineMs } = settings;
  if (text === undefined) throw new Misconfigured('Give the URL of the portal, or PORTAL_TARGET.');
  if (!credentials) {
    throw new Misconfigured(
      'Cleaning up needs PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN.',
    );
  }
  if (remove && settings.dryRun)
    throw new Misconfigured(
      'PORTAL_DRY_RUN is set: cleanup lists without --yes, and removes with it.',
    );
  const { run, account } = which;
  if (run !== undefined && !isRunId(run) && !isOldRunId(run))
    throw new Misconfigured('--run takes the id of a run.');
  const masker = new SecretMasker();
  watchSecrets(masker, settings, []);
  const { signal } = new AbortController();
  const client = newClient(await withTunnel(settings), parseTarget(text), {
    purpose: 'cleanup',
    writes: 'all',
    signal,
  });
  const calls = new Calls(client, masker, settleMs);
  const created = new Created();
  try {
    const administrator = await becomeAdministrator(calls, created, credentials);
    const all =
      account === undefined
        ? await findTraces(calls, administrator, run)
        : [await findAccount(calls, administrator, account, run)].flatMap((trace) => trace ?? []);
    const youngMs = settings.deadlineMs + settings.cleanupTimeoutMs;
    const found = all
      .filter((trace) => isMeant(trace, which))
      .map((trace) => ({ ...trace, isYoung: isYoung(trace, which, youngMs) }));
    if (account !== undefined && found.length === 0)
      throw new Misconfigured('--account names no account whose name is that of a run.');
    if (run !== undefined && found.length === 0)
      throw new Misconfigured(`--run ${run}: the lists of this portal show nothing of that run.`);
    const until = Date.now() + deadlineMs;
    const left = remove ? await removeTraces({ calls, administrator, until }, found) : undefined;
    const sessions = await endSessions(calls, created);
    const mask = (text: string) => masker.mask(text).text;
    return { found, mask, sessions, ...(left ? { left } : {}) };
  } finally {
    await endSessions(calls, created);
    client.close();
  }
}

/** Ends what is open, once. */
async function endSessions(calls: Calls, created: Created): Promise<readonly Leftover[]> {
  const left = await endLogins(calls, created, "the administrator's");
  created.logins.clear();
  return left;
}

/** Whether something is so new that the run that created it may be under way, and nobody named it. */
function isYoung(
  { createdAt }: Trace,
  { run, account, olderThanMs }: Which,
  ageMs: number,
): boolean {
  if (run !== undefined || account !== undefined || olderThanMs !== undefined) return false;
  return createdAt !== undefined && createdAt > Date.now() - ageMs;
}

/** What is of unknown age is not older than anything. */
function isMeant({ runId, createdAt }: Trace, { run, olderThanMs }: Which): boolean {
  if (run !== undefined && runId !== run) return false;
  if (olderThanMs === undefined) return true;
  return createdAt !== undefined && createdAt < Date.now() - olderThanMs;
}
