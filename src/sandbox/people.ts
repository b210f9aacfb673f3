import type { Administrator } from './administrator.ts';
import { type Id, isSame } from './answers.ts';
import { attempt, insistOnEnd, unlessInconclusive, unlessRefused } from './attempt.ts';
import { CallFailed, insisting, isRefusal } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Created } from './created.ts';
import type { CreatedToken, CreatedUser } from './created-users.ts';
import { logIn } from './log-in.ts';
import type { Names } from './names.ts';
import { removeAccount } from './remove-account.ts';

/** With what a sandbox creates more. */
export interface SandboxMeans {
  readonly calls: Calls;
  readonly created: Created;
  readonly names: Names;
  /** Creates a user in an account, or in one of their own, and a session if it is wanted. */
  readonly newUser: (wanted: { accountId?: Id; hasSession: boolean }) => Promise<NewUser>;
}

/** A user with the token that they came with. */
export interface NewUser {
  readonly user: CreatedUser;
  readonly token: CreatedToken;
}

/** What a check can do with accounts, users and sessions. What it creates is noted, to be removed. */
export class People {
  readonly administrator: Administrator;
  protected readonly calls: Calls;
  protected readonly created: Created;
  protected readonly names: Names;
  readonly #newUser: SandboxMeans['newUser'];
  #annex: ReturnType<People['createAccount']> | undefined;

  constructor(administrator: Administrator, { calls, created, names, newUser }: SandboxMeans) {
    this.administrator = administrator;
    this.calls = calls;
    this.created = created;
    this.names = names;
    this.#newUser = newUser;
  }

  /** Whether a name is one that the run gave, to a user whose creation was lost, too. */
  isOwnName(name: unknown): boolean {
    return typeof name === 'string' && this.names.isOwn(name);
  }

  /**
   * Creates a user in an account of their own, with the token that came with them. Without a
   * session that token is their bearer: logins are counted by guards.
   *
   * @returns why not, when the portal allows no further account
   * @throws Inconclusive
   */
  async createAccount(hasSession = false): Promise<NewUser | string> {
    try {
      return await this.#newUser({ hasSession });
    } catch (error) {
      if (isRefusal(error)) return error.message;
      return attempt(() => Promise.reject(error));
    }
  }

  /** Creates a user in an account that is neither the caller's nor read by anybody else, if there can be one. */
  async createStranger(outsider: CreatedUser, hasSession = false): Promise<NewUser> {
    this.#annex ??= this.createAccount();
    // One that could not be created keeps nobody from being created elsewhere.
    const annex = await this.#annex.catch(unlessInconclusive);
    return this.createTeammate(typeof annex === 'object' ? annex.user : outsider, hasSession);
  }

  /** Creates another user in the account of one that the run created. @throws Inconclusive */
  createTeammate({ accountId }: CreatedUser, hasSession = false): Promise<NewUser> {
    return attempt(() => this.#newUser({ accountId, hasSession }));
  }

  /** The account of a bearer token of the run, or of a token that it created; undefined for others. */
  accountOf(token: string): Id | undefined {
    const { tokens, initialTokens, sessions } = this.created;
    return (tokens.get(token) ?? initialTokens.get(token))?.accountId ?? sessions.get(token);
  }

  /** The ids of users whom an administrator is listed in an account, the run's own among them. */
  async usersIn(accountId: Id): Promise<readonly Id[]> {
    const users = await attempt(() => this.calls.users(this.administrator));
    return users.filter((user) => isSame(user.accountId, accountId)).map(({ id }) => id);
  }

  /** Opens another session of a user. @throws Inconclusive */
  async login(user: CreatedUser): Promise<string> {
    const session = await attempt(() => insisting(() => logIn(this.calls, user)));
    this.created.sessions.set(session, user.accountId);
    return session;
  }

  /** Logs out with an API token, which is no session. */
  async logoutWith({ id }: CreatedToken): Promise<void> {
    try {
      await this.calls.logout(id);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
    }
  }

  /** Ends a session. @throws Inconclusive */
  async logout(session: string): Promise<void> {
    await attempt(() => insistOnEnd((again) => this.calls.logout(session, !again), 401));
    this.created.sessions.delete(session);
  }

  /**
   * Deletes a user, if the portal lets them go, and shows them alone under their id.
   *
   * @returns why it does not
   * @throws Inconclusive
   */
  async removeUserIfAllowed({ id, accountId }: CreatedUser): Promise<string | undefined> {
    let stays: string | undefined;
    const remove = async (again: boolean) => {
      const all = await this.calls.users(this.administrator);
      const users = all.filter((user) => isSame(user.id, id));
      if (again && users.length === 0) return;
      const isAlone =
        users.length === 1 && users.every((user) => isSame(user.accountId, accountId));
      // Some portals count users by account, and some give an id again: another may have it.
      if (isAlone && this.created.isUnambiguous(id))
        await this.calls.deleteUser(this.administrator, id);
      else stays = 'the list of users does not show them alone under their id';
    };
    const refusal = await unlessRefused(() => insistOnEnd(remove, 404));
    return stays ?? refusal;
  }

  /**
   * Deletes the account of a user, and sees that it is gone.
   *
   * @param withinMs how long that may take, in milliseconds
   * @returns why it is not
   * @throws Inconclusive
   */
  async removeAccountIfAllowed(
    { accountId }: CreatedUser,
    withinMs: number,
  ): Promise<string | undefined> {
    const { calls, administrator, created } = this;
    const entry = created.accounts.find(({ id }) => id !== undefined && isSame(id, accountId));
    const until = Date.now() + withinMs;
    const isOwnName = (name: string) => entry !== undefined && created.isNameOf(entry, name);
    const foreignUsers = async () =>
      (await calls.users(administrator)).filter(
        (user) => isSame(user.accountId, accountId) && !this.isOwnName(user.email),
      ).length;
    const removal = await removeAccount({ calls, administrator, until }, accountId, {
      isOwnName,
      foreignUsers,
    });
    if (removal.state === 'gone') {
      if (entry) entry.state = 'gone';
      return undefined;
    }
    if (removal.state === 'left') return removal.why;
    return removal.state === 'foreign' ? 'others are in it' : 'no read shows that it is gone';
  }
}
