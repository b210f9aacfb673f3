import { Hono } from 'hono';
import { describeSelf, readBody, reject, wrong } from '../answers.ts';
import type { Behaviour } from '../behaviour.ts';
import { authenticate, bearerOf } from '../gate.ts';
import type { Store } from '../store.ts';

export function authRoutes(store: Store, behaviour: Behaviour): Hono {
  const routes = new Hono();

  routes.post('/login', async (c) => {
    const { username, password } = await readBody(c);
    if (typeof username !== 'string' || typeof password !== 'string') return wrong(c);
    const user = store.users.find((one) => one.username === username && one.password === password);
    if (!user || behaviour.ignores?.(user.createdAt)) return reject(c);
    const token = { id: store.addSession(user), userId: user.id };
    return c.json({ token, user: describeSelf(store, user) });
  });

  routes.post('/logout', (c) => {
    if (!authenticate(c.req.raw, store, behaviour)) return reject(c);
    const session = bearerOf(c.req.raw) ?? '';
    if (behaviour.logout) behaviour.logout(session, store);
    else store.sessions.delete(session);
    return c.body(null, 204);
  });

  routes.get('/whoami', (c) => {
    const principal = authenticate(c.req.raw, store, behaviour);
    return principal ? c.json(describeSelf(store, principal.user)) : reject(c);
  });

  return routes;
}
