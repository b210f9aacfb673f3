import type { Client } from '../http/client.ts';
import type { OutgoingRequest } from '../http/exchange.ts';
import { apiPath, listPath } from '../http/target.ts';
import type { AdaptedState } from './adapted-state.ts';
import type { AdapterFunction, SandboxAdapter, SandboxUserCreated } from './adapter.ts';
import { type Id, isSame } from './answers.ts';

/** The bearer of calls that an administrator would make; it is sent nowhere. */
export const adapterToken = 'the-sandbox-of-the-run';

/** What a call comes to: what its documentation answers, or a status alone. */
export interface Done {
  readonly status: number;
  readonly body?: object;
}

/** A call that a function of the adapter stands for. */
export interface AdaptedCall {
  readonly name: AdapterFunction;
  /** What is not there, where it is not that function. */
  readonly lacks?: string;
  readonly run: () => Promise<Done>;
}

/** The members of calls, of which each has some. */
interface Given {
  readonly id: Id;
  readonly accountId: Id;
  readonly username: string;
  readonly password: string;
  readonly name: string;
  readonly restrictions?: unknown;
}

/** What an adapter does not have. */
export const missing: Done = { status: 405 };

const rejected: Done = { status: 401 };
const notFound: Done = { status: 404 };

/** A call that failed when something was created already, which could not be removed. */
export class HalfDone extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : 'it threw something other than an Error');
  }
}

/** Which function of an adapter stands for a call of the vendor's API, and what it is given. */
export class AdaptedCalls {
  readonly #client: Pick<Client, 'send'>;
  readonly #adapter: SandboxAdapter;
  readonly #known: AdaptedState;

  constructor(client: Pick<Client, 'send'>, adapter: SandboxAdapter, known: AdaptedState) {
    this.#client = client;
    this.#adapter = adapter;
    this.#known = known;
  }

  /** The function that stands for a call; undefined for what the portal answers itself. */
  of({ method, path, headers, json = {} }: OutgoingRequest) {
    const [route = '', query = ''] = path.slice(apiPath.length).split('?');
    const bearer = headers.Authorization?.replace('Bearer ', '') ?? '';
    const given = json as Given;
    const id = decodeURIComponent(path.slice(listPath.length + 1));
    const call = (name: AdapterFunction, run: () => Promise<Done>, lacks?: string): AdaptedCall =>
      lacks === undefined ? { name, run } : { name, run, lacks };
    switch (`${method ?? 'GET'} ${path.startsWith(`${listPath}/`) ? '/apiTokens/{id}' : route}`) {
      case 'POST /auth/login':
        return call('login', () => this.#login(given));
      case 'POST /auth/logout':
        return call('logout', () => this.#done(this.#adapter.logout?.(bearer)));
      case 'POST /apiTokens':
        return call('createToken', () => this.#createToken(bearer, given));
      case 'POST /apiTokens/{id}':
        return call('updateToken', () => this.#updateToken(bearer, id, given));
      case 'DELETE /apiTokens/{id}':
        return call('deleteToken', () => this.#deleteToken(bearer, id));
      case 'POST /admin/createAccount':
        return call('createAccount', () => this.#createAccount(given));
      case 'POST /admin/createUser':
        return call('createUser', () => this.#createUser(given));
      case 'POST /admin/deleteUser':
        return call('deleteUser', () => this.#deleteUser(given));
      case 'POST /admin/deleteAccount':
        return call('deleteAccount', () => this.#deleteAccount(given));
      case 'GET /admin/getAccount':
        return call('deleteAccount', () => this.#account(new URLSearchParams(query).get('id')));
      case 'GET /admin/getAllUsers':
        return call('createAccount', async () => ({ status: 200, body: this.#known.listUsers() }));
      case 'GET /auth/whoami':
        if (bearer !== adapterToken) return undefined;
        return call('createAccount', async () => ({
          status: 200,
          body: { account: { id: adapterToken } },
        }));
      default:
        // To create a token in the name of somebody else, and to list accounts.
        if (!route.startsWith('/admin/')) return undefined;
        return call('createAccount', async () => missing, 'list of accounts');
    }
  }

  async #login(given: Given): Promise<Done> {
    const { username, password } = given;
    const id = await this.#adapter.login?.({ username, password });
    const user = this.#known.named(username);
    if (id !== undefined && user) this.#known.bearers.set(id, user);
    return { status: 200, body: { token: { id } } };
  }

  async #createAccount({ name, username, password }: Given): Promise<Done> {
    const created = await this.#adapter.createAccount({ name, username, password });
    const { accountId } = created;
    this.#known.accounts.push({ id: accountId, name, isDeleted: false });
    const login = { accountId, username, password };
    const user = await this.#userBody(created, login).catch(async (error) => {
      // The call fails as a whole: what it has created does not stay.
      await this.#deleteAccount({ id: accountId }).catch(() => {
        throw new HalfDone(error);
      });
      throw error;
    });
    return { status: 200, body: { account: { id: accountId, name }, ...user } };
  }

  async #createUser({ accountId, username, password }: Given): Promise<Done> {
    const login = { accountId, username, password };
    const created = await this.#adapter.createUser?.(login);
    return created ? { status: 200, body: await this.#userBody(created, login) } : missing;
  }

  /** A user with the token that they came with, or one that is created for them. */
  async #userBody(
    { userId, email, token }: SandboxUserCreated,
    login: { accountId: Id; username: string; password: string },
  ): Promise<object> {
    const user = { userId, ...login, email: email ?? login.username, isDeleted: false };
    this.#known.users.push(user);
    const by = { userId, ...login, bearer: '' };
    const draft = { by, name: 'Default', restrictions: null };
    const initialToken = token ?? (await this.#adapter.createToken(draft));
    this.#known.bearers.set(initialToken.id, user);
    return { user: { id: userId, email: user.email }, initialToken };
  }

  async #createToken(bearer: string, given: Given): Promise<Done> {
    const by = this.#known.user(bearer);
    if (!by) return rejected;
    const { name = '', restrictions = null, ...more } = parted(given);
    const token = await this.#adapter.createToken({ by, name, restrictions, ...more });
    this.#known.share(bearer, token.id);
    return { status: 200, body: token };
  }

  async #updateToken(bearer: string, id: string, given: Given): Promise<Done> {
    const by = this.#known.user(bearer);
    if (!by) return rejected;
    const token = await this.#adapter.updateToken?.({ by, id, ...parted(given) });
    return { status: 200, body: { ...token } };
  }

  async #deleteToken(bearer: string, id: string): Promise<Done> {
    const by = this.#known.user(bearer);
    return by ? this.#done(this.#adapter.deleteToken?.({ by, id })) : rejected;
  }

  async #deleteUser({ id }: Given): Promise<Done> {
    const user = this.#known.users.find(({ userId }) => isSame(userId, id));
    if (!user) return notFound;
    const { userId, accountId } = user;
    await this.#adapter.deleteUser?.({ userId, accountId });
    user.isDeleted = true;
    return { status: 200, body: {} };
  }

  async #deleteAccount({ id }: Pick<Given, 'id'>): Promise<Done> {
    const account = this.#known.account(id);
    if (!account || (account.isDeleted && !(await this.#isOpen(account.id)))) return notFound;
    await this.#adapter.deleteAccount({ accountId: account.id });
    account.isDeleted = true;
    return { status: 200, body: {} };
  }

  /** An account that was deleted is gone when the portal rejects a token of it. */
  async #account(id: string | null): Promise<Done> {
    if (id === adapterToken) return { status: 200, body: { id, name: '' } };
    const account = this.#known.account(id ?? '');
    if (!account || (account.isDeleted && !(await this.#isOpen(account.id)))) return notFound;
    return { status: 200, body: { id: account.id, name: account.name } };
  }

  /** Whether the portal accepts a token of an account. */
  async #isOpen(id: Id): Promise<boolean> {
    const exchange = await this.#client.send({
      path: listPath,
      headers: { Authorization: `Bearer ${this.#known.tokenIn(id)}` },
      ...{ fresh: true, credential: 'a token of the run', purpose: 'cleanup' },
      curl: '-H "Authorization: Bearer $PORTAL_NEW_TOKEN"',
    });
    return exchange.response?.status !== 401;
  }

  async #done(work: Promise<unknown> | undefined): Promise<Done> {
    await work;
    return { status: 204 };
  }
}

/** What of a call an adapter is told by name, and the rest. */
function parted({ name, restrictions, ...more }: Partial<Given>) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(restrictions === undefined ? {} : { restrictions }),
    ...(Object.keys(more).length === 0 ? {} : { more }),
  };
}
