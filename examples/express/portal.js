import { randomBytes } from 'node:crypto';
import express from 'express';

const newId = () => randomBytes(16).toString('hex');

/** A portal that keeps its data in memory. */
export function createPortal() {
  const users = new Map(); // by id: { id, accountId, email, password }
  const tokens = new Map(); // by bearer token: a record of the list
  const sessions = new Map(); // by bearer token: the id of a user
  const app = express();

  app.get('/api/portal/v1/apiTokens', (request, response) => {
    const bearer = /^Bearer +(\S+)$/i.exec(request.get('Authorization') ?? '')?.[1];
    const token = tokens.get(bearer);
    const user = users.get(token ? token.userId : sessions.get(bearer));
    if (!user || !allows(token, request.get('Origin')))
      return response.status(401).set('WWW-Authenticate', 'Bearer').json({ error: 'unauthorized' });
    if (token) token.lastUsedAt = Date.now();
    const list = [...tokens.values()].filter((one) => accountOf(one) === user.accountId);
    response.set('Cache-Control', 'no-store').json(list);
  });

  const accountOf = ({ userId }) => users.get(userId)?.accountId;
  return { app, users, tokens, sessions, newId };
}

/** A token that is restricted to hosts works from their pages alone. */
function allows(token, origin) {
  const hosts = token?.restrictions?.hosts ?? [];
  return hosts.length === 0 || (URL.canParse(origin) && hosts.includes(new URL(origin).host));
}
