import { CallFailed } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Created } from './created.ts';
import type { Leftover } from './removal.ts';

/** A logout that failed is sent again: a session that stays open is a credential. */
const attempts = 3;

/** Ends every session of the administrator that a run opened, whatever happened before. */
export async function endAdminSessions(calls: Calls, created: Created): Promise<Leftover[]> {
  const left = await Promise.all(
    [...created.adminSessions].map(([session, wasAccepted]) => end(calls, session, wasAccepted)),
  );
  const lost = created.isLoginLost
    ? [leftover(calls, 'the response to the login was lost, so it may have been opened')]
    : [];
  return [...left.flatMap((one) => one ?? []), ...lost];
}

async function end(
  calls: Calls,
  session: string,
  wasAccepted: boolean,
): Promise<Leftover | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await calls.logout(session);
      return undefined;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      // A session that was accepted and is not any more has ended.
      if (error.status === 401 && wasAccepted) return undefined;
      if (attempt === attempts || error.status === 404) return leftover(calls, error.message);
      await calls.pause(200 * attempt);
    }
  }
}

function leftover(calls: Calls, why: string): Leftover {
  return { what: "a session of the administrator's login", why, curl: calls.ending() };
}
