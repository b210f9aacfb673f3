import { Misconfigured } from '../contract/misconfigured.ts';
import { otherLogin } from '../http/challenge.ts';
import { type Bearer, CallFailed } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Created } from './created.ts';
import { openSession } from './logins.ts';

/** How a run is given an administrator: by login, or by token. */
export interface AdminCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

/** Why users cannot be created on a portal, in a sentence. */
export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}

/** The administrator whom a run was given: a token, or a session that is opened again, once, when lost. */
export class Administrator implements Bearer {
  readonly variable = 'PORTAL_ADMIN_TOKEN';
  readonly createdByRun: boolean;
  /** Whether it was listed accounts: where it is listed none any more, somebody shuts it out. */
  sawAccounts = false;
  readonly #login: (() => Promise<string>) | undefined;
  readonly #noteAccepted: (token: string) => void;
  #token: string;
  #wasAccepted = false;
  #renewal: Promise<boolean> | undefined;
  #mayRenew = true;

  /** @param login opens another session; without one the token was given */
  constructor(
    token: string,
    login?: () => Promise<string>,
    noteAccepted: (token: string) => void = () => {},
  ) {
    this.#token = token;
    this.#noteAccepted = noteAccepted;
    this.#login = login;
    this.createdByRun = login !== undefined;
  }

  get token(): string {
    return this.#token;
  }

  onAccepted(): void {
    this.#wasAccepted = true;
    this.#noteAccepted(this.#token);
  }

  /** Lets a lost session be opened once more: what was created must be removed. */
  allowRenewal(): void {
    this.#renewal = undefined;
  }

  /** No session is opened from now on; waits for one that is being opened. */
  async endRenewals(): Promise<void> {
    this.#mayRenew = false;
    await this.#renewal;
  }

  /** A session that was never accepted is new to some process; one that was is lost. */
  async renew(status: number): Promise<boolean> {
    if (status !== 401 || !this.#login || !this.#wasAccepted || !this.#mayRenew) return false;
    const first = this.#renewal === undefined;
    this.#renewal ??= this.#login().then(
      (token) => {
        this.#token = token;
        return true;
      },
      () => false,
    );
    const token = this.#token;
    // Whoever waited for the renewal tries again with it; a later loss is final.
    return (await this.#renewal) && (first || token !== this.#token);
  }
}

/**
 * Becomes the administrator, and makes sure that it is one.
 *
 * @param created notes every session that is opened
 * @throws Misconfigured when the portal rejects them, SandboxUnavailable when it does not answer as documented
 */
export async function becomeAdministrator(
  calls: Calls,
  created: Created,
  { username = '', password = '', token }: AdminCredentials,
): Promise<Administrator> {
  const login = () => openSession(calls, created, { username, password });
  const administrator =
    token === undefined
      ? new Administrator(await firstLogin(login), login, (session) =>
          created.logins.set(session, true),
        )
      : new Administrator(token);
  try {
    administrator.sawAccounts = await calls.administer(administrator);
    return administrator;
  } catch (error) {
    const who = token === undefined ? 'PORTAL_ADMIN_USERNAME' : 'PORTAL_ADMIN_TOKEN';
    const status = error instanceof CallFailed ? error.status : undefined;
    if (status === 401)
      throw new Misconfigured(
        `${who} was rejected (401): it is not valid on this portal.${otherLogin((error as CallFailed).exchange)}`,
      );
    if (status === 403)
      throw new Misconfigured(`${who} is not an administrator of this portal (403).`);
    if (status === undefined) throw sandboxUnavailable(error);
    // A list that is not to be had says nothing of who may create accounts.
    return administrator;
  }
}

async function firstLogin(login: () => Promise<string>): Promise<string> {
  try {
    return await login();
  } catch (error) {
    if (error instanceof CallFailed && error.status === 401) {
      throw new Misconfigured(
        `PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD were rejected (401).${otherLogin(error.exchange)}`,
      );
    }
    if (error instanceof CallFailed && error.status === 403)
      throw new Misconfigured(
        'POST /auth/login was refused (403): a gateway in front may want a header (--header), or the login may not be used from here.',
      );
    throw sandboxUnavailable(error);
  }
}

/** Users could not be created: nothing can be judged. */
export function sandboxUnavailable(
  error: unknown,
  what = 'There is no administrator to work with',
): unknown {
  if (!(error instanceof CallFailed)) return error;
  return new SandboxUnavailable(`${what}: ${error.message}.`);
}
