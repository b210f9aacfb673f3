import type { Behaviour } from '../behaviour.ts';
import type { Store } from '../store.ts';

type Around = NonNullable<Behaviour['around']>;

function isList({ method, url }: Request): boolean {
  return method === 'GET' && new URL(url).pathname.endsWith('/apiTokens');
}

/** Answers a request for the list in another way when it holds something. */
function when(
  holds: (request: Request) => boolean,
  answer: (usual: Response, request: Request) => Response | Promise<Response>,
): Around {
  return async (request, usual) => {
    const response = await usual(request);
    return isList(request) && response.status === 200 && holds(request)
      ? answer(response, request)
      : response;
  };
}

/** The list of the account that a request names. */
function listOf(account: (request: Request) => string | null): Around {
  return async (request, usual, store) => {
    const response = await usual(request);
    const named = isList(request) && response.status === 200 ? account(request) : null;
    const [token] = named === null ? [] : store.tokensOf(Number(named));
    if (!token) return response;
    const headers = { Authorization: `Bearer ${token.id}` };
    return usual(new Request(request.url, { headers }));
  };
}

const caches = new WeakMap<Store, Map<string, string>>();

/** A cache that is keyed by a header, where there is one, and not by the token. */
const cachedByLanguage: Around = async (request, usual, store) => {
  const language = request.headers.get('accept-language');
  const response = await usual(request);
  if (!isList(request) || response.status !== 200 || language === null) return response;
  const cache = caches.get(store) ?? new Map<string, string>();
  caches.set(store, cache);
  const text = cache.get(language) ?? (await response.text());
  cache.set(language, text);
  return new Response(text, { headers: { 'Content-Type': 'application/json' } });
};

const ofOthers = [
  'outsider-token-hidden',
  'accounts-share-nothing',
  'outsider-user-hidden',
  'outsider-ids-nowhere',
];

/** What a request holds beside a valid token changes whose list, or whether one, is answered. */
export const otherRequestFaults: readonly Behaviour[] = [
  {
    name: 'browsers-see-no-address',
    says: 'addresses are masked for a request with an Origin',
    trips: ['any-client-sees-the-same'],
    around: when(
      ({ headers }) => headers.has('origin'),
      async (usual) => {
        const text = (await usual.text()).replace(/"userEmail":"[^"@]*/g, '"userEmail":"***');
        return new Response(text, usual);
      },
    ),
  },
  {
    name: 'account-by-parameter',
    says: 'a parameter chooses the account',
    trips: ['account-not-chosen', ...ofOthers],
    around: listOf(({ url }) => new URL(url).searchParams.get('accountId')),
  },
  {
    name: 'account-by-header',
    says: 'a header chooses the account',
    trips: ['account-not-chosen', ...ofOthers],
    around: listOf(({ headers }) => headers.get('x-account-id')),
  },
  {
    name: 'browsers-redirected',
    says: 'browsers are sent to the login page',
    trips: ['any-client-sees-the-same'],
    around: when(
      ({ headers }) => headers.get('accept')?.includes('text/html') ?? false,
      () => new Response(null, { status: 302, headers: { Location: '/login' } }),
    ),
  },
  {
    name: 'json-wrapped-for-clients',
    says: 'JSON clients are answered an object around the list',
    trips: ['any-client-sees-the-same', 'array'],
    around: when(
      ({ headers }) => headers.get('accept') === 'application/json',
      async (usual) => Response.json({ data: await usual.json() }),
    ),
  },
  {
    name: 'origins-refused',
    says: 'a token without restrictions is refused from other origins',
    trips: ['any-client-sees-the-same'],
    around: when(
      ({ headers }) => headers.has('origin'),
      () => Response.json({ error: 'this origin may not' }, { status: 403 }),
    ),
  },
  {
    name: 'cached-by-language',
    says: 'a cache is keyed by the language of the client',
    trips: [
      'any-client-sees-the-same',
      'outsider-token-hidden',
      'accounts-share-nothing',
      'outsider-ids-nowhere',
    ],
    around: cachedByLanguage,
  },
  {
    name: 'system-token-everywhere',
    says: 'a token of the system is listed for everybody',
    trips: [
      'new-account-own-records',
      'accounts-share-nothing',
      'outsider-ids-nowhere',
      'short-lists',
    ],
    profile: 'full',
    visible: (usual, _, store) => [...usual, ...store.tokens.slice(0, 1)],
  },
  {
    name: 'update-hidden',
    says: 'an update of a name does not show',
    trips: ['update-shows', 'last-used-at-any-use', 'acts-change-nothing-else'],
    profile: 'full',
    around: (request, usual) =>
      request.method === 'POST' && /\/apiTokens\/./.test(request.url)
        ? Response.json({})
        : usual(request),
  },
  {
    name: 'update-is-creation',
    says: 'an update sets the time of creation',
    trips: ['update-shows', 'acts-change-nothing-else'],
    profile: 'full',
    around: async (request, usual, store) => {
      const response = await usual(request);
      const [, id] = /\/apiTokens\/(.+)$/.exec(request.url) ?? [];
      const token = store.tokens.find((one) => one.id === id);
      if (request.method === 'POST' && token) Object.assign(token, { createdAt: Date.now() + 1 });
      return response;
    },
  },
  {
    name: 'empty-is-404',
    says: 'a list without tokens is answered with 404',
    trips: ['short-lists'],
    profile: 'full',
    response: async (usual) => {
      const text = await usual.text();
      return text === '[]' ? new Response('{}', { status: 404 }) : new Response(text, usual);
    },
  },
  {
    name: 'one-is-an-object',
    says: 'a list of one token is the record itself',
    trips: ['short-lists', 'array'],
    profile: 'full',
    body: (usual) => (usual.length === 1 ? usual[0] : usual),
  },
];
