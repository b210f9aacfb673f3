import { Inconclusive } from '../contract/finding.ts';
import type { Persona } from '../contract/requirement.ts';
import { type Exchange, serverTime } from '../http/exchange.ts';
import type { Administrator } from './administrator.ts';
import { type Bearer, CallFailed, type Calls, type MadeUserAnswer } from './calls.ts';
import type { Ledger } from './created.ts';
import type { Names } from './names.ts';

/** A user that the run made, with a session of his. */
export interface MadeUser extends Bearer {
  readonly persona: Persona;
  readonly id: number;
  readonly accountId: number;
  readonly username: string;
  readonly password: string;
}

export type TokenKind = 'persona' | 'default' | 'unused' | 'restricted' | 'later';

/** An API token that the run made, and what is known of it. */
export interface MadeToken {
  readonly id: string;
  readonly kind: TokenKind;
  readonly owner: MadeUser;
  readonly name: string;
  readonly hosts?: readonly string[];
  /** The server's clock around its making, in milliseconds; undefined when it does not tell. */
  readonly made?: { readonly from: number; readonly to: number };
}

/** Users and tokens that a run of the full profile made, and the means to make more. */
export class Stage {
  readonly administrator: Administrator;
  readonly users: ReadonlyMap<Persona, MadeUser>;
  readonly tokens: readonly MadeToken[];
  readonly #calls: Calls;
  readonly #ledger: Ledger;
  readonly #names: Names;
  /** Kinds of which a token could not be made, with the reason. */
  readonly #lacking: ReadonlyMap<TokenKind, string>;

  constructor(
    administrator: Administrator,
    users: ReadonlyMap<Persona, MadeUser>,
    tokens: readonly MadeToken[],
    lacking: ReadonlyMap<TokenKind, string>,
    means: { calls: Calls; ledger: Ledger; names: Names },
  ) {
    this.administrator = administrator;
    this.users = users;
    this.tokens = tokens;
    this.#lacking = lacking;
    this.#calls = means.calls;
    this.#ledger = means.ledger;
    this.#names = means.names;
  }

  user(persona: Persona): MadeUser {
    const user = this.users.get(persona);
    if (!user) throw new Error(`the stage has no ${persona}`);
    return user;
  }

  /** The tokens of some kinds and personas. @throws Inconclusive when one of a kind could not be made */
  some(kinds: readonly TokenKind[], personas: readonly Persona[]): readonly MadeToken[] {
    for (const kind of kinds) {
      const why = this.#lacking.get(kind);
      if (why !== undefined)
        throw new Inconclusive(`a token to judge it by could not be made: ${why}`);
    }
    return this.tokens.filter(
      ({ kind, owner }) => kinds.includes(kind) && personas.includes(owner.persona),
    );
  }

  /** Makes one more token. @throws Inconclusive */
  make(owner: MadeUser): Promise<MadeToken> {
    return this.#try(() =>
      makeToken(this.#calls, this.#ledger, owner, 'later', this.#names.token()),
    );
  }

  /** Deletes a token. @throws Inconclusive */
  async remove({ id, owner }: MadeToken): Promise<void> {
    await this.#try(() => this.#calls.deleteToken(owner, id));
    this.#ledger.tokens.delete(id);
  }

  /** Opens another session of a user. @throws Inconclusive */
  async login({ username, password }: MadeUser): Promise<string> {
    const session = await this.#try(() => this.#calls.login(username, password));
    this.#ledger.sessions.add(session);
    return session;
  }

  /** Ends a session. @throws Inconclusive */
  async logout(session: string): Promise<void> {
    await this.#try(() => this.#calls.logout(session));
    this.#ledger.sessions.delete(session);
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

export async function makeToken(
  calls: Calls,
  ledger: Ledger,
  owner: MadeUser,
  kind: TokenKind,
  name: string,
  hosts?: readonly string[],
): Promise<MadeToken> {
  const { id, exchange } = await calls.createToken(owner, name, hosts);
  ledger.tokens.set(id, owner);
  return { id, kind, owner, name, ...(hosts ? { hosts } : {}), ...makingOf(exchange) };
}

/** The token that a user came with. */
export function defaultToken(owner: MadeUser, { initialToken }: MadeUserAnswer): MadeToken {
  return { id: initialToken.id, kind: 'default', owner, name: 'Default' };
}

function makingOf(exchange: Exchange): Pick<MadeToken, 'made'> {
  const now = serverTime(exchange);
  if (now === undefined) return {};
  const took = exchange.receivedAt - exchange.sentAt;
  // The Date header is cut to the second.
  return { made: { from: now - took - 1000, to: now + 1000 } };
}
