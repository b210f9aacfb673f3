import { type Context, Hono } from 'hono';
import { isRestrictions, missing, readBody, recordOf, reject, wrong } from '../answers.ts';
import type { Behaviour } from '../behaviour.ts';
import { authenticate } from '../gate.ts';
import type { Store, Token } from '../store.ts';

export function tokenRoutes(store: Store, behaviour: Behaviour): Hono {
  const routes = new Hono();
  const rejection = (c: Context) => {
    const usual = reject(c);
    return behaviour.rejection ? behaviour.rejection(usual, c.req.raw, store) : usual;
  };

  routes.get('/', (c) => {
    const usual = authenticate(c.req.raw, store, behaviour);
    const principal = behaviour.authenticate
      ? behaviour.authenticate(usual, c.req.raw, store)
      : usual;
    if (!principal) return rejection(c);
    store.reads += 1;
    const own = store
      .tokensOf(principal.user.accountId)
      .filter(({ createdAt }) => !behaviour.ignores?.(createdAt));
    const tokens = behaviour.visible ? behaviour.visible(own, principal, store) : own;
    const records = tokens.map((token, index) => {
      const record = recordOf(store, token);
      return behaviour.record ? behaviour.record(record, principal, index, store) : record;
    });
    const body = behaviour.body ? behaviour.body(records, principal, store) : records;
    const response = c.json(body as object, 200, { 'Cache-Control': 'no-store' });
    return behaviour.response ? behaviour.response(response, principal, store) : response;
  });

  routes.post('/', async (c) => {
    const principal = authenticate(c.req.raw, store, behaviour);
    if (!principal) return reject(c);
    const { name, restrictions = null } = await readBody(c);
    if (typeof name !== 'string' || !isRestrictions(restrictions)) return wrong(c);
    const token = store.addToken(principal.user, name, restrictions);
    const record = recordOf(store, token);
    behaviour.created?.(token, store);
    return c.json(record);
  });

  routes.post('/:id', async (c) => {
    const token = ownToken(c);
    if (token instanceof Response) return token;
    const { name = token.name, restrictions = token.restrictions } = await readBody(c);
    if (typeof name !== 'string' || !isRestrictions(restrictions)) return wrong(c);
    Object.assign(token, { name, restrictions });
    return c.json(recordOf(store, token));
  });

  routes.delete('/:id', (c) => {
    const token = ownToken(c);
    if (token instanceof Response) return token;
    store.deleted.add(token);
    if (behaviour.deleted) behaviour.deleted(token, store);
    else store.removeToken(token);
    return c.body(null, 204);
  });

  return routes;

  /** The token that the path names, in the account of the caller; or the response that rejects it. */
  function ownToken(c: Context): Token | Response {
    const principal = authenticate(c.req.raw, store, behaviour);
    if (!principal) return reject(c);
    const own = store.tokensOf(principal.user.accountId);
    return own.find((token) => token.id === c.req.param('id')) ?? missing(c);
  }
}
