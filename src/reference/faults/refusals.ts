import type { Behaviour } from '../behaviour.ts';
import type { Store } from '../store.ts';

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
  const [, bearer] = /^Bearer (.*)$/.exec(authorization) ?? [];
  if (bearer === undefined) return 'other-scheme';
  if (/^(0+|g+|null|undefined|%|\*|.*'.*)$/.test(bearer)) return 'placeholder-token';
  if (bearer.length > 100 || /[^ -~]/.test(bearer)) return undefined;
  const ids = store.tokens.map(({ id }) => id);
  if (ids.includes(bearer.toLowerCase())) return undefined;
  const alike = ids.some(
    (id) => id.startsWith(bearer.slice(0, 8)) || id.endsWith(bearer.slice(-8)),
  );
  return alike ? 'altered-token' : 'unknown-token';
}

function answerWith(status: number): Response {
  if (status === 200) return Response.json([]);
  if (status === 302) return new Response(null, { status, headers: { Location: '/login' } });
  return Response.json({ error: 'unauthorized' }, { status });
}

/** Each wrong status for each kind of refusal. */
export const refusalsFaults: readonly Behaviour[] = kinds.flatMap((kind) =>
  [200, 302, 400, 403, 404, 500].map(
    (status): Behaviour => ({
      name: `${kind}-${status}`,
      says: `${kind.replace('-', ' ')} is answered with ${status}`,
      trips: [`${kind}-refused`],
      refusal: (usual, request, store) =>
        kindOf(request, store) === kind ? answerWith(status) : usual,
    }),
  ),
);
