import { type Id, isSame } from './answers.ts';
import { CallFailed } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Leftover } from './created.ts';
import type { CleanupMeans } from './remove-account.ts';

/**
 * Deletes the tokens of accounts that are gone, where the portal still accepts them: each is a live
 * credential. What it does with one of them it does with all.
 *
 * @returns what it accepts for good
 */
export async function endLiveTokens(
  { calls, administrator, created, runId, settleMs, until }: CleanupMeans,
  gone: readonly Id[],
): Promise<Leftover | undefined> {
  // Those that users came with are restricted to no host.
  const tokens = [...created.initialTokens, ...created.tokens]
    .filter(([, { accountId }]) => gone.some((id) => isSame(id, accountId)))
    .map(([token]) => ({ token, variable: 'PORTAL_NEW_TOKEN' }));
  const [first] = tokens;
  if (!first || !(await isAccepted(calls, first))) return undefined;
  await Promise.allSettled(tokens.map((one) => calls.deleteToken(one, one.token)));
  const end = Math.min(until, Date.now() + settleMs);
  for (let pause = 50; await isAccepted(calls, first); pause = Math.min(pause * 2, 1000)) {
    if (Date.now() + pause > end)
      return {
        what: `tokens of accounts of run ${runId}, which are gone`,
        why: 'the portal still accepts them',
        curl: calls.commands.listing(administrator),
      };
    await calls.pause(pause);
  }
  return undefined;
}

/** Whether a token tells whose it is; not when nobody can tell. */
async function isAccepted(calls: Calls, by: { token: string; variable: string }): Promise<boolean> {
  try {
    await calls.ownAccount(by);
    return true;
  } catch (error) {
    if (error instanceof CallFailed) return false;
    throw error;
  }
}
