import { type Context, Hono } from 'hono';
import { type Asker, type Behaviour, plain, type TokenRecord } from './behaviour.ts';
import type { Restrictions, Store, Token, User } from './store.ts';

/**
 * The reference portal: a small implementation of the Portal API, independent
 * of what judges it. A behaviour makes it differ.
 */
export function createPortal(store: Store, behaviour: Behaviour = plain): Hono {
  const app = new Hono();
  const api = app.basePath('/api/portal/v1');

  api.post('/auth/login', async (c) => {
    const { username, password } = await readBody(c);
    if (typeof username !== 'string' || typeof password !== 'string') return wrong(c);
    const user = store.users.find((one) => one.username === username && one.password === password);
    if (!user) return refuse(c);
    return c.json({
      token: { id: store.addSession(user), userId: user.id },
      user: describeUser(user),
    });
  });

  api.post('/auth/logout', (c) => {
    if (!authenticate(c.req.raw)) return refuse(c);
    store.sessions.delete(bearerOf(c.req.raw) ?? '');
    return c.body(null, 204);
  });

  api.get('/auth/whoami', (c) => {
    const asker = authenticate(c.req.raw);
    return asker ? c.json(describeUser(asker.user)) : refuse(c);
  });

  api.get('/apiTokens', async (c) => {
    const usual = authenticate(c.req.raw);
    const asker = behaviour.authenticate ? behaviour.authenticate(usual, c.req.raw, store) : usual;
    if (!asker)
      return behaviour.refusal ? behaviour.refusal(refuse(c), c.req.raw, store) : refuse(c);
    const own = store.tokensOf(asker.user.accountId);
    const tokens = behaviour.visible ? behaviour.visible(own, asker, store) : own;
    const records = tokens
      .map(recordOf)
      .map((record, index) =>
        behaviour.record ? behaviour.record(record, asker, index, store) : record,
      );
    const body = behaviour.body ? behaviour.body(records, asker, store) : records;
    const answer = c.json(body as object, 200, { 'Cache-Control': 'no-store' });
    return behaviour.answer ? behaviour.answer(answer, asker, store) : answer;
  });

  api.post('/apiTokens', async (c) => {
    const asker = authenticate(c.req.raw);
    if (!asker) return refuse(c);
    const { name, restrictions = null } = await readBody(c);
    if (typeof name !== 'string' || !isRestrictions(restrictions)) return wrong(c);
    return c.json(recordOf(store.addToken(asker.user, name, restrictions)));
  });

  api.post('/apiTokens/:id', async (c) => {
    const asker = authenticate(c.req.raw);
    if (!asker) return refuse(c);
    const token = ownToken(asker, c.req.param('id'));
    if (!token) return c.json({ error: 'no such token' }, 404);
    const { name = token.name, restrictions = token.restrictions } = await readBody(c);
    if (typeof name !== 'string' || !isRestrictions(restrictions)) return wrong(c);
    Object.assign(token, { name, restrictions });
    return c.json(recordOf(token));
  });

  api.delete('/apiTokens/:id', (c) => {
    const asker = authenticate(c.req.raw);
    if (!asker) return refuse(c);
    const token = ownToken(asker, c.req.param('id'));
    if (!token) return c.json({ error: 'no such token' }, 404);
    store.removeToken(token);
    return c.body(null, 204);
  });

  return app;

  function authenticate(request: Request): Asker | undefined {
    const bearer = bearerOf(request);
    if (bearer === undefined) return undefined;
    const session = store.user(store.sessions.get(bearer) ?? 0);
    if (session) return { user: session };
    const token = store.tokens.find(({ id }) => id === bearer);
    const user = token && store.user(token.userId);
    if (!user || !allowsOrigin(token, request)) return undefined;
    if (behaviour.use) behaviour.use(token, store);
    else token.lastUsedAt = Date.now();
    return { user, token };
  }

  function recordOf(token: Token): TokenRecord {
    const { id, name, userId, createdAt, lastUsedAt, restrictions } = token;
    const userEmail = store.user(userId)?.username ?? '';
    return { id, name, userId, userEmail, createdAt, lastUsedAt, restrictions };
  }

  function describeUser({ id: userId, username, isAdmin, accountId }: User) {
    const { id, name } = store.account(accountId) ?? { id: accountId, name: '' };
    const isAccountOwner = store.users.find((one) => one.accountId === id)?.id === userId;
    return { userId, username, isAdmin, isAccountOwner, account: { id, name } };
  }

  function ownToken({ user }: Asker, id: string): Token | undefined {
    return store.tokensOf(user.accountId).find((token) => token.id === id);
  }
}

function bearerOf(request: Request): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** A restricted token works from its hosts alone. */
function allowsOrigin({ restrictions }: Token, request: Request): boolean {
  if (!restrictions?.hosts?.length) return true;
  const origin = request.headers.get('origin') ?? '';
  return URL.canParse(origin) && restrictions.hosts.includes(new URL(origin).host);
}

function isRestrictions(value: unknown): value is Restrictions | null {
  if (value === null) return true;
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  const { hosts = [] } = value as { hosts?: unknown };
  return Array.isArray(hosts) && hosts.every((host) => typeof host === 'string');
}

async function readBody(c: Context): Promise<Record<string, unknown>> {
  const body: unknown = await c.req.json().catch(() => undefined);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function wrong(c: Context): Response {
  return c.json({ error: 'a member is missing or of the wrong type' }, 400);
}

function refuse(c: Context): Response {
  return c.json({ error: 'unauthorized' }, 401, { 'WWW-Authenticate': 'Bearer realm="portal"' });
}
