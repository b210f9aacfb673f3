import type { Behaviour } from '../behaviour.ts';
import type { Token } from '../store.ts';
import { after, bearerOf, tokenOf } from './acts.ts';

type Around = NonNullable<Behaviour['around']>;

function isList({ method, url }: Request): boolean {
  return method === 'GET' && new URL(url).pathname.endsWith('/apiTokens');
}

function page(status: number, headers: Record<string, string> = {}): Response {
  return new Response('<h1>No</h1>', {
    status,
    headers: { 'Content-Type': 'text/html', ...headers },
  });
}

/** Turns away some of the requests for the list that would be accepted. */
function turningAway(isMeant: (request: Request) => boolean, answer: () => Response): Around {
  return async (request, usual) => {
    const response = await usual(request);
    return isList(request) && response.ok && isMeant(request) ? answer() : response;
  };
}

/** Names that tokens had before they were updated. */
const former = new WeakMap<Token, string>();

const noteName: Around = async (request, usual, store) => {
  const { method, url } = request;
  const token = tokenOf(store, url.slice(url.lastIndexOf('/') + 1));
  if (method === 'POST' && token) former.set(token, token.name);
  return usual(request);
};

/** When tokens were last used. */
const usedAt = new WeakMap<Token, number>();

/** The portal answers as somebody in front of it would, or tells what was before. */
export const turnedAwayFaults: readonly Behaviour[] = [
  {
    name: 'api-tokens-forbidden',
    says: 'reads with API tokens are answered with 403, in other words than with what nobody has',
    trips: ['api-token-accepted', 'every-kind-accepted'],
    profile: 'full',
    around: (request, usual, store) =>
      request.method === 'GET' && tokenOf(store, bearerOf(request)) !== undefined
        ? Response.json({ error: 'log in' }, { status: 403, headers: { 'X-Error-Code': '7' } })
        : usual(request),
  },
  {
    name: 'browsers-not-acceptable',
    says: 'who accepts HTML before anything else gets 406, though anything is accepted',
    trips: ['any-client-sees-the-same'],
    around: turningAway(
      ({ headers }) => /text\/html/.test(headers.get('accept') ?? ''),
      () => new Response(null, { status: 406 }),
    ),
  },
  {
    name: 'cookies-forbidden',
    says: 'a cookie beside the token is answered with a page and 403',
    trips: ['any-client-sees-the-same'],
    around: turningAway(
      ({ headers }) => headers.has('cookie'),
      () => page(403),
    ),
  },
  {
    name: 'missing-header-forbidden',
    says: 'a request without a header is answered with a page and 403',
    trips: ['missing-header-refused'],
    around: (request, usual) =>
      isList(request) && !request.headers.has('authorization') ? page(403) : usual(request),
  },
  {
    name: 'missing-header-redirected',
    says: 'a request without a header is redirected to itself, with a cookie',
    trips: [
      'missing-header-refused',
      'cookie-refused',
      'other-header-refused',
      'query-refused',
      'nothing-else-authenticates',
      'session-elsewhere-refused',
    ],
    around: (request, usual) =>
      isList(request) && !request.headers.has('authorization')
        ? page(302, { Location: new URL(request.url).pathname, 'Set-Cookie': 'guest=1' })
        : usual(request),
  },
  {
    name: 'update-shuts-three-of-four',
    says: 'three of four processes reject a token that was updated',
    trips: ['update-shows', 'acts-change-nothing-else'],
    profile: 'full',
    around: after(/^POST .*\/apiTokens\/./, (store, { url }) => {
      const token = tokenOf(store, url.slice(url.lastIndexOf('/') + 1));
      if (token) former.set(token, token.name);
    }),
    authenticate: (usual) =>
      usual?.token && former.has(usual.token) && Math.random() < 0.75 ? undefined : usual,
  },
  {
    name: 'own-name-stays',
    says: 'a token that was updated is listed itself under its former name',
    trips: ['update-shows'],
    profile: 'full',
    around: noteName,
    record: (one, { token }) =>
      token?.id === one.id ? { ...one, name: former.get(token) ?? one.name } : one,
  },
  {
    name: 'use-before-shown',
    says: 'the time of the use before the last one shows',
    trips: ['last-used-at-moves'],
    profile: 'full',
    use: (token) => {
      const now = Math.max(Date.now(), (usedAt.get(token) ?? 0) + 1);
      token.lastUsedAt = usedAt.get(token) ?? now;
      usedAt.set(token, now);
    },
  },
];
