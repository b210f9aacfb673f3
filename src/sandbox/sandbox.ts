import { Inconclusive } from '../contract/finding.ts';
import { isMilliseconds, saysTheSame } from '../contract/json.ts';
import type { Persona } from '../contract/requirement.ts';
import { type Exchange, serverTime } from '../http/exchange.ts';
import type { Administrator } from './administrator.ts';
import { Differs, type Id } from './answers.ts';
import { type Bearer, CallFailed, isLost, isRefusal } from './caller.ts';
import type { Calls, TokenCreated, UserCreated } from './calls.ts';
import type { Created } from './created.ts';
import type { Names } from './names.ts';

/** A user that the run created, with a session. */
export interface CreatedUser extends Bearer {
  readonly persona: Persona;
  readonly id: Id;
  readonly accountId: Id;
  readonly username: string;
  readonly password: string;
  /** The address under which the creating call says that the user was created. */
  readonly email: string;
}

export type TokenKind = 'persona' | 'default' | 'unused' | 'restricted' | 'later';

/** An API token that the run created, and what is known of it. */
export interface CreatedToken {
  readonly id: string;
  readonly kind: TokenKind;
  readonly owner: CreatedUser;
  /** As the creating call answered it; undefined when it did not. */
  readonly name: string | undefined;
  /** As the creating call answered them, or else as they were sent. */
  readonly restrictions: unknown;
  /** The server's clock around its creation, in milliseconds; undefined without a Date header. */
  readonly createdBetween?: { readonly from: number; readonly to: number };
  /** By how much the server's clock is ahead of ours, as the creating call shows it, in milliseconds. */
  readonly clockOffset?: number;
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

  /** By how much the server's clock is ahead of ours, in milliseconds, if a creating call showed it. */
  get clockOffset(): number | undefined {
    return this.tokens.find(({ clockOffset }) => clockOffset !== undefined)?.clockOffset;
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
  readonly isRestricted?: boolean;
}

/** A quota that other work of the run has reached is free again in a moment. */
const quotaPauses = [200, 400, 800];

/** What is created may be lost this often: a server that loses more is not one to judge by it. */
export const maxLost = 2;

/**
 * Creates a token. Many of them go out over kept connections, which may close just as they are
 * used: a token whose response was lost is looked for by its name, and replaced.
 *
 * @throws CallFailed
 */
export async function createToken(
  calls: Calls,
  created: Created,
  names: Names,
  owner: CreatedUser,
  { kind, isRestricted = false }: Draft,
): Promise<CreatedToken> {
  const fresh = kind !== 'later';
  for (let lost = 0; ; ) {
    const { oddity } = names;
    const name = names.token();
    const hosts = isRestricted ? names.hosts() : undefined;
    const restrictions = hosts ? { hosts } : null;
    try {
      const { token, exchange } = await calls.createToken(owner, name, { hosts, fresh });
      created.tokens.set(token.id, owner);
      noteDifferences(created, { name, restrictions }, token);
      const times = { ...creationTimes(exchange), ...offsetOf(token, exchange) };
      return { ...asAnswered(token, restrictions), kind, owner, ...times };
    } catch (error) {
      if (isRefusal(error) && names.becomePlainer(oddity)) continue;
      if (!isLost(error) || lost === maxLost) throw error;
      lost += 1;
      const id = await calls.findToken(owner, name).catch(() => undefined);
      if (id === undefined) continue;
      created.tokens.set(id, owner);
      return { id, kind, owner, name, restrictions };
    }
  }
}

function asAnswered({ id, name, restrictions }: TokenCreated, sent: unknown) {
  return { id, name, restrictions: restrictions === undefined ? sent : restrictions };
}

/** A server may normalise what it is given: the list is compared with what it says it created. */
function noteDifferences(
  { differences }: Created,
  sent: { name: string; restrictions: unknown },
  { name, restrictions }: TokenCreated,
): void {
  if (name !== undefined && name !== sent.name)
    differences.add('POST /apiTokens answers another name than it was sent');
  if (restrictions !== undefined && !saysTheSame(restrictions, sent.restrictions))
    differences.add('POST /apiTokens answers other restrictions than it was sent');
}

/** The token that a user came with. */
export function defaultToken(owner: CreatedUser, { initialToken }: UserCreated): CreatedToken {
  return { ...asAnswered(initialToken, null), kind: 'default', owner };
}

function creationTimes(exchange: Exchange): Pick<CreatedToken, 'createdBetween'> {
  const now = serverTime(exchange);
  if (now === undefined) return {};
  const took = exchange.receivedAt - exchange.sentAt;
  // The Date header is cut to the second.
  return { createdBetween: { from: now - took - 1000, to: now + 1000 } };
}

function offsetOf({ createdAt }: TokenCreated, { receivedAt }: Exchange) {
  return isMilliseconds(createdAt) ? { clockOffset: createdAt - receivedAt } : {};
}
