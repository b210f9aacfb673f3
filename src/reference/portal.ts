import { Hono } from 'hono';
import { reject } from './answers.ts';
import { type Behaviour, plain } from './behaviour.ts';
import { authenticate } from './gate.ts';
import { adminRoutes } from './routes/admin.ts';
import { authRoutes } from './routes/auth.ts';
import { tokenRoutes } from './routes/tokens.ts';
import type { Store } from './store.ts';

/**
 * The reference portal: a small implementation of the Portal API, independent
 * of what judges it. A behaviour makes it differ.
 */
export function createPortal(store: Store, behaviour: Behaviour = plain): Hono {
  const app = new Hono();
  const api = app.basePath('/api/portal/v1');
  api.route('/auth', authRoutes(store, behaviour));
  api.route('/apiTokens', tokenRoutes(store, behaviour));
  api.route('/admin', adminRoutes(store, behaviour));
  api.get('/jobs/getJobStatus', (c) => {
    if (!authenticate(c.req.raw, store, behaviour)) return reject(c);
    const activeJobs = [...store.jobs].map((id) => ({ id }));
    return c.json({ activeJobs, isEditable: activeJobs.length === 0 });
  });
  return app;
}

/** What a portal answers, with what its behaviour does around every request. */
export function answeringAs(
  store: Store,
  behaviour: Behaviour = plain,
): (request: Request) => Promise<Response> {
  const portal = createPortal(store, behaviour);
  const usual = async (request: Request) => portal.fetch(request);
  const { around } = behaviour;
  return around ? async (request) => around(request, usual, store) : usual;
}
