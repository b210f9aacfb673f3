import type { Context } from 'hono';
import type { TokenRecord } from './behaviour.ts';
import type { Account, Restrictions, Store, Token, User } from './store.ts';

export function recordOf(store: Store, token: Token): TokenRecord {
  const { id, name, userId, createdAt, lastUsedAt, restrictions } = token;
  const userEmail = store.user(userId)?.username ?? '';
  return { id, name, userId, userEmail, createdAt, lastUsedAt, restrictions };
}

/** A record as administrators see it. */
export function adminRecordOf(store: Store, token: Token): TokenRecord & { accountId: number } {
  return { ...recordOf(store, token), accountId: store.user(token.userId)?.accountId ?? 0 };
}

/** A user as shown to themselves. */
export function describeSelf(store: Store, user: User) {
  const { id: userId, username, isAdmin, accountId } = user;
  const name = store.account(accountId)?.name ?? '';
  const isAccountOwner = store.usersOf(accountId)[0] === user;
  return { userId, username, isAdmin, isAccountOwner, account: { id: accountId, name } };
}

/** A user as shown to administrators. */
export function describeUser({ id, accountId, username, isAdmin, createdAt }: User) {
  return { id, accountId, email: username, isAdmin, createdAt };
}

export function describeAccount({ id, name, createdAt }: Account) {
  return { id, name, planInstance: null, metadata: {}, createdAt };
}

/** The members of a JSON body; none when it is not an object. */
export async function readBody(c: Context): Promise<Record<string, unknown>> {
  const body: unknown = await c.req.json().catch(() => undefined);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

export function isRestrictions(value: unknown): value is Restrictions | null {
  if (value === null) return true;
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  const { hosts = [] } = value as { hosts?: unknown };
  return Array.isArray(hosts) && hosts.every((host) => typeof host === 'string');
}

export function wrong(c: Context, error = 'a member is missing or of the wrong type'): Response {
  return c.json({ error }, 400);
}

export function missing(c: Context): Response {
  return c.json({ error: 'there is no such thing' }, 404);
}

export function reject(c: Context): Response {
  return c.json({ error: 'unauthorized' }, 401, { 'WWW-Authenticate': 'Bearer realm="portal"' });
}
