import type { Behaviour, Principal } from '../behaviour.ts';
import type { Store } from '../store.ts';
import { withHeaders } from './edit.ts';

/** Everything that is sent without an Authorization header. */
const withoutHeader = [
  'missing-header-refused',
  'other-header-refused',
  'cookie-refused',
  'query-refused',
];

const everyRefusal = [
  ...withoutHeader,
  'scheme-alone-refused',
  'unknown-token-refused',
  'altered-token-refused',
  'placeholder-token-refused',
  'other-scheme-refused',
];

/** A fault that lets in what the contract refuses. */
function letsIn(
  name: string,
  says: string,
  trips: string[],
  find: (request: Request, store: Store, bearer: string) => Principal | undefined,
): Behaviour {
  return {
    name,
    says,
    trips,
    authenticate: (usual, request, store) => usual ?? find(request, store, bearerOf(request)),
  };
}

function bearerOf(request: Request): string {
  return /^Bearer (.*)$/.exec(authorizationOf(request))?.[1] ?? '';
}

function authorizationOf(request: Request): string {
  return request.headers.get('authorization') ?? '';
}

function somebody(store: Store): Principal | undefined {
  const [user] = store.users;
  return user && { user };
}

/** Who holds a token, by whatever comparison. */
function holder(store: Store, matches: (id: string) => boolean): Principal | undefined {
  const token = store.tokens.find(({ id }) => matches(id));
  const user = token && store.user(token.userId);
  return user && { user, token };
}

function refusedWith(status: number): Behaviour {
  const trips =
    status === 403 || status === 400 ? everyRefusal : [...everyRefusal, 'unreadable-token-refused'];
  return {
    name: `refused-with-${status}`,
    says: `a refusal is answered with ${status}`,
    trips,
    refusal: (usual) => new Response(usual.body, { status, headers: usual.headers }),
  };
}

export const authenticationFaults: readonly Behaviour[] = [
  {
    name: 'api-token-refused',
    says: 'an API token does not open the list',
    trips: ['api-token-accepted'],
    authenticate: (usual) => (usual?.token ? undefined : usual),
  },
  {
    name: 'session-token-refused',
    says: 'a session token does not open the list',
    trips: ['session-token-accepted'],
    authenticate: (usual) => (usual?.token ? usual : undefined),
  },
  letsIn(
    'open-without-header',
    'the list is open to everybody who sends no header',
    withoutHeader,
    (request, store) => (request.headers.has('authorization') ? undefined : somebody(store)),
  ),
  letsIn(
    'open-to-scheme',
    'the scheme alone opens the list',
    ['scheme-alone-refused'],
    (request, store) =>
      authorizationOf(request).trim() === 'Bearer' ? somebody(store) : undefined,
  ),
  letsIn(
    'open-to-form',
    'any 32 hexadecimal digits open the list',
    ['unknown-token-refused', 'altered-token-refused', 'placeholder-token-refused'],
    (_, store, bearer) => (/^[0-9a-f]{32}$/.test(bearer) ? somebody(store) : undefined),
  ),
  letsIn(
    'open-to-beginning',
    'the beginning of a token opens the list',
    ['altered-token-refused'],
    (_, store, bearer) =>
      bearer.length >= 8 ? holder(store, (id) => id.startsWith(bearer)) : undefined,
  ),
  letsIn(
    'open-to-longer',
    'what begins with a token opens the list',
    ['altered-token-refused'],
    (_, store, bearer) => holder(store, (id) => bearer.startsWith(id)),
  ),
  letsIn(
    'open-to-end',
    'the first character does not count',
    ['altered-token-refused'],
    (_, store, bearer) =>
      bearer.length === 32 ? holder(store, (id) => bearer.slice(1) === id.slice(1)) : undefined,
  ),
  letsIn(
    'open-to-null',
    'the word null opens the list',
    ['placeholder-token-refused'],
    (_, store, bearer) => (bearer === 'null' ? somebody(store) : undefined),
  ),
  letsIn(
    'open-to-wildcard',
    'wildcards open the list',
    ['placeholder-token-refused'],
    (_, store, bearer) => (bearer === '%' || bearer === '*' ? somebody(store) : undefined),
  ),
  letsIn('open-to-sql', 'SQL opens the list', ['placeholder-token-refused'], (_, store, bearer) =>
    bearer.includes("'1'='1") ? somebody(store) : undefined,
  ),
  letsIn(
    'open-to-token-scheme',
    'the scheme Token opens the list',
    ['other-scheme-refused'],
    (request, store) => holder(store, (id) => authorizationOf(request) === `Token ${id}`),
  ),
  letsIn(
    'open-to-no-scheme',
    'a token without a scheme opens the list',
    ['other-scheme-refused'],
    (request, store) => holder(store, (id) => authorizationOf(request) === id),
  ),
  letsIn(
    'open-to-basic',
    'a Basic password opens the list',
    ['other-scheme-refused'],
    (request, store) => {
      const [, basic = ''] = /^Basic (.+)$/.exec(authorizationOf(request)) ?? [];
      return holder(store, (id) => Buffer.from(basic, 'base64').toString().endsWith(`:${id}`));
    },
  ),
  {
    name: 'accident-on-size',
    says: 'a long token is answered with 500',
    trips: ['unreadable-token-refused'],
    refusal: (usual, request) =>
      authorizationOf(request).length > 1000 ? new Response('oops', { status: 500 }) : usual,
  },
  letsIn(
    'open-to-latin-1',
    'bytes outside ASCII open the list',
    ['unreadable-token-refused'],
    (request, store) => (/[^ -~]/.test(authorizationOf(request)) ? somebody(store) : undefined),
  ),
  letsIn(
    'open-to-api-key',
    'a token in X-API-Key opens the list',
    ['other-header-refused'],
    (request, store) => holder(store, (id) => request.headers.get('x-api-key') === id),
  ),
  letsIn(
    'open-to-cookie',
    'a token in a cookie opens the list',
    ['cookie-refused'],
    (request, store) =>
      holder(store, (id) => (request.headers.get('cookie') ?? '').includes(`token=${id}`)),
  ),
  letsIn(
    'open-to-query',
    'a token in the query opens the list',
    ['query-refused'],
    (request, store) =>
      holder(store, (id) => new URL(request.url).searchParams.get('token') === id),
  ),
  refusedWith(400),
  refusedWith(403),
  refusedWith(404),
  refusedWith(500),
  {
    name: 'refusal-empty-list',
    says: 'a refusal is an empty list with 200',
    trips: [...everyRefusal, 'unreadable-token-refused', 'token-case-ignored'],
    refusal: () => Response.json([]),
  },
  {
    name: 'refusal-with-list',
    says: 'a 401 holds the list',
    trips: ['refusal-holds-no-records'],
    refusal: (usual, _, store) => Response.json(store.tokens, usual),
  },
  {
    name: 'refusal-with-id',
    says: 'a 401 names a token that exists',
    trips: ['refusal-holds-no-records'],
    refusal: (usual, _, store) =>
      Response.json({ error: `did you mean ${store.tokens.at(-3)?.id}?` }, usual),
  },
  {
    name: 'challenge-absent',
    says: 'a 401 has no challenge',
    trips: ['challenge-present'],
    refusal: (usual) => withHeaders(usual, { 'WWW-Authenticate': null }),
  },
  {
    name: 'challenge-basic',
    says: 'a 401 asks for the scheme Basic',
    trips: ['challenge-bearer'],
    refusal: (usual) => withHeaders(usual, { 'WWW-Authenticate': 'Basic realm="bearer"' }),
  },
  {
    name: 'scheme-case-counts',
    says: 'only Bearer in this case is understood',
    trips: ['scheme-in-any-case'],
    authenticate: (usual, request) =>
      authorizationOf(request).startsWith('Bearer ') ? usual : undefined,
  },
  letsIn(
    'token-case-ignored',
    'the case of a token is ignored',
    ['token-case-ignored'],
    (_, store, bearer) => holder(store, (id) => id === bearer.toLowerCase()),
  ),
  {
    name: 'refusal-echoes',
    says: 'a 401 repeats the token',
    trips: ['refusal-echoes-token'],
    refusal: (usual, request) => Response.json({ error: `not valid: ${bearerOf(request)}` }, usual),
  },
  letsIn(
    'open-to-second-half',
    'the end of a token opens the list',
    ['altered-token-refused'],
    (_, store, bearer) =>
      bearer.length >= 8 ? holder(store, (id) => id.endsWith(bearer)) : undefined,
  ),
  letsIn(
    'open-to-six-letters',
    'any scheme of six letters opens the list',
    ['other-scheme-refused'],
    (request, store) => holder(store, (id) => authorizationOf(request).slice(7) === id),
  ),
  letsIn(
    'open-to-basic-user',
    'a Basic user opens the list',
    ['other-scheme-refused'],
    (request, store) => {
      const [, basic = ''] = /^Basic (.+)$/.exec(authorizationOf(request)) ?? [];
      return holder(store, (id) => Buffer.from(basic, 'base64').toString() === `${id}:`);
    },
  ),
  letsIn(
    'open-to-forwarded',
    'a token in X-Forwarded-Authorization opens the list',
    ['other-header-refused'],
    (request, store) =>
      holder(store, (id) => request.headers.get('x-forwarded-authorization') === `Bearer ${id}`),
  ),
  {
    name: 'refusal-with-records-within',
    says: 'a 401 holds records, deep in its body',
    trips: ['refusal-holds-no-records'],
    refusal: (usual, _, store) =>
      Response.json({ error: { details: { tokens: [{ ...store.tokens[0], id: 0 }] } } }, usual),
  },
];
