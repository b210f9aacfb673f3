import type { Administrator } from './administrator.ts';
import type { Id } from './answers.ts';
import { CallFailed } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Created } from './created.ts';

/** With what accounts are removed, and until when, in milliseconds since the epoch. */
export interface RemovalMeans {
  readonly calls: Calls;
  readonly administrator: Administrator;
  readonly until: number;
}

/** With what a run removes all that it created. */
export interface CleanupMeans extends RemovalMeans {
  readonly created: Created;
  readonly runId: string;
  /** How long a lost account is looked for, in milliseconds. */
  readonly settleMs: number;
}

export interface RemovalHooks {
  /** Whether its deletion was requested before. */
  readonly wasAsked?: boolean | undefined;
  /** Whether a name is one that the run gave: an id may be that of another account by now. */
  readonly isOwnName: (name: string) => boolean;
  /** How many users of the account are foreign; undefined when no list says. @throws CallFailed */
  readonly foreignUsers: () => Promise<number | undefined>;
  /** Empties the account, for a server that removes empty ones alone. */
  readonly empty?: () => Promise<void>;
  /** Whether a token of the account, which was accepted before, is rejected now. */
  readonly isShut?: () => Promise<boolean>;
}

export type Removal =
  | { readonly state: 'gone' }
  /** The server accepted the deletion, and no read could show that it was carried out. */
  | { readonly state: 'unverified' }
  /** It is not the run's, or not the run's alone. */
  | { readonly state: 'foreign'; readonly users: number }
  | { readonly state: 'left'; readonly why: string };

/** A guard that bans answers so; a request in a ban may prolong it. */
const banned: readonly (number | undefined)[] = [401, 403, 429, 503];

/** The longest pause while a job runs; in a ban pauses grow without a bound. */
const maxPauseMs = 2000;

/** So often a call that shows an account may fail before it counts as one that is not there. */
const maxBlind = 3;

/**
 * Removes an account with everything in it, by its id, and sees that it is gone. Deletion is a
 * job, and may be refused while another job is under way; it is repeated within the bound. Before
 * each deletion the account has to be the run's: by its name, and by its users.
 */
export async function removeAccount(
  { calls, administrator, until }: RemovalMeans,
  id: Id,
  { wasAsked = false, isOwnName, foreignUsers, empty, isShut = async () => false }: RemovalHooks,
): Promise<Removal> {
  let step: 'check' | 'delete' | 'confirm' = 'check';
  let trouble: CallFailed | undefined;
  let isEmptied = empty === undefined;
  let isAsked = wasAsked;
  let isAccepted = false;
  let blind = 0;
  for (let pause = 50; ; ) {
    try {
      trouble = undefined;
      if (step === 'check') {
        const shown = await nameShown(calls, administrator, id, ++blind > maxBlind);
        blind = 0;
        if (typeof shown === 'string' && shown !== '' && !isOwnName(shown))
          return isAsked ? { state: 'gone' } : { state: 'foreign', users: 0 };
        // Some process may not know a new one; one that was to be deleted may be gone.
        const mayBeGone = shown === undefined && isAsked;
        if (mayBeGone && (await isVerifiable(calls, administrator))) step = 'confirm';
        else {
          const users = (await foreignUsers()) ?? 0;
          if (users > 0) return { state: 'foreign', users };
          step = 'delete';
        }
      }
      if (step === 'delete') {
        isAsked = true;
        await calls.deleteAccount(administrator, id);
        step = 'confirm';
        isAccepted = true;
      }
      const seen = await lookFor(calls, administrator, id, isOwnName);
      if (seen !== 'there') return { state: seen };
      // Who said that there is no such account may have been somebody in front, who bans.
      if (!isAccepted) step = 'check';
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      trouble = error;
      if (step === 'delete') {
        step = error.status === 404 ? 'confirm' : 'check';
        if (step === 'check' && !isEmptied && isRejection(error)) {
          isEmptied = true;
          await empty?.();
          continue;
        }
      }
    }
    const isBan = trouble !== undefined && banned.includes(trouble.status);
    pause = isBan ? Math.max(1000, pause * 2) : Math.min(pause * 2, maxPauseMs);
    const wait = Math.max(pause, retryAfterOf(trouble));
    if (Date.now() + wait > until || isAborted(trouble)) break;
    await calls.pause(wait);
  }
  if (step === 'confirm' && isAccepted && (trouble || (await isShut())))
    return { state: 'unverified' };
  return {
    state: 'left',
    why:
      trouble?.message ??
      `its deletion was ${isAccepted ? 'accepted' : 'answered with 404'}, but it is still there`,
  };
}

/**
 * The name of an account; undefined when there is none, null when the portal does not say.
 *
 * @param isLast whether what fails once more is as good as not there
 * @throws CallFailed
 */
async function nameShown(
  calls: Calls,
  administrator: Administrator,
  id: Id,
  isLast: boolean,
): Promise<string | undefined | null> {
  try {
    return (await calls.account(administrator, id))?.name;
  } catch (error) {
    if (!(error instanceof CallFailed) || banned.includes(error.status)) throw error;
    if (isLast || isRejection(error) || error.status === 200) return null;
    throw error;
  }
}

/** Whether an account is not there, or its id is that of another by now. What no read can show is unverified. */
async function lookFor(
  calls: Calls,
  administrator: Administrator,
  id: Id,
  isOwnName: RemovalHooks['isOwnName'],
): Promise<'there' | 'gone' | 'unverified'> {
  try {
    const account = await calls.account(administrator, id);
    if (account !== undefined && (account.name === '' || isOwnName(account.name))) return 'there';
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    if (await isVerifiable(calls, administrator)) throw error;
    return 'unverified';
  }
  // Afterwards, for a ban may have begun meanwhile.
  return (await isVerifiable(calls, administrator)) ? 'gone' : 'unverified';
}

/**
 * Whether the call that shows an account shows one that is there: the administrator's own.
 *
 * @throws CallFailed when the administrator is shut out, and is shown nothing
 */
async function isVerifiable(calls: Calls, administrator: Administrator): Promise<boolean> {
  for (let isAgain = false; ; isAgain = true) {
    try {
      const own = await calls.ownAccount(administrator);
      if ((await calls.account(administrator, own)) !== undefined) return true;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
    }
    if (isAgain || !administrator.sawAccounts) return false;
    await calls.accounts(administrator);
  }
}

/** A rule of the server, in place of a moment at which it cannot. */
function isRejection({ status = 0 }: CallFailed): boolean {
  return status >= 400 && status < 500 && status !== 408 && !banned.includes(status);
}

function isAborted(trouble: CallFailed | undefined): boolean {
  return trouble?.exchange.failure?.kind === 'aborted';
}

/** What a response asks to wait, in milliseconds. */
function retryAfterOf(trouble: CallFailed | undefined): number {
  const after = Number(trouble?.exchange.response?.headers['retry-after']);
  return Number.isFinite(after) && after > 0 ? after * 1000 + 50 : 0;
}
