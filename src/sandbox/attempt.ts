import { Inconclusive } from '../contract/finding.ts';
import { Differs } from './answers.ts';
import { CallFailed, isRefusal, mayTryAgain, noSuchCall } from './caller.ts';

/** Makes a call for a check: one that fails says nothing about the list. @throws Inconclusive */
export async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof CallFailed && error.isMissing)
      throw new Inconclusive(error.message, 'untested');
    if (error instanceof CallFailed || error instanceof Differs)
      throw new Inconclusive(error.message);
    throw error;
  }
}

/** Goes on after what says nothing about the list. */
export function unlessInconclusive(error: unknown): undefined {
  if (!(error instanceof Inconclusive)) throw error;
  return undefined;
}

/** @returns why a call was refused; undefined when it was not @throws Inconclusive */
export async function unlessRefused(call: () => Promise<void>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    const isMissing = error instanceof CallFailed && error.isMissing;
    if (isRefusal(error) || (error instanceof CallFailed && noSuchCall(error) && !isMissing))
      return error.message;
    return attempt(() => Promise.reject(error));
  }
}

/** Makes a call that may fail. @returns whether it may have been carried out */
export async function mayBeDone(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (error instanceof Differs) return false;
    if (error instanceof CallFailed) return error.mayHaveWorked;
    throw error;
  }
}

/**
 * Ends something: when the response was lost it is done again, and what is gone then was ended by
 * the first of them.
 *
 * @param end is told whether it is done again
 * @param gone the statuses with which the server says that there is nothing to end
 * @throws CallFailed
 */
export async function insistOnEnd(
  end: (again: boolean) => Promise<unknown>,
  ...gone: readonly number[]
): Promise<void> {
  for (let lost = 0; ; lost += 1) {
    try {
      await end(lost > 0);
      return;
    } catch (error) {
      // The client sends again what a gateway lost.
      const isAgain = lost > 0 || (error instanceof CallFailed && error.exchange.attempts > 1);
      if (isAgain && error instanceof CallFailed && gone.includes(error.status ?? 0)) return;
      if (!mayTryAgain(error, lost)) throw error;
    }
  }
}
