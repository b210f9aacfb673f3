import type { Exchange, OutgoingRequest } from '../http/exchange.ts';
import { whoamiPath } from '../http/target.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import {
  type AccountCreated,
  type AccountListed,
  accountOf,
  creationTimes,
  type TokenCreated,
  type UserCreated,
  type UserListed,
} from './answered.ts';
import { Answer, Differs, type Id, isSame } from './answers.ts';
import { type Bearer, Caller, CallFailed, type Sending } from './caller.ts';
import { Commands } from './commands.ts';
import type { Creation } from './created-users.ts';

/** How portals say that there is no such account: some know that there was one. */
const notThere: readonly unknown[] = [404, 410];

/** A login is a credential that a guard counts: 429 is waited out this often, and no more. */
const maxLogins = 4;

/**
 * The calls by which users and tokens are created and removed. What is created goes out on a fresh
 * connection: a kept one may close just as it is used, and nobody could tell what was done.
 */
export class Calls {
  readonly commands: Commands;
  readonly #caller: Caller;
  readonly #masker: SecretMasker;
  /** Accounts that were there before anything was created, by id. */
  readonly #prior = new Set<string>();

  /** @param settleMs how long what was just created may be unknown to some processes */
  constructor(client: Sending, masker: SecretMasker, settleMs: number) {
    this.#caller = new Caller(client, masker, settleMs);
    this.#masker = masker;
    this.commands = new Commands(this.#caller);
  }

  /**
   * @param createdByRun whether this run created the user
   * @returns the session token
   */
  async login(username: string, password: string, createdByRun = true): Promise<string> {
    const request: OutgoingRequest = {
      ...this.#caller.request('POST', '/auth/login'),
      ...{ json: { username, password }, fresh: true, maxAttempts: maxLogins },
    };
    const exchange = await this.#caller.send(request, { isNew: createdByRun, growth: 4 });
    return this.#caller.secret(exchange, (answer) => answer.get('token').get('id').text());
  }

  /** @param isNew whether it was opened a moment ago: some process may not know it yet */
  logout(session: string, isNew = false): Promise<Exchange> {
    const by = { token: session, variable: 'SESSION' };
    const request = this.#caller.request('POST', '/auth/logout', by);
    return this.#caller.send({ ...request, fresh: true }, { isNew });
  }

  /** @returns the token, and the exchange in which it was created */
  async createToken(
    by: Bearer,
    name: string,
    { hosts, fresh = false, more }: Creation = {},
  ): Promise<{ token: TokenCreated; exchange: Exchange }> {
    const json = { name, ...(hosts ? { restrictions: { hosts } } : {}), ...more };
    const request = { ...this.#caller.request('POST', '/apiTokens', by), json, fresh };
    const exchange = await this.#caller.send(request, { isNew: by.createdByRun });
    return { token: this.#tokenOf(exchange, (answer) => answer), exchange };
  }

  #tokenOf(exchange: Exchange, find: (answer: Answer) => Answer): TokenCreated {
    const id = this.#caller.secret(exchange, (answer) => find(answer).get('id').text());
    return this.#caller.read(exchange, (answer) => {
      const token = find(answer);
      const [createdAt, lastUsedAt] = [
        token.get('createdAt').time(),
        token.get('lastUsedAt').time(),
      ];
      const [name, restrictions] = [token.get('name').string(), token.get('restrictions').any];
      return { id, name, createdAt, lastUsedAt, restrictions };
    });
  }

  /** The ids of the tokens that are listed under a name; those of one user alone, where one is named. */
  async findTokens(by: Bearer, name: string, userId?: Id): Promise<readonly string[]> {
    const request = { ...this.#caller.request('GET', '/apiTokens', by), fresh: true };
    return this.#caller.read(await this.#caller.send(request), (answer) =>
      answer.list().flatMap((record) => {
        if (record.get('name').string() !== name) return [];
        if (userId !== undefined && !isSame(record.get('userId').id(), userId)) return [];
        const id = record.get('id').text();
        this.#masker.add(id);
        return [id];
      }),
    );
  }

  /** Creates a token for a user, as an administrator. */
  async createTokenFor(
    by: Bearer,
    { id: userId, accountId }: { readonly id: Id; readonly accountId: Id },
    name: string,
  ): Promise<TokenCreated> {
    const request = this.#caller.request('POST', '/admin/createApiToken', by);
    const json = { userId, accountId, name };
    return this.#tokenOf(await this.#caller.send({ ...request, json }), (answer) => answer);
  }

  /** Changes a token. @returns what the call answers of it, if it does */
  async updateToken(
    by: Bearer,
    id: string,
    json: object,
  ): Promise<Pick<Partial<TokenCreated>, 'name' | 'restrictions'>> {
    const request = this.#caller.request('POST', pathOf(id), by);
    const { response } = await this.#caller.send({ ...request, json, fresh: true });
    try {
      const answer = Answer.read(response?.body ?? Buffer.alloc(0));
      return { name: answer.get('name').string(), restrictions: answer.get('restrictions').any };
    } catch (error) {
      // An empty response says that it was done.
      if (error instanceof Differs) return {};
      throw error;
    }
  }

  /** @param again whether the response to the same call was lost */
  async deleteToken(by: Bearer, id: string, again = false): Promise<void> {
    const isNew = by.createdByRun && !again;
    await this.#caller.send(this.#caller.request('DELETE', pathOf(id), by), { isNew });
  }

  async createAccount(
    by: Bearer,
    name: string,
    username: string,
    password: string,
  ): Promise<AccountCreated> {
    this.#masker.add(password);
    const json = { name, username, password };
    const request = this.#caller.request('POST', '/admin/createAccount', by);
    const exchange = await this.#caller.send(
      { ...request, json, fresh: true },
      { isNew: by.createdByRun },
    );
    const accountId = this.#caller.read(exchange, (answer) => answer.get('account').get('id').id());
    if (this.#prior.has(String(accountId)))
      throw new CallFailed(exchange, 'it answers an account that was there before');
    return { accountId, ...this.#userOf(exchange) };
  }

  async createUser(
    by: Bearer,
    accountId: Id,
    username: string,
    password: string,
  ): Promise<UserCreated> {
    this.#masker.add(password);
    const json = { accountId, username, password };
    const request = { ...this.#caller.request('POST', '/admin/createUser', by), json, fresh: true };
    return this.#userOf(await this.#caller.send(request, { isNew: true }));
  }

  #userOf(exchange: Exchange): UserCreated {
    const userId = this.#caller.read(exchange, (answer) => answer.get('user').get('id').id());
    const email = this.#caller.read(exchange, (answer) => answer.get('user').get('email').string());
    const initialToken = this.#tokenOf(exchange, (answer) => answer.get('initialToken'));
    return { userId, email, initialToken, ...creationTimes(exchange) };
  }

  /** A call for administrators alone, which tells what was there. @returns whether it does @throws CallFailed */
  async administer(by: Bearer): Promise<boolean> {
    try {
      for (const { id } of await this.accounts(by)) this.#prior.add(String(id));
      return true;
    } catch (error) {
      // A list of another form says nothing of who may ask for it.
      if (!(error instanceof CallFailed) || error.status !== 200) throw error;
      return false;
    }
  }

  async accounts(by: Bearer): Promise<AccountListed[]> {
    const exchange = await this.#caller.send(this.#caller.verifying('/admin/getAllAccounts', by), {
      isNew: by.createdByRun,
    });
    return this.#caller.read(exchange, (answer) => answer.list().map(accountOf));
  }

  async users(by: Bearer): Promise<UserListed[]> {
    const exchange = await this.#caller.send(this.#caller.verifying('/admin/getAllUsers', by), {
      isNew: by.createdByRun,
    });
    return this.#caller.read(exchange, (answer) =>
      answer.list().map((user) => ({
        id: user.get('id').id(),
        email: user.get('email').string() ?? '',
        accountId: user.get('accountId').id(),
      })),
    );
  }

  /** An account by its id; undefined when there is none. @throws CallFailed when that is not said */
  async account(by: Bearer, id: Id): Promise<AccountListed | undefined> {
    const path = `/admin/getAccount?id=${encodeURIComponent(String(id))}`;
    try {
      const exchange = await this.#caller.send(this.#caller.verifying(path, by));
      return this.#caller.read(exchange, accountOf);
    } catch (error) {
      if (error instanceof CallFailed && notThere.includes(error.status)) return undefined;
      throw error;
    }
  }

  /** The account that a token belongs to. */
  async ownAccount(by: Bearer): Promise<Id> {
    const request = { ...this.#caller.verifying('', by), path: whoamiPath };
    return this.#caller.read(await this.#caller.send(request), (answer) =>
      answer.get('account').get('id').id(),
    );
  }

  /** Sent once: its id may be that of somebody else by the second time. */
  async deleteUser(by: Bearer, id: Id): Promise<void> {
    const request = this.#caller.request('POST', '/admin/deleteUser', by);
    await this.#caller.send({ ...request, json: { id }, fresh: true, maxAttempts: 1 });
  }

  /** Sent once, as that of a user. */
  async deleteAccount(by: Bearer, id: Id): Promise<void> {
    const request = this.#caller.request('POST', '/admin/deleteAccount', by);
    await this.#caller.send({ ...request, json: { id }, fresh: true, maxAttempts: 1 });
  }

  /** Waits; not longer than the client lives. */
  pause(ms: number): Promise<void> {
    return this.#caller.client.pause(ms);
  }
}

/** The path of a token. @throws Differs */
function pathOf(id: string): string {
  // A path normalises dots: it would name the list, not the token.
  if (/^\.{1,2}$/.test(id)) throw new Differs('a token of dots cannot be named in a path');
  return `/apiTokens/${encodeURIComponent(id)}`;
}
