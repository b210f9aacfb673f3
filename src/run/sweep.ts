import { Misconfigured } from '../contract/misconfigured.ts';
import { parseTarget } from '../http/target.ts';
import { becomeAdministrator } from '../sandbox/administrator.ts';
import { Calls } from '../sandbox/calls.ts';
import { findTraces, type Leftover, removeTraces, type Trace } from '../sandbox/cleanup.ts';
import { SecretMasker } from '../secrets/masker.ts';
import type { Settings } from '../settings/settings.ts';
import { newClient } from './client.ts';

/** What runs that were killed have left in a portal, and what of it is still there. */
export interface Sweep {
  readonly found: readonly Trace[];
  /** Undefined when nothing was to be removed. */
  readonly left?: readonly Leftover[];
}

/**
 * Finds what runs have left behind, by the prefix of its names, and removes it
 * when asked to.
 *
 * @param runId of one run; of all of them without it
 * @throws Misconfigured, NoSetup, CallFailed
 */
export async function sweep(settings: Settings, remove: boolean, runId?: string): Promise<Sweep> {
  const { target: text, admin: credentials, settleMs, deadlineMs } = settings;
  if (text === undefined) throw new Misconfigured('Give the URL of the portal, or PORTAL_TARGET.');
  if (!credentials) {
    throw new Misconfigured(
      'Cleaning up needs PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN.',
    );
  }
  const { signal } = new AbortController();
  const client = newClient(settings, parseTarget(text), {
    purpose: 'cleanup',
    writes: true,
    signal,
  });
  const calls = new Calls(client, new SecretMasker(), settleMs);
  let end: () => Promise<unknown> | undefined = () => undefined;
  try {
    const admin = await becomeAdministrator(calls, credentials);
    end = () => (admin.createdByRun ? calls.logout(admin.token) : undefined);
    const ours = (trace: Trace) => runId === undefined || trace.runId === runId;
    const found = (await findTraces(calls, admin)).filter(ours);
    const left = remove ? await removeTraces(calls, admin, ours, deadlineMs, signal) : undefined;
    return left ? { found, left } : { found };
  } finally {
    await end()?.catch(() => undefined);
    client.close();
  }
}
