import { mediaType } from '../http/exchange.ts';
import { CallFailed } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Created, Leftover } from './created.ts';

/** How somebody logs in whom the portal had before the run. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Opens a session of somebody whom the run did not create; it is noted, to be ended. @throws CallFailed */
export async function openSession(
  calls: Calls,
  created: Created,
  { username, password }: Login,
): Promise<string> {
  created.isLoginLost = true;
  const session = await calls.login(username, password, false).catch((error) => {
    created.isLoginLost = error instanceof CallFailed && error.mayHaveWorked && !isPage(error);
    throw error;
  });
  created.isLoginLost = false;
  created.logins.set(session, false);
  return session;
}

/** Whether a page came back: nobody logs in to one, and its response was not lost. */
function isPage({ exchange: { response } }: CallFailed): boolean {
  return response !== undefined && response.status < 400 && mediaType(response) === 'text/html';
}

/** A logout that failed is sent again: a session that stays open is a credential. */
const attempts = 3;

/**
 * Ends every session that a run opened with a login that it was given, whatever happened before.
 *
 * @param whose `the administrator's`
 */
export async function endLogins(
  calls: Calls,
  created: Created,
  whose: string,
): Promise<Leftover[]> {
  const leftover = (why: string): Leftover => ({
    what: `a session of ${whose} login`,
    why,
    curl: calls.commands.ending(),
  });
  const left = await Promise.all(
    [...created.logins].map(async ([session, wasAccepted]) => {
      const why = await end(calls, session, wasAccepted);
      return why === undefined ? [] : [leftover(why)];
    }),
  );
  const lost = created.isLoginLost
    ? [leftover('the response to the login was lost, so it may have been opened')]
    : [];
  return [...left.flat(), ...lost];
}

/** @returns why it may not have ended */
async function end(
  calls: Calls,
  session: string,
  wasAccepted: boolean,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await calls.logout(session);
      return undefined;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      // A session that was accepted and is not any more has ended.
      if (error.status === 401 && wasAccepted) return undefined;
      if (attempt === attempts || error.status === 404) return error.message;
      await calls.pause(200 * attempt);
    }
  }
}
