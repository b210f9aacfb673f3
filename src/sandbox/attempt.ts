import { Inconclusive } from '../contract/finding.ts';
import { Differs } from './answers.ts';
import { CallFailed, isRefusal, noSuchCall } from './caller.ts';

/** Makes a call for a check: one that fails says nothing about the list. @throws Inconclusive */
export async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof CallFailed || error instanceof Differs)
      throw new Inconclusive(error.message);
    throw error;
  }
}

/** @returns why a call was refused; undefined when it was not @throws Inconclusive */
export async function unlessRefused(call: () => Promise<void>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (isRefusal(error) || (error instanceof CallFailed && noSuchCall(error)))
      return error.message;
    return attempt(() => Promise.reject(error));
  }
}
