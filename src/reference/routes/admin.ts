import { type Context, Hono } from 'hono';
import {
  adminRecordOf,
  describeAccount,
  describeUser,
  isRestrictions,
  missing,
  readBody,
  reject,
  wrong,
} from '../answers.ts';
import type { Behaviour } from '../behaviour.ts';
import { authenticate } from '../gate.ts';
import type { Account, Store, User } from '../store.ts';

/** The calls of administrators: 401 without a valid token, 403 for everybody else. */
export function adminRoutes(
  store: Store,
  behaviour: Behaviour,
): Hono<{ Variables: { user: User } }> {
  const routes = new Hono<{ Variables: { user: User } }>();
  const jobMs = behaviour.jobMs ?? 5;

  routes.use(async (c, next) => {
    const principal = authenticate(c.req.raw, store, behaviour);
    if (!principal) return reject(c);
    if (!principal.user.isAdmin) return c.json({ error: 'administrators only' }, 403);
    c.set('user', principal.user);
    return next();
  });

  routes.post('/createAccount', async (c) => {
    const { name, username, password } = await readBody(c);
    if (!isText(name) || !isText(username) || !isPassword(password)) return wrong(c);
    if (isTaken(username)) return wrong(c, 'the username is taken');
    const account = store.addAccount(name);
    return c.json({ account: describeAccount(account), ...addUser(account, username, password) });
  });

  routes.post('/createUser', async (c) => {
    const { accountId, username, password } = await readBody(c);
    if (!isText(username) || !isPassword(password) || !isId(accountId)) return wrong(c);
    if (isTaken(username)) return wrong(c, 'the username is taken');
    const account = store.account(accountId);
    const known = account && !behaviour.ignores?.(account.createdAt);
    return known ? c.json(addUser(account, username, password)) : missing(c);
  });

  routes.post('/createApiToken', async (c) => {
    const { userId, accountId, name, restrictions = null } = await readBody(c);
    if (!isId(userId) || !isId(accountId) || !isText(name)) return wrong(c);
    if (!isRestrictions(restrictions)) return wrong(c);
    const user = store.user(userId);
    if (!user || !store.account(accountId)) return missing(c);
    if (user.accountId !== accountId) return wrong(c, 'the user is of another account');
    return c.json(adminRecordOf(store, store.addToken(user, name, restrictions)));
  });

  routes.get('/getApiTokens', (c) => {
    const account = named(c, 'accountId', (id) => store.account(id));
    if (account instanceof Response) return account;
    return c.json(store.tokensOf(account.id).map((token) => adminRecordOf(store, token)));
  });

  routes.get('/getAllUsers', (c) => c.json(store.users.map(describeUser)));
  routes.get('/getAllAccounts', (c) => c.json(store.accounts.map(describeAccount)));

  routes.get('/getUser', (c) => {
    const user = named(c, 'id', (id) => store.user(id));
    return user instanceof Response ? user : c.json(describeUser(user));
  });

  routes.get('/getAccount', (c) => {
    const account = named(c, 'id', (id) => store.account(id));
    return account instanceof Response ? account : c.json(describeAccount(account));
  });

  routes.post('/deleteUser', async (c) => {
    const { id } = await readBody(c);
    const user = isId(id) ? store.user(id) : undefined;
    if (!user) return isId(id) ? missing(c) : wrong(c);
    if (user === c.get('user')) return wrong(c, 'that is you');
    if (user.isAdmin) return wrong(c, 'that is an administrator');
    if (store.usersOf(user.accountId).length === 1) return wrong(c, 'the only user of an account');
    const jobId = store.later(jobMs, () => store.removeUser(user));
    return c.json({ deletedUserId: user.id, jobId });
  });

  routes.post('/deleteAccount', async (c) => {
    const { id } = await readBody(c);
    const account = isId(id) ? store.account(id) : undefined;
    if (!account) return isId(id) ? missing(c) : wrong(c);
    if (account.id === c.get('user').accountId) return wrong(c, 'that is your own account');
    return c.json({ jobId: store.later(jobMs, () => store.removeAccount(account)) });
  });

  return routes;

  function isTaken(username: string): boolean {
    return store.users.some((user) => user.username === username);
  }

  /** A new user comes with a token named "Default". */
  function addUser(account: Account, username: string, password: string) {
    const user = store.addUser(account, username, password);
    const token = store.addToken(user, 'Default', null);
    return { user: describeUser(user), initialToken: adminRecordOf(store, token) };
  }
}

/** What the query names by its id; or the answer that says what is wrong with it. */
function named<T>(c: Context, name: string, find: (id: number) => T | undefined): T | Response {
  const text = c.req.query(name) ?? '';
  if (!/^[1-9]\d*$/.test(text)) return wrong(c, `${name} must be a positive integer`);
  return find(Number(text)) ?? missing(c);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isPassword(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 4;
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}
