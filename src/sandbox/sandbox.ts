import { Inconclusive } from '../contract/finding.ts';
import type { Persona } from '../contract/requirement.ts';
import { type Exchange, serverTime } from '../http/exchange.ts';
import type { Administrator } from './administrator.ts';
import { Differs, type Id } from './answers.ts';
import { type Bearer, CallFailed } from './caller.ts';
import type { Calls, UserCreated } from './calls.ts';
import type { Created } from './created.ts';
import type { Names } from './names.ts';

/** A user that the run created, with a session. */
export interface CreatedUser extends Bearer {
  readonly persona: Persona;
  readonly id: Id;
  readonly accountId: Id;
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

  /** Why there is no token of a kind. */
  whyLacking(kind: TokenKind): string {
    return this.#lacking.get(kind) ?? 'it was not tried';
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
      createToken(this.#calls, this.#created, owner, { kind: 'later', name: this.#names.token() }),
    );
  }

  /** Deletes a token. @throws Inconclusive */
  async removeToken({ id, owner }: CreatedToken): Promise<void> {
    await this.#try(() => this.#calls.deleteToken(owner, id));
    this.#created.tokens.delete(id);
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

interface Draft {
  readonly kind: TokenKind;
  readonly name: string;
  readonly hosts?: readonly string[];
}

/** A token may be lost this often: a server that loses more is not one to judge by it. */
const maxLost = 2;

/**
 * Creates a token. Many of them go out over kept connections, which may close just as they are
 * used: a token whose response was lost is looked for by its name, and replaced.
 *
 * @throws CallFailed
 */
export async function createToken(
  calls: Calls,
  created: Created,
  owner: CreatedUser,
  { kind, name, hosts }: Draft,
): Promise<CreatedToken> {
  const fresh = kind !== 'later';
  for (let lost = 0; ; lost += 1) {
    const label = lost === 0 ? name : `${name} ${lost}`;
    try {
      const { id, exchange } = await calls.createToken(owner, label, { hosts, fresh });
      created.tokens.set(id, owner);
      const draft = { id, kind, owner, name: label, ...(hosts ? { hosts } : {}) };
      return { ...draft, ...creationTimes(exchange) };
    } catch (error) {
      const isLost = error instanceof CallFailed && error.mayHaveWorked;
      if (!isLost || lost === maxLost || error.exchange.failure?.kind === 'aborted') throw error;
      const id = await calls.findToken(owner, label).catch(() => undefined);
      if (id === undefined) continue;
      created.tokens.set(id, owner);
      return { id, kind, owner, name: label, ...(hosts ? { hosts } : {}) };
    }
  }
}

/** The token that a user came with. */
export function defaultToken(owner: CreatedUser, { initialToken }: UserCreated): CreatedToken {
  return { id: initialToken, kind: 'default', owner, name: 'Default' };
}

function creationTimes(exchange: Exchange): Pick<CreatedToken, 'createdBetween'> {
  const now = serverTime(exchange);
  if (now === undefined) return {};
  const took = exchange.receivedAt - exchange.sentAt;
  // The Date header is cut to the second.
  return { createdBetween: { from: now - took - 1000, to: now + 1000 } };
}
