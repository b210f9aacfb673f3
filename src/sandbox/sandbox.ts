import { Inconclusive } from '../contract/finding.ts';
import type { Persona } from '../contract/requirement.ts';
import type { Administrator } from './administrator.ts';
import { Differs } from './answers.ts';
import { CallFailed, insisting, isRefusal } from './caller.ts';
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
  readonly newAccount: () => Promise<{ user: CreatedUser; token: CreatedToken }>;
}

/** The users and tokens that a run of the full profile created, and the means to create more. */
export class Sandbox {
  readonly administrator: Administrator;
  readonly users: ReadonlyMap<Persona, CreatedUser>;
  readonly tokens: readonly CreatedToken[];
  readonly #calls: Calls;
  readonly #created: Created;
  readonly #names: Names;
  readonly #newAccount: SandboxMeans['newAccount'];
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
    this.#newAccount = means.newAccount;
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
  createToken(owner: CreatedUser): Promise<CreatedToken> {
    return this.#try(() => this.#createLater(owner, quotaPauses));
  }

  /** Creates some tokens, as many as a quota allows. @throws Inconclusive */
  async createTokens(
    owner: CreatedUser,
    number: number,
  ): Promise<{ tokens: readonly CreatedToken[]; refusal?: string }> {
    const settled = await Promise.allSettled(
      Array.from({ length: number }, () => this.#createLater(owner)),
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
    [pause, ...pauses]: readonly number[] = [],
  ): Promise<CreatedToken> {
    try {
      return await createToken(this.#calls, this.#created, this.#names, owner, { kind: 'later' });
    } catch (error) {
      if (!isRefusal(error) || pause === undefined) throw error;
      await this.#calls.pause(pause);
      return this.#createLater(owner, pauses);
    }
  }

  /** Deletes a token. @throws Inconclusive */
  async removeToken(token: CreatedToken): Promise<void> {
    const refusal = await this.removeIfAllowed(token);
    if (refusal !== undefined) throw new Inconclusive(refusal);
  }

  /** Deletes a token, if the portal lets it go. @returns why it does not @throws Inconclusive */
  async removeIfAllowed({ id, owner }: CreatedToken): Promise<string | undefined> {
    try {
      await this.#calls.deleteToken(owner, id);
      this.#created.tokens.delete(id);
      return undefined;
    } catch (error) {
      if (isRefusal(error)) return error.message;
      return this.#try(() => Promise.reject(error));
    }
  }

  /**
   * Gives a token another name. @throws Inconclusive
   *
   * @returns the name; undefined when the portal has no such call
   */
  async renameToken({ id, owner, name: old }: CreatedToken): Promise<string | undefined> {
    const name = this.#names.token();
    try {
      const answered = await insisting(() => this.#calls.renameToken(owner, id, name));
      // The old name is no other form of the new one.
      return answered === undefined || answered === old ? name : answered;
    } catch (error) {
      const status = error instanceof CallFailed ? error.status : undefined;
      if (status !== undefined && [404, 405, 501].includes(status)) return undefined;
      return this.#try(() => Promise.reject(error));
    }
  }

  /** Creates a user in an account of their own, with the token that came with them. @throws Inconclusive */
  createAccount(): Promise<{ user: CreatedUser; token: CreatedToken }> {
    return this.#try(this.#newAccount);
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
