import { randomBytes } from 'node:crypto';
import type { Behaviour, Principal } from '../behaviour.ts';
import type { Store } from '../store.ts';
import { orElse } from './edit.ts';
import { withoutHeader } from './rejections.ts';

function authorizationOf(request: Request): string {
  return request.headers.get('authorization') ?? '';
}

export function somebody(store: Store): Principal | undefined {
  const [user] = store.users;
  return user && { user };
}

/** Who holds a token, by whatever comparison. */
export function holder(store: Store, matches: (id: string) => boolean): Principal | undefined {
  const token = store.tokens.find(({ id }) => matches(id));
  const user = token && store.user(token.userId);
  return user && { user, token };
}

/** Requests that are accepted and must not be, or the other way round. */
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
  {
    name: 'open-without-header',
    says: 'the list is open to everybody who sends no header',
    trips: [...withoutHeader, 'no-way-around'],
    authenticate: orElse((request, store) =>
      request.headers.has('authorization') ? undefined : somebody(store),
    ),
  },
  {
    name: 'open-to-scheme',
    says: 'the scheme alone opens the list',
    trips: ['scheme-alone-refused'],
    authenticate: orElse((request, store) =>
      authorizationOf(request).trim() === 'Bearer' ? somebody(store) : undefined,
    ),
  },
  {
    name: 'open-to-form',
    says: 'any 32 hexadecimal digits open the list',
    trips: [
      'unknown-token-refused',
      'altered-token-refused',
      'placeholder-token-refused',
      'altered-session-refused',
      'bad-header-refused',
    ],
    authenticate: orElse((_, store, bearer) =>
      /^[0-9a-f]{32}$/.test(bearer) ? somebody(store) : undefined,
    ),
  },
  {
    name: 'open-to-beginning',
    says: 'the beginning of a token opens the list',
    trips: ['altered-token-refused'],
    authenticate: orElse((_, store, bearer) =>
      bearer.length >= 8 ? holder(store, (id) => id.startsWith(bearer)) : undefined,
    ),
  },
  {
    name: 'open-to-longer',
    says: 'what begins with a token opens the list',
    trips: ['altered-token-refused'],
    authenticate: orElse((_, store, bearer) => holder(store, (id) => bearer.startsWith(id))),
  },
  {
    name: 'open-to-end',
    says: 'the first character does not count',
    trips: ['altered-token-refused'],
    authenticate: orElse((_, store, bearer) =>
      bearer.length === 32 ? holder(store, (id) => bearer.slice(1) === id.slice(1)) : undefined,
    ),
  },
  {
    name: 'open-to-null',
    says: 'the word null opens the list',
    trips: ['placeholder-token-refused'],
    authenticate: orElse((_, store, bearer) => (bearer === 'null' ? somebody(store) : undefined)),
  },
  {
    name: 'open-to-wildcard',
    says: 'wildcards open the list',
    trips: ['placeholder-token-refused'],
    authenticate: orElse((_, store, bearer) =>
      bearer === '%' || bearer === '*' ? somebody(store) : undefined,
    ),
  },
  {
    name: 'open-to-sql',
    says: 'SQL opens the list',
    trips: ['placeholder-token-refused'],
    authenticate: orElse((_, store, bearer) =>
      bearer.includes("'1'='1") ? somebody(store) : undefined,
    ),
  },
  {
    name: 'open-to-token-scheme',
    says: 'the scheme Token opens the list',
    trips: ['other-scheme-refused'],
    authenticate: orElse((request, store) =>
      holder(store, (id) => authorizationOf(request) === `Token ${id}`),
    ),
  },
  {
    name: 'open-to-no-scheme',
    says: 'a token without a scheme opens the list',
    trips: ['other-scheme-refused'],
    authenticate: orElse((request, store) =>
      holder(store, (id) => authorizationOf(request) === id),
    ),
  },
  {
    name: 'open-to-basic',
    says: 'a Basic password opens the list',
    trips: ['other-scheme-refused'],
    authenticate: orElse((request, store) => {
      const [, basic = ''] = /^Basic (.+)$/.exec(authorizationOf(request)) ?? [];
      return holder(store, (id) => Buffer.from(basic, 'base64').toString().endsWith(`:${id}`));
    }),
  },
  {
    name: 'open-to-latin-1',
    says: 'bytes outside ASCII open the list',
    trips: ['unreadable-token-refused'],
    authenticate: orElse((request, store) =>
      /[^ -~]/.test(authorizationOf(request)) ? somebody(store) : undefined,
    ),
  },
  {
    name: 'open-to-api-key',
    says: 'a token in X-API-Key opens the list',
    trips: ['other-header-refused', 'bad-header-refused'],
    authenticate: orElse((request, store) =>
      holder(store, (id) => request.headers.get('x-api-key') === id),
    ),
  },
  {
    name: 'open-to-cookie',
    says: 'a token in a cookie opens the list',
    trips: ['cookie-refused', 'bad-header-refused'],
    authenticate: orElse((request, store) =>
      holder(store, (id) => (request.headers.get('cookie') ?? '').includes(`token=${id}`)),
    ),
  },
  {
    name: 'open-to-query',
    says: 'a token in the query opens the list',
    trips: ['query-refused', 'bad-header-refused'],
    authenticate: orElse((request, store) =>
      holder(store, (id) => new URL(request.url).searchParams.get('token') === id),
    ),
  },
  {
    name: 'scheme-case-counts',
    says: 'only Bearer in this case is understood',
    trips: ['scheme-in-any-case'],
    authenticate: (usual, request) =>
      authorizationOf(request).startsWith('Bearer ') ? usual : undefined,
  },
  {
    name: 'token-case-ignored',
    says: 'the case of a token is ignored',
    trips: ['token-case-ignored'],
    authenticate: orElse((_, store, bearer) => holder(store, (id) => id === bearer.toLowerCase())),
  },
  {
    name: 'case-ignored-of-mixed-tokens',
    says: 'the case of a token is ignored, and tokens have letters of both cases',
    trips: ['altered-token-refused', 'token-case-ignored', 'id-32-hex'],
    newToken: () => `aBc${randomBytes(24).toString('base64url').replace(/[-_]/g, 'x')}`,
    authenticate: orElse((_, store, bearer) =>
      holder(store, (id) => id.toLowerCase() === bearer.toLowerCase()),
    ),
  },
  {
    name: 'open-to-second-half',
    says: 'the end of a token opens the list',
    trips: ['altered-token-refused'],
    authenticate: orElse((_, store, bearer) =>
      bearer.length >= 8 ? holder(store, (id) => id.endsWith(bearer)) : undefined,
    ),
  },
  {
    name: 'open-to-six-letters',
    says: 'any scheme of six letters opens the list',
    trips: ['other-scheme-refused'],
    authenticate: orElse((request, store) =>
      holder(store, (id) => authorizationOf(request).slice(7) === id),
    ),
  },
  {
    name: 'open-to-basic-user',
    says: 'a Basic user opens the list',
    trips: ['other-scheme-refused'],
    authenticate: orElse((request, store) => {
      const [, basic = ''] = /^Basic (.+)$/.exec(authorizationOf(request)) ?? [];
      return holder(store, (id) => Buffer.from(basic, 'base64').toString() === `${id}:`);
    }),
  },
  {
    name: 'open-to-forwarded',
    says: 'a token in X-Forwarded-Authorization opens the list',
    trips: ['other-header-refused', 'bad-header-refused'],
    authenticate: orElse((request, store) =>
      holder(store, (id) => request.headers.get('x-forwarded-authorization') === `Bearer ${id}`),
    ),
  },
];
