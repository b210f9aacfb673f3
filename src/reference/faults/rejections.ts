import type { Behaviour } from '../behaviour.ts';
import type { Store } from '../store.ts';
import { withHeaders } from './edit.ts';

/** What a request that must be refused has instead of a valid token. */
type Kind = (typeof kinds)[number];

const kinds = [
  'missing-header',
  'scheme-alone',
  'unknown-token',
  'altered-token',
  'placeholder-token',
  'other-scheme',
  'other-header',
  'cookie',
  'query',
] as const;

function kindOf(request: Request, store: Store): Kind | undefined {
  const authorization = request.headers.get('authorization');
  if (authorization === null) {
    if (new URL(request.url).search) return 'query';
    if (request.headers.has('cookie')) return 'cookie';
    const names = [...request.headers.keys()];
    return names.some((name) => name.startsWith('x-')) ? 'other-header' : 'missing-header';
  }
  if (/^Bearer\s*$/.test(authorization)) return 'scheme-alone';
  const [, bearer] = /^Bearer (?:Bearer )?(.*)$/.exec(authorization) ?? [];
  if (bearer === undefined) return 'other-scheme';
  if (
    /^(0+|g+|_+|12?|a\.b\.c|null|undefined|constructor|\[object Object\]|%|\*|.*'.*)$/.test(bearer)
  )
    return 'placeholder-token';
  if (bearer.length > 100 || /[^ -~]/.test(bearer)) return undefined;
  const ids = store.tokens.map(({ id }) => id);
  if (ids.includes(bearer.toLowerCase())) return undefined;
  const alike = ids.some((id) => bearer.includes(id.slice(0, 8)) || id.endsWith(bearer.slice(-8)));
  return alike ? 'altered-token' : 'unknown-token';
}

function respondWith(status: number): Response {
  if (status === 200) return Response.json([]);
  if (status === 302) return new Response(null, { status, headers: { Location: '/login' } });
  return Response.json({ error: 'unauthorized' }, { status });
}

/** Other requirements that send a request of a kind, too. */
const also: Partial<Record<Kind, readonly string[]>> = {
  'missing-header': ['nothing-else-authenticates'],
  'unknown-token': ['altered-session-refused', 'bad-header-refused'],
  'other-scheme': ['session-elsewhere-refused', 'nothing-else-authenticates'],
  'other-header': ['session-elsewhere-refused', 'nothing-else-authenticates'],
  cookie: ['session-elsewhere-refused'],
  query: ['session-elsewhere-refused'],
};

/** Each wrong status for each kind of request. */
const wrongStatuses: readonly Behaviour[] = kinds.flatMap((kind) =>
  [200, 302, 400, 403, 404, 500].map(
    (status): Behaviour => ({
      name: `${kind}-${status}`,
      says: `${kind.replace('-', ' ')} is answered with ${status}`,
      trips: [`${kind}-refused`, ...(also[kind] ?? [])],
      rejection: (usual, request, store) =>
        kindOf(request, store) === kind ? respondWith(status) : usual,
    }),
  ),
);

/** Everything that is sent without an Authorization header. */
export const withoutHeader = [
  'missing-header-refused',
  'other-header-refused',
  'cookie-refused',
  'query-refused',
  'session-elsewhere-refused',
  'nothing-else-authenticates',
];

const everyRejection = [
  ...withoutHeader,
  'scheme-alone-refused',
  'unknown-token-refused',
  'altered-token-refused',
  'placeholder-token-refused',
  'other-scheme-refused',
  'altered-session-refused',
  'bad-header-refused',
];

/** Proxies answer 400 and 403 to what cannot be a token. */
const everywhere = (status: number) =>
  status === 403 || status === 400
    ? everyRejection
    : [...everyRejection, 'unreadable-token-refused'];

const oneStatus: readonly Behaviour[] = [400, 403, 404, 500].map((status) => ({
  name: `refused-with-${status}`,
  says: `a rejection is answered with ${status}`,
  trips: everywhere(status),
  rejection: (usual) => new Response(usual.body, { status, headers: usual.headers }),
}));

/** What a rejection looks like. */
export const rejectionFaults: readonly Behaviour[] = [
  ...oneStatus,
  ...wrongStatuses,
  {
    name: 'accident-on-size',
    says: 'a long token is answered with 500',
    trips: ['unreadable-token-refused'],
    rejection: (usual, request) =>
      (request.headers.get('authorization') ?? '').length > 1000
        ? new Response('oops', { status: 500 })
        : usual,
  },
  {
    name: 'refusal-empty-list',
    says: 'a rejection is an empty list with 200',
    trips: [...everyRejection, 'unreadable-token-refused', 'token-case-ignored'],
    rejection: () => Response.json([]),
  },
  {
    name: 'refusal-with-list',
    says: 'a 401 holds the list',
    trips: ['refusal-holds-no-records'],
    rejection: (usual, _, store) => Response.json(store.tokens, usual),
  },
  {
    name: 'refusal-with-id',
    says: 'a 401 names a token that exists',
    trips: ['refusal-holds-no-records'],
    rejection: (usual, _, store) =>
      Response.json({ error: `did you mean ${store.tokens.at(-3)?.id}?` }, usual),
  },
  {
    name: 'challenge-absent',
    says: 'a 401 has no challenge',
    trips: ['challenge-present'],
    rejection: (usual) => withHeaders(usual, { 'WWW-Authenticate': null }),
  },
  {
    name: 'challenge-basic',
    says: 'a 401 asks for the scheme Basic',
    trips: ['challenge-bearer'],
    rejection: (usual) => withHeaders(usual, { 'WWW-Authenticate': 'Basic realm="bearer"' }),
  },
  {
    name: 'refusal-echoes',
    says: 'a 401 repeats the token',
    trips: ['refusal-echoes-token'],
    rejection: (usual, request) =>
      Response.json(
        { error: `not valid: ${request.headers.get('authorization')?.slice('Bearer '.length)}` },
        usual,
      ),
  },
  {
    name: 'refusal-with-records-within',
    says: 'a 401 holds records, deep in its body',
    trips: ['refusal-holds-no-records'],
    rejection: (usual, _, store) =>
      Response.json({ error: { details: { tokens: [{ ...store.tokens[0], id: 0 }] } } }, usual),
  },
];
