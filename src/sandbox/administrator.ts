import { Misconfigured } from '../contract/misconfigured.ts';
import { type Bearer, CallFailed, type Calls } from './calls.ts';

/** How a run is given an administrator: by login, or by token. */
export interface AdminCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

/** Whose token, when `made`, is a session of this run. */
export type Administrator = Bearer;

/** Why a portal cannot be given users of the run's own, in a sentence. */
export class SandboxUnavailable extends Error {
  override readonly name = 'NoSetup';
}

/**
 * Becomes the administrator, and makes sure that it is one.
 *
 * @throws Misconfigured when the portal refuses, NoSetup when it does not answer as documented
 */
export async function becomeAdministrator(
  calls: Calls,
  { username, password, token }: AdminCredentials,
): Promise<Administrator> {
  const variable = 'PORTAL_ADMIN_TOKEN';
  const given = token !== undefined;
  const admin = given
    ? { token, variable }
    : { token: await login(calls, username ?? '', password ?? ''), variable, createdByRun: true };
  try {
    await calls.accounts(admin);
    return admin;
  } catch (error) {
    // Whose session it was, it has served.
    if (!given) await calls.logout(admin.token).catch(() => undefined);
    const who = given ? variable : 'PORTAL_ADMIN_USERNAME';
    const status = statusOf(error);
    if (status === 401)
      throw new Misconfigured(`${who} was rejected (401): it is not valid on this portal.`);
    if (status === 403)
      throw new Misconfigured(`${who} is not an administrator of this portal (403).`);
    throw sandboxUnavailable(error);
  }
}

async function login(calls: Calls, username: string, password: string): Promise<string> {
  try {
    return await calls.login(username, password, false);
  } catch (error) {
    if (statusOf(error) === 401) {
      throw new Misconfigured(
        'PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD were rejected (401).',
      );
    }
    throw sandboxUnavailable(error);
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof CallFailed ? error.exchange.response?.status : undefined;
}

/** The users of the run could not be made: nothing can be judged. */
export function sandboxUnavailable(
  error: unknown,
  what = 'There is no administrator to work with',
): unknown {
  if (!(error instanceof CallFailed)) return error;
  return new SandboxUnavailable(`${what}: ${error.message}.`);
}
