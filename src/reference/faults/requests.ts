import type { Behaviour } from '../behaviour.ts';
import { holder, somebody } from './authentication.ts';
import { orElse } from './edit.ts';

/** What a request holds beside a token, or in its place, and what sessions are taken for. */
/** A page to log in with, as a framework sends it to browsers. */
const loginPage = () =>
  new Response('<!doctype html><title>Sign in</title>', {
    headers: { 'Content-Type': 'text/html' },
  });

export const requestFaults: readonly Behaviour[] = [
  {
    name: 'login-page-for-browsers',
    says: 'a browser without a token gets a page to log in, with 200',
    trips: ['nothing-else-authenticates'],
    rejection: (usual, request) =>
      request.headers.get('accept')?.includes('text/html') ? loginPage() : usual,
  },
  {
    name: 'page-for-other-schemes',
    says: 'other schemes than Bearer get the page of the application, with 200',
    trips: ['other-scheme-refused', 'session-elsewhere-refused'],
    rejection: (usual, request) =>
      /^(basic|token|apikey) /i.test(request.headers.get('authorization') ?? '')
        ? loginPage()
        : usual,
  },
  {
    name: 'open-to-altered-session',
    says: 'a session is found by its beginning',
    trips: ['altered-session-refused'],
    authenticate: orElse((_, store, bearer) => {
      const found = [...store.sessions].find(
        ([id]) => bearer.length > 8 && id.startsWith(bearer.slice(0, 8)),
      );
      const user = found && store.user(found[1].userId);
      return user && { user };
    }),
  },
  {
    name: 'open-to-session-cookie',
    says: 'a session in a cookie opens the list',
    trips: ['session-elsewhere-refused'],
    authenticate: orElse((request, store) => {
      const cookies = request.headers.get('cookie') ?? '';
      const found = [...store.sessions].find(([id]) => cookies.includes(id));
      const user = found && store.user(found[1].userId);
      return user && { user };
    }),
  },
  {
    name: 'open-to-remote-user',
    says: 'the name of a user in a header of a proxy is believed',
    trips: ['nothing-else-authenticates'],
    authenticate: orElse((request, store) =>
      request.headers.has('x-remote-user') ? somebody(store) : undefined,
    ),
  },
  {
    name: 'open-to-own-origin',
    says: 'requests from the portal itself are not checked',
    trips: ['nothing-else-authenticates'],
    authenticate: orElse((request, store) =>
      request.headers.get('referer')?.startsWith(new URL(request.url).origin)
        ? somebody(store)
        : undefined,
    ),
  },
  {
    name: 'open-to-empty-header',
    says: 'an empty Authorization header opens the list',
    trips: ['nothing-else-authenticates'],
    authenticate: orElse((request, store) =>
      request.headers.get('authorization') === '' ? somebody(store) : undefined,
    ),
  },
  {
    name: 'conditional-unchecked',
    says: 'a conditional request without a token is answered with 304',
    trips: ['nothing-else-authenticates'],
    rejection: (usual, request) =>
      request.headers.has('if-none-match') ? new Response(null, { status: 304 }) : usual,
  },
  {
    name: 'open-by-spelling',
    says: 'the check is bound to one spelling of the path',
    trips: ['no-way-around'],
    around: async (request, usual, store) => {
      const { pathname } = new URL(request.url);
      const isOther = /\/(apitokens|apiTokens\/|%61piTokens)$/.test(pathname);
      const [token] = store.tokens;
      if (!isOther || request.headers.has('authorization') || !token) return usual(request);
      const url = new URL(request.url);
      url.pathname = pathname.replace(/[^/]+\/?$/, 'apiTokens');
      return usual(new Request(url, { headers: { Authorization: `Bearer ${token.id}` } }));
    },
  },
  {
    name: 'null-origin-refused',
    says: 'a token without restrictions is refused from the origin null',
    trips: ['any-client-sees-the-same'],
    authenticate: (usual, request) =>
      request.headers.get('origin') === 'null' ? undefined : usual,
  },
  {
    name: 'cookie-makes-good',
    says: 'where the header fails, cookies are looked at',
    trips: ['bad-header-refused'],
    authenticate: orElse((request, store) => {
      const cookies = request.headers.get('cookie') ?? '';
      return request.headers.has('authorization')
        ? holder(store, (id) => cookies.includes(id))
        : undefined;
    }),
  },
  {
    name: 'open-to-members',
    says: 'tokens are members of an object, which has others, too',
    trips: ['placeholder-token-refused'],
    authenticate: orElse((_, store, bearer) => (bearer in {} ? somebody(store) : undefined)),
  },
  {
    name: 'open-to-beginning-and-wildcard',
    says: 'a pattern in a token is matched',
    trips: ['altered-token-refused'],
    authenticate: orElse((_, store, bearer) => {
      const [, start] = /^(.{4,})[%*]$/.exec(bearer) ?? [];
      return start === undefined ? undefined : holder(store, (id) => id.startsWith(start));
    }),
  },
  {
    name: 'open-to-first-word',
    says: 'what follows the token is ignored',
    trips: ['altered-token-refused'],
    authenticate: orElse((_, store, bearer) => {
      const [first, ...rest] = bearer.split(' ');
      return rest.length > 0 ? holder(store, (id) => id === first) : undefined;
    }),
  },
];
