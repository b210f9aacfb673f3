import { Hono } from 'hono';

/**
 * @param {Map<string, { accountId: number, record: object }>} tokens API tokens, by bearer token
 * @param {Map<string, { accountId: number }>} sessions session tokens, by bearer token
 */
export function createPortal(tokens, sessions) {
  const app = new Hono().basePath('/api/portal/v1');
  app.use(async (c, next) => {
    const bearer = /^Bearer +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    const holder = tokens.get(bearer) ?? sessions.get(bearer);
    if (!holder) return c.json({ error: 'unauthorized' }, 401, { 'WWW-Authenticate': 'Bearer' });
    c.set('holder', holder);
    await next();
    c.header('Cache-Control', 'no-store');
  });
  app.get('/apiTokens', (c) => {
    const { accountId, record: own } = c.get('holder');
    if (own) own.lastUsedAt = Date.now();
    const inAccount = [...tokens.values()].filter((one) => one.accountId === accountId);
    return c.json(inAccount.map(({ record }) => record));
  });
  return app;
}
