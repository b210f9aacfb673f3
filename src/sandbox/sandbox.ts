import { Inconclusive } from '../contract/finding.ts';
import type { Persona } from '../contract/requirement.ts';
import { type Exchange, serverTime } from '../http/exchange.ts';
import type { Administrator } from './administrator.ts';
import { type Bearer, CallFailed, type Calls, type UserCreated } from './calls.ts';
import type { Created } from './created.ts';
import type { Names } from './names.ts';

/** A user that the run created, with a session. */
export interface CreatedUser extends Bearer {
  readonly persona: Persona;
  readonly id: number;
  readonly accountId: number;
  readonly username: string;
  readonly password: string;
}

export type TokenKind = 'persona' | 'default' | 'unused' | 'restricted' | 'later';

/** An API token that the run created, and what is known of it. */
export interface CreatedToken {
  readonly id: string;
  readonly kind: TokenKind;
  readonly owner: CreatedUser;
  readonly name: string;
  readonly hosts?: readonly string[];
  /** The server's clock around its creation, in milliseconds; undefined without a Date header. */
  readonly createdBetween?: { readonly from: number; readonly to: number };
}

/** The users and tokens that a run of the full profile created, and the means to create more. */
export class Sandbox {
  readonly administrator: Administrator;
  readonly users: ReadonlyMap<Persona, CreatedUser>;
  readonly tokens: readonly CreatedToken[];
  readonly #calls: Calls;
  readonly #created: Created;
  readonly #names: Names;
  /** Kinds of which no token could be created, with the reason. */
  readonly #lacking: ReadonlyMap<TokenKind, string>;

  constructor(
    administrator: Administrator,
    users: ReadonlyMap<Persona, CreatedUser>,
    tokens: readonly CreatedToken[],
    lacking: ReadonlyMap<TokenKind, string>,
    means: { calls: Calls; created: Created; names: Names },
  ) {
    this.administrator = administrator;
    this.users = users;
    this.tokens = tokens;
    this.#lacking = lacking;
    this.#calls = means.calls;
    this.#created = means.created;
    this.#names = means.names;
  }

  user(persona: Persona): CreatedUser {
    const user = this.users.get(persona);
    if (!user) throw new Error(`the sandbox has no ${persona}`);
    return user;
  }

  /** The tokens of some kinds and personas. @throws Inconclusive when one of a kind could not be created */
  tokensOf(kinds: readonly TokenKind[], personas: readonly Persona[]): readonly CreatedToken[] {
    for (const kind of kinds) {
      const why = this.#lacking.get(kind);
      if (why !== undefined)
        throw new Inconclusive(`a token to judge it by could not be created: ${why}`);
    }
    return this.tokens.filter(
      ({ kind, owner }) => kinds.includes(kind) && personas.includes(owner.persona),
    );
  }

  /** Creates one more token. @throws Inconclusive */
  createToken(owner: CreatedUser): Promise<CreatedToken> {
    return this.#try(() =>
      createToken(this.#calls, this.#created, owner, 'later', this.#names.token()),
    );
  }

  /** Deletes a token. @throws Inconclusive */
  async removeToken({ id, owner }: CreatedToken): Promise<void> {
    await this.#try(() => this.#calls.deleteToken(owner, id));
    this.#created.tokens.delete(id);
  }

  /** Opens another session of a user. @throws Inconclusive */
  async login({ username, password }: CreatedUser): Promise<string> {
    const session = await this.#try(() => this.#calls.login(username, password));
    this.#created.sessions.add(session);
    return session;
  }

  /** Ends a session. @throws Inconclusive */
  async logout(session: string): Promise<void> {
    await this.#try(() => this.#calls.logout(session));
    this.#created.sessions.delete(session);
  }

  /** A neighbouring call that fails says nothing about the list. */
  async #try<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof CallFailed) throw new Inconclusive(error.message);
      throw error;
    }
  }
}

export async function createToken(
  calls: Calls,
  created: Created,
  owner: CreatedUser,
  kind: TokenKind,
  name: string,
  hosts?: readonly string[],
): Promise<CreatedToken> {
  const { id, exchange } = await calls.createToken(owner, name, hosts);
  created.tokens.set(id, owner);
  return { id, kind, owner, name, ...(hosts ? { hosts } : {}), ...creationTimes(exchange) };
}

/** The token that a user came with. */
export function defaultToken(owner: CreatedUser, { initialToken }: UserCreated): CreatedToken {
  return { id: initialToken.id, kind: 'default', owner, name: 'Default' };
}

function creationTimes(exchange: Exchange): Pick<CreatedToken, 'createdBetween'> {
  const now = serverTime(exchange);
  if (now === undefined) return {};
  const took = exchange.receivedAt - exchange.sentAt;
  // The Date header is cut to the second.
  return { createdBetween: { from: now - took - 1000, to: now + 1000 } };
}
