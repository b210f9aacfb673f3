import { randomBytes } from 'node:crypto';
import Fastify from 'fastify';

/** A portal with three users in two accounts, each with an API token, and one of them with a session. */
export function createPortal() {
  const credentials = {};
  const [tokens, sessions] = [[], []];
  const add = (persona, userId, accountId, restrictions = null) => {
    const id = randomBytes(16).toString('hex');
    const user = { userId, userEmail: `${persona}@example.com`, accountId };
    const times = { createdAt: Date.now() - 86_400_000, lastUsedAt: null };
    tokens.push({
      user,
      record: { id, name: `Token of ${persona}`, ...user, ...times, restrictions },
    });
    credentials[`${persona}.token`] ??= id;
    return user;
  };
  const caller = add('caller', 1, 1);
  add('teammate', 2, 1);
  add('outsider', 3, 2);
  add('caller', 1, 1, { hosts: ['charts.example.com'] });
  credentials['caller.session'] = randomBytes(16).toString('hex');
  sessions.push({ id: credentials['caller.session'], user: caller });

  const app = Fastify();
  app.get('/api/portal/v1/apiTokens', async (request, reply) => {
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const token = tokens.find(({ record }) => record.id === bearer);
    const user = (token ?? sessions.find(({ id }) => id === bearer))?.user;
    if (!user)
      return reply.code(401).header('WWW-Authenticate', 'Bearer').send({ error: 'unauthorized' });
    if (token) token.record.lastUsedAt = Date.now();
    const inAccount = tokens.filter((one) => one.user.accountId === user.accountId);
    reply.header('Cache-Control', 'no-store');
    return inAccount.map(({ record: { accountId: _, ...record } }) => record);
  });
  return { app, credentials };
}
