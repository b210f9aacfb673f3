import { Inconclusive } from '../contract/finding.ts';
import type { Persona } from '../contract/requirement.ts';
import type { Administrator } from './administrator.ts';
import { Differs, type Id, isSame } from './answers.ts';
import { type Bearer, CallFailed, insisting, isRefusal } from './caller.ts';
import type { Calls } from './calls.ts';
import { createToken } from './create-token.ts';
import type { Created } from './created.ts';
import type { CreatedToken, CreatedUser, TokenKind } from './created-users.ts';
import type { Names } from './names.ts';

/** A quota that other work of the run has reached is free again in a moment. */
const quotaPauses = [200, 400, 800];

/** With what a sandbox creates more. */
export interface SandboxMeans {
  readonly calls: Calls;
  readonly created: Created;
  readonly names: Names;
  /** Creates a user in an account, or in one of their own. */
  readonly newUser: (accountId?: Id) => Promise<NewUser>;
}

/** A user with the token that they came with. */
export interface NewUser {
  readonly user: CreatedUser;
  readonly token: CreatedToken;
}

/** The users and tokens that a run of the full profile created, and the means to create more. */
export class Sandbox {
  readonly administrator: Administrator;
  readonly users: ReadonlyMap<Persona, CreatedUser>;
  readonly tokens: readonly CreatedToken[];
  readonly #calls: Calls;
  readonly #created: Created;
  readonly #names: Names;
  readonly #newUser: SandboxMeans['newUser'];
  /** Kinds of which no token could be created, with the reason. */
  readonly #lacking: ReadonlyMap<TokenKind, string>;

  constructor(
    administrator: Administrator,
    users: ReadonlyMap<Persona, CreatedUser>,
    tokens: readonly CreatedToken[],
    lacking: ReadonlyMap<TokenKind, string>,
    means: SandboxMeans,
  ) {
    this.administrator = administrator;
    this.users = users;
    this.tokens = tokens;
    this.#lacking = lacking;
    this.#calls = means.calls;
    this.#created = means.created;
    this.#names = means.names;
    this.#newUser = means.newUser;
  }

  /** By how much the server's clock is ahead of ours, in milliseconds, if a creating call showed it. */
  get clockOffset(): number | undefined {
    return this.tokens.find(({ clockOffset }) => clockOffset !== undefined)?.clockOffset;
  }

  /** Whether a name is one that the run gave, to a user whose creation was lost, too. */
  isOwnName(name: unknown): boolean {
    return typeof name === 'string' && this.#names.isOwn(name);
  }

  user(persona: Persona): CreatedUser {
    const user = this.users.get(persona);
    if (!user) throw new Error(`the sandbox has no ${persona}`);
    return user;
  }

  /** Why there is no token of a kind. */
  whyLacking(kind: TokenKind): string {
    return this.#lacking.get(kind) ?? 'it was not tried';
  }

  /** The tokens of some kinds and personas. @throws Inconclusive when there is none */
  tokensOf(kinds: readonly TokenKind[], personas: readonly Persona[]): readonly CreatedToken[] {
    const tokens = this.tokens.filter(
      ({ kind, owner }) => kinds.includes(kind) && personas.includes(owner.persona),
    );
    const why = kinds.map((kind) => this.#lacking.get(kind)).find((one) => one !== undefined);
    if (tokens.length > 0 || why === undefined) return tokens;
    throw new Inconclusive(`a token to judge it by could not be created: ${why}`);
  }

  /** Creates one more token. @throws Inconclusive */
  createToken(owner: CreatedUser, isRestricted = false): Promise<CreatedToken> {
    return this.#try(() => this.#createLater(owner, isRestricted, quotaPauses));
  }

  /** Creates some tokens, as many as a quota allows. @throws Inconclusive */
  async createTokens(
    owner: CreatedUser,
    number: number,
  ): Promise<{ tokens: readonly CreatedToken[]; refusal?: string }> {
    const settled = await Promise.allSettled(
      Array.from({ length: number }, () => this.#createLater(owner, false)),
    );
    const tokens = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    const refusal = errors.find(isRefusal)?.message;
    for (const error of errors) if (!(error instanceof CallFailed)) throw error;
    // One that was lost is replaced by another.
    for (let more = errors.length; more > 0 && refusal === undefined; more -= 1)
      tokens.push(await this.createToken(owner));
    if (refusal === undefined) return { tokens };
    // Others create tokens in the account, too.
    const last = tokens.pop();
    if (last) await this.removeToken(last);
    return { tokens, refusal };
  }

  /** @param pauses before it is tried again when it was refused, in milliseconds */
  async #createLater(
    owner: CreatedUser,
    isRestricted: boolean,
    [pause, ...pauses]: readonly number[] = [],
  ): Promise<CreatedToken> {
    const draft = { kind: 'later', isRestricted } as const;
    try {
      return await createToken(this.#calls, this.#created, this.#names, owner, draft);
    } catch (error) {
      if (!isRefusal(error) || pause === undefined) throw error;
      await this.#calls.pause(pause);
      return this.#createLater(owner, isRestricted, pauses);
    }
  }

  /** Deletes a token. @throws Inconclusive */
  async removeToken(token: CreatedToken): Promise<void> {
    const refusal = await this.removeIfAllowed(token);
    if (refusal !== undefined) throw new Inconclusive(refusal);
  }

  /**
   * Deletes a token, if the portal lets it go.
   *
   * @param by who deletes it: its owner, or another user of the account
   * @returns why it does not
   * @throws Inconclusive
   */
  removeIfAllowed({ id, owner }: CreatedToken, by: Bearer = owner): Promise<string | undefined> {
    return this.#unlessRefused(async () => {
      await this.#calls.deleteToken(by, id);
      this.#created.tokens.delete(id);
    });
  }

  /**
   * Deletes a user, if the portal lets them go, and shows them alone under their id.
   *
   * @returns why it does not
   * @throws Inconclusive
   */
  async removeUserIfAllowed({ id, accountId }: CreatedUser): Promise<string | undefined> {
    const all = await this.#try(() => this.#calls.users(this.administrator));
    const users = all.filter((user) => isSame(user.id, id));
    const isAlone = users.length === 1 && users.every((user) => isSame(user.accountId, accountId));
    // Some portals count users by account: another may have the same id.
    if (!isAlone || !this.#created.isUnambiguous(id))
      return 'the list of users does not show them alone under their id';
    return this.#unlessRefused(() => this.#calls.deleteUser(this.administrator, id));
  }

  /** @returns why a call was refused; undefined when it was not @throws Inconclusive */
  async #unlessRefused(call: () => Promise<void>): Promise<string | undefined> {
    try {
      await call();
      return undefined;
    } catch (error) {
      if (isRefusal(error) || (error instanceof CallFailed && noSuchCall(error)))
        return error.message;
      return this.#try(() => Promise.reject(error));
    }
  }

  /**
   * Gives a token another name. @throws Inconclusive
   *
   * @param by who does: its owner, another user of the account, or the token itself
   * @returns the name; undefined when the portal has no such call, or not for them
   */
  async renameToken(
    { id, owner, name: old }: CreatedToken,
    by: Bearer = owner,
  ): Promise<string | undefined> {
    const name = this.#names.token();
    try {
      const answered = await insisting(() => this.#calls.renameToken(by, id, name));
      // The old name is no other form of the new one.
      return answered === undefined || answered === old ? name : answered;
    } catch (error) {
      if (error instanceof CallFailed && noSuchCall(error)) return undefined;
      if (by !== owner && (isRefusal(error) || isUnknown(error))) return undefined;
      return this.#try(() => Promise.reject(error));
    }
  }

  /** Creates a user in an account of their own, with the token that came with them. @throws Inconclusive */
  createAccount(): Promise<NewUser> {
    return this.#try(() => this.#newUser());
  }

  /** Creates another user in the account of one that the run created. @throws Inconclusive */
  createTeammate({ accountId }: CreatedUser): Promise<NewUser> {
    return this.#try(() => this.#newUser(accountId));
  }

  /** Opens another session of a user. @throws Inconclusive */
  async login({ username, password, accountId }: CreatedUser): Promise<string> {
    const session = await this.#try(() => this.#calls.login(username, password));
    this.#created.sessions.set(session, accountId);
    return session;
  }

  /** Ends a session. @throws Inconclusive */
  async logout(session: string): Promise<void> {
    await this.#try(() => this.#calls.logout(session));
    this.#created.sessions.delete(session);
  }

  /** A call that fails says nothing about the list. */
  async #try<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof CallFailed || error instanceof Differs)
        throw new Inconclusive(error.message);
      throw error;
    }
  }
}

/** Some process may not know a new token yet. */
function isUnknown(error: unknown): boolean {
  return error instanceof CallFailed && error.status === 401;
}

function noSuchCall({ status = 0 }: CallFailed): boolean {
  return [404, 405, 501].includes(status);
}
