import type { ValidateFunction } from 'ajv';
import { validators } from '../contract/validators.ts';
import type { Client } from '../http/client.ts';
import type { Exchange, OutgoingRequest } from '../http/exchange.ts';
import { readJson } from '../http/json-text.ts';
import { apiPath, listPath } from '../http/target.ts';
import type { SecretMasker } from '../secrets/masker.ts';

/** Who makes a call: a bearer token, and the variable that names it in a `curl`. */
export interface Bearer {
  readonly token: string;
  readonly variable: string;
  /** Whether this run made it: it may take a moment until every process knows it. */
  readonly createdByRun?: boolean;
}

/** A neighbouring call did not do what its documentation says. It is not a finding about the list. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly exchange: Exchange;
  constructor(exchange: Exchange, why = whyFailed(exchange)) {
    const { method = 'GET', path } = exchange.request;
    // The path of a token ends in the token.
    const where = path.startsWith(`${listPath}/`) ? `${listPath}/{id}` : path.split('?')[0];
    super(`${method} ${where}: ${why}`);
    this.exchange = exchange;
  }
}

function whyFailed({ response, failure }: Exchange): string {
  return failure?.sentence ?? `it was answered with ${response?.status}`;
}

export interface UserCreated {
  readonly user: { readonly id: number };
  readonly initialToken: { readonly id: string };
}

/**
 * The calls by which users and tokens are made and removed. Their answers are
 * checked against `schemas/portal-answers`; what is wrong with one is thrown.
 */
export class Calls {
  readonly #client: Client;
  readonly #masker: SecretMasker;
  readonly #settleMs: number;

  /** @param settleMs how long what was just made may be unknown to some processes */
  constructor(client: Client, masker: SecretMasker, settleMs: number) {
    this.#client = client;
    this.#masker = masker;
    this.#settleMs = settleMs;
  }

  /**
   * @param made whether this run made the user
   * @returns the session token
   */
  async login(username: string, password: string, createdByRun = true): Promise<string> {
    const request = { ...this.#request('POST', '/auth/login'), json: { username, password } };
    const exchange = await this.#do(request, createdByRun);
    const { token } = this.#check<{ token: { id: string } }>(exchange, 'login');
    this.#masker.add(token.id);
    return token.id;
  }

  logout(session: string): Promise<Exchange> {
    return this.#do(this.#request('POST', '/auth/logout', { token: session, variable: 'SESSION' }));
  }

  /** @returns the token, and the exchange in which it was made */
  async createToken(
    by: Bearer,
    name: string,
    hosts?: readonly string[],
  ): Promise<{ id: string; exchange: Exchange }> {
    const json = hosts ? { name, restrictions: { hosts } } : { name };
    const exchange = await this.#do(
      { ...this.#request('POST', '/apiTokens', by), json },
      by.createdByRun,
    );
    const { id } = this.#check<{ id: string }>(exchange, 'token');
    this.#masker.add(id);
    return { id, exchange };
  }

  deleteToken(by: Bearer, id: string): Promise<Exchange> {
    return this.#do(
      this.#request('DELETE', `/apiTokens/${encodeURIComponent(id)}`, by),
      by.createdByRun,
    );
  }

  async createAccount(by: Bearer, name: string, username: string, password: string) {
    const request = {
      ...this.#request('POST', '/admin/createAccount', by),
      json: { name, username, password },
    };
    const made = await this.#read<UserCreated & { account: { id: number } }>(
      request,
      'accountCreated',
      by.createdByRun,
    );
    this.#masker.add(made.initialToken.id);
    return made;
  }

  async createUser(
    by: Bearer,
    accountId: number,
    username: string,
    password: string,
  ): Promise<UserCreated> {
    const request = {
      ...this.#request('POST', '/admin/createUser', by),
      json: { accountId, username, password },
    };
    const made = await this.#read<UserCreated>(request, 'userCreated', true);
    this.#masker.add(made.initialToken.id);
    return made;
  }

  accounts(by: Bearer): Promise<{ id: number; name: string }[]> {
    return this.#read(
      this.#request('GET', '/admin/getAllAccounts', by),
      'accounts',
      by.createdByRun,
    );
  }

  users(by: Bearer): Promise<{ id: number; email: string; accountId: number }[]> {
    return this.#read(this.#request('GET', '/admin/getAllUsers', by), 'users', by.createdByRun);
  }

  deleteUser(by: Bearer, id: number): Promise<Exchange> {
    return this.#do({ ...this.#request('POST', '/admin/deleteUser', by), json: { id } });
  }

  deleteAccount(by: Bearer, id: number): Promise<Exchange> {
    return this.#do({ ...this.#request('POST', '/admin/deleteAccount', by), json: { id } });
  }

  /** The `curl` that lists the accounts. */
  listing(by: Bearer): string {
    return this.#client.curl(this.#request('GET', '/admin/getAllAccounts', by));
  }

  /** The `curl` that removes an account or a user. */
  removal(by: Bearer, kind: 'account' | 'user', id: number): string {
    const path = kind === 'account' ? '/admin/deleteAccount' : '/admin/deleteUser';
    return this.#client.curl({ ...this.#request('POST', path, by), json: { id } });
  }

  #request(method: 'GET' | 'POST' | 'DELETE', path: string, by?: Bearer): OutgoingRequest {
    return {
      ...(method === 'GET' ? {} : { method }),
      path: apiPath + path,
      headers: by ? { Authorization: `Bearer ${by.token}` } : {},
      credential: by ? `$${by.variable}` : 'no Authorization header',
      purpose: 'setup',
      curl: by ? `-H "Authorization: Bearer $${by.variable}"` : '',
    };
  }

  /**
   * Makes a call. What was just made may be unknown (401, 404) for a moment.
   *
   * @throws CallFailed for what is not 2xx
   */
  async #do(request: OutgoingRequest, createdByRun = false): Promise<Exchange> {
    const until = Date.now() + this.#settleMs;
    for (let pause = 50; ; pause = Math.min(pause * 2, 500)) {
      const exchange = await this.#client.send(request);
      const status = exchange.response?.status ?? 0;
      if (status >= 200 && status <= 299) return exchange;
      const unknown = createdByRun && (status === 401 || status === 404);
      if (!unknown || Date.now() + pause > until) throw new CallFailed(exchange);
      await this.#client.pause(pause);
    }
  }

  async #read<T>(request: OutgoingRequest, name: string, createdByRun?: boolean): Promise<T> {
    return this.#check<T>(await this.#do(request, createdByRun), name);
  }

  #check<T>(exchange: Exchange, name: string): T {
    const { value } = readJson(exchange.response?.body ?? Buffer.alloc(0));
    if (validator(name)(value)) return value as T;
    throw new CallFailed(exchange, 'its answer is not what the documentation says');
  }
}

function validator(name: string): ValidateFunction {
  const validate = validators('answers')[name];
  if (!validate) throw new Error(`no schema for ${name}`);
  return validate;
}
