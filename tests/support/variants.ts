import { randomBytes, randomUUID } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { recordOf } from '../../src/reference/answers.ts';
import type { Behaviour } from '../../src/reference/behaviour.ts';
import { inEvery, inOne, rewritten, used, withHeaders } from '../../src/reference/faults/edit.ts';
import type { Store } from '../../src/reference/store.ts';
import { variantsInFront } from './variants-in-front.ts';
import { outsideVariants } from './variants-outside.ts';

/** Liberties that HTTP, JSON and the contract leave: none of them may be found fault with. */

function withType(name: string, type: string): Behaviour {
  return {
    name: `media-type-${name}`,
    says: `the media type is ${type}`,
    trips: [],
    response: (usual) => withHeaders(usual, { 'Content-Type': type }),
  };
}

function withTokens(name: string, says: string, newToken: () => string): Behaviour {
  return { name: `tokens-${name}`, says, trips: [], newToken };
}

function withRefusal(name: string, says: string, body: string | null, type: string): Behaviour {
  return {
    name: `refusal-${name}`,
    says,
    trips: [],
    rejection: (usual) => withHeaders(new Response(body, usual), { 'Content-Type': type }),
  };
}

/** A server whose clock is off; its Date header tells so. */
function withClock(name: string, ms: number): Behaviour {
  const shifted = <T extends number | null>(time: T) => (time === null ? time : time + ms);
  return {
    name: `clock-${name}`,
    says: `the clock is ${ms / 60_000} minutes off`,
    trips: [],
    around: async (request, usual) => {
      const response = await usual(request);
      return withHeaders(response, { Date: new Date(Date.now() + ms).toUTCString() });
    },
    record: (one) => ({
      ...one,
      createdAt: shifted(one.createdAt),
      lastUsedAt: shifted(one.lastUsedAt),
    }),
  };
}

/** Answers with a status while `busy` says so, and tells when to come back. */
function unavailable(name: string, status: number, busy: (count: number) => boolean): Behaviour {
  return {
    name: `unavailable-${name}`,
    says: `answers ${status} now and then`,
    trips: [],
    around: counting((count, request, usual) =>
      busy(count)
        ? new Response('busy', { status, headers: { 'Retry-After': '0' } })
        : usual(request),
    ),
  };
}

/** A hook that is told how many requests came before; each portal counts anew. */
function counting(
  hook: (
    count: number,
    request: Request,
    usual: (request: Request) => Promise<Response>,
    store: Store,
  ) => Response | Promise<Response>,
): NonNullable<Behaviour['around']> {
  const counts = new WeakMap<Store, number>();
  return (request, usual, store) => {
    const count = counts.get(store) ?? 0;
    counts.set(store, count + 1);
    return hook(count, request, usual, store);
  };
}

/** When somebody began to delete a token, by portal. */
const deletions = new WeakMap<Store, number>();

/** When others last did something, by portal. */
const acted = new WeakMap<Store, number>();
/** What they did, counted. */
const acts = new WeakMap<Store, number>();

/** Does what others do in 40 ms as often as it is due: they do not wait for our requests. */
function catchUp(store: Store): void {
  const due = Math.floor((Date.now() - (acted.get(store) ?? Date.now() - 40)) / 40);
  if (due === 0) return;
  acted.set(store, Date.now());
  for (let act = 0; act < Math.min(due, 50); act += 1) {
    const count = (acts.get(store) ?? 0) + 1;
    acts.set(store, count);
    const user = store.users[count % 3];
    if (user) store.addToken(user, `Made meanwhile ${count}`, null);
    const [oldest, newer] = store.tokens.filter(({ name }) => name.startsWith('Made meanwhile'));
    if (newer) Object.assign(newer, { name: `${newer.name}, renamed`, lastUsedAt: Date.now() });
    if (oldest && store.tokens.length > 12) store.removeToken(oldest);
  }
}

const justNow = Date.now();

export const variants: readonly Behaviour[] = [
  withType('charset', 'application/json; charset=utf-8'),
  withType('case', 'Application/JSON;Charset="UTF-8"'),
  withType('suffix', 'application/vnd.portal+json'),
  {
    name: 'white-space',
    says: 'the JSON text is spread over lines',
    trips: [],
    response: rewritten(
      (text) =>
        `\n${JSON.stringify(JSON.parse(text), undefined, '\t').replaceAll('\n', '\r\n')}\r\n`,
    ),
  },
  {
    name: 'escapes',
    says: 'all text is written with escapes',
    trips: [],
    response: rewritten((text) =>
      text
        .replace(/[^"\\{}[\],:\d-]/g, (one) =>
          /["a-z]/.test(one) ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
        )
        .replace(/\\u0020/g, ' '),
    ),
  },
  {
    name: 'decimals',
    says: 'integers are written as decimals',
    trips: [],
    response: rewritten((text) =>
      text.replace(/:(\d{13})\b/g, ':$1.0').replace(/"userId":(\d+)/g, '"userId":$1.0'),
    ),
  },
  {
    name: 'exponents',
    says: 'integers are written with exponents',
    trips: [],
    response: rewritten((text) => text.replace(/"userId":(\d+)/g, '"userId":$1e0')),
  },
  {
    name: 'key-order',
    says: 'members come in another order',
    trips: [],
    record: inEvery((one) => Object.fromEntries(Object.entries(one).reverse())),
  },
  {
    name: 'newborn',
    says: 'all tokens were created a moment ago',
    trips: [],
    record: inEvery((one) => ({
      ...one,
      createdAt: justNow,
      lastUsedAt: one.lastUsedAt && Math.max(one.lastUsedAt, justNow),
    })),
  },
  {
    name: 'order',
    says: 'the list comes in another order at every read',
    trips: [],
    body: (usual) => usual.sort(() => Math.random() - 0.5),
  },
  {
    name: 'gzip',
    says: 'the answer is compressed',
    trips: [],
    response: async (usual) =>
      withHeaders(new Response(gzipSync(await usual.text()), usual), {
        'Content-Encoding': 'gzip',
      }),
  },
  {
    name: 'deflate',
    says: 'the answer is compressed otherwise',
    trips: [],
    response: async (usual) =>
      withHeaders(new Response(deflateSync(await usual.text()), usual), {
        'Content-Encoding': 'deflate',
      }),
  },
  {
    name: 'x-gzip',
    says: 'the answer is compressed, under the old name of gzip',
    trips: [],
    response: async (usual) =>
      withHeaders(new Response(gzipSync(await usual.text()), usual), {
        'Content-Encoding': 'x-gzip',
      }),
  },
  {
    name: 'headers-more',
    says: 'the answer has further headers, and may be kept by the reader',
    trips: [],
    response: (usual) =>
      withHeaders(usual, {
        'Cache-Control': 'private, max-age=5, must-revalidate',
        ETag: '"a"',
        Vary: 'Authorization',
        Link: '<broken',
        'Set-Cookie': 'visited=1',
      }),
  },
  {
    name: 'connection-close',
    says: 'each answer ends its connection',
    trips: [],
    around: async (request, usual) => withHeaders(await usual(request), { Connection: 'close' }),
  },
  {
    name: 'whoami-uuid',
    says: 'whoami tells another kind of id',
    trips: [],
    around: async (request, usual) => {
      const response = await usual(request);
      if (!request.url.endsWith('/whoami') || response.status !== 200) return response;
      const body = (await response.json()) as { userId: number };
      const userId = `0b2f3c1e-8d52-4f6e-9a1b-${String(body.userId).padStart(12, '0')}`;
      return Response.json({ ...body, userId });
    },
  },
  {
    name: 'chunked',
    says: 'the answer comes in pieces that cut characters in two',
    trips: [],
    record: (one) => ({ ...one, name: 'Ævar Øystein 🚢' }),
    response: async (usual) => {
      const bytes = new Uint8Array(await usual.arrayBuffer());
      const stream = new ReadableStream({
        async start(controller) {
          for (let at = 0; at < bytes.length; at += 7) {
            controller.enqueue(bytes.slice(at, at + 7));
            if (at % 70 === 0) await new Promise(setImmediate);
          }
          controller.close();
        },
      });
      return new Response(stream, usual);
    },
  },
  {
    name: 'members-more',
    says: 'records have further members',
    trips: ['undocumented-members'],
    record: inEvery((one) => ({
      ...one,
      expiresAt: null,
      scopes: ['core'],
    })),
  },
  {
    name: 'restrictions-further',
    says: 'restrictions have further members',
    trips: [],
    record: inEvery((one) => ({
      ...one,
      restrictions: one.restrictions && { ...one.restrictions, paths: ['/charts'] },
    })),
  },
  {
    name: 'restrictions-empty',
    says: 'no limits are an empty object',
    trips: [],
    record: inEvery((one) => ({
      ...one,
      restrictions: one.restrictions ?? {},
    })),
  },
  {
    name: 'names-odd',
    says: 'names are empty, long and full of signs',
    trips: [],
    record: inEvery((one) => ({
      ...one,
      name: ['', 'x'.repeat(300_000), '\u0000\u001b[31m', '"}],[{"', 'null', '\ud800'][
        one.createdAt % 6
      ],
    })),
  },
  {
    name: 'addresses-words',
    says: 'addresses are words',
    trips: ['user-email-address'],
    record: inEvery((one) => ({
      ...one,
      userEmail: `admin${one.userId}`,
    })),
  },
  withTokens('uuid', 'tokens are UUIDs', randomUUID),
  withTokens('base64', 'tokens are base64', () => randomBytes(32).toString('base64')),
  withTokens('base64url', 'tokens are base64url', () => randomBytes(24).toString('base64url')),
  withTokens('jwt', 'tokens are made of three parts', () =>
    [12, 40, 32].map((size) => randomBytes(size).toString('base64url')).join('.'),
  ),
  withTokens('short', 'tokens are short', () => randomBytes(8).toString('hex')),
  withTokens('long', 'tokens are long', () => randomBytes(600).toString('hex')),
  withTokens(
    'signs',
    'tokens hold every sign that they may',
    () => `~._-+/${randomBytes(9).toString('hex')}==`,
  ),
  withRefusal('empty', 'a 401 has no body', null, 'text/plain'),
  withRefusal('page', 'a 401 is a page', '<!doctype html><title>Sign in</title>', 'text/html'),
  withRefusal('null', 'a 401 is null', 'null', 'application/json'),
  withRefusal(
    'broken',
    'the body of a 401 is no JSON, though it says so',
    '{"error"',
    'application/json',
  ),
  withRefusal(
    'numbered',
    'a 401 has an id and a time of its own',
    JSON.stringify({ error: { id: 'e-7f3a', createdAt: 1751324403000 } }),
    'application/json',
  ),
  {
    name: 'challenges-several',
    says: 'a 401 holds several challenges',
    trips: [],
    rejection: (usual) =>
      withHeaders(usual, {
        'WWW-Authenticate': 'Basic realm="x, y", bearer realm="portal", error="invalid_token"',
      }),
  },
  ...[400, 403, 431].map(
    (status): Behaviour => ({
      name: `proxy-${status}`,
      says: `a proxy answers what it cannot read with ${status}`,
      trips: [],
      around: (request, usual) =>
        /.{2000}|[^ -~]/.test(request.headers.get('authorization') ?? '')
          ? new Response('refused by the proxy', { status })
          : usual(request),
    }),
  ),
  {
    name: 'token-case',
    says: 'the case of a token is ignored',
    trips: ['token-case-ignored'],
    authenticate: (usual, request, store) => {
      const bearer = (request.headers.get('authorization') ?? '')
        .replace(/^bearer /i, '')
        .toLowerCase();
      const token = store.tokens.find(({ id }) => id === bearer);
      const user = token && store.user(token.userId);
      return (
        usual ??
        (user && /^bearer /i.test(request.headers.get('authorization') ?? '')
          ? { user, token }
          : undefined)
      );
    },
  },
  withClock('behind', -10 * 60_000),
  withClock('ahead', 10 * 60_000),
  {
    name: 'no-date',
    says: 'no answer has a Date header',
    trips: [],
    sendsDate: false,
  },
  {
    name: 'use-late',
    says: 'a use is recorded a moment after the answer',
    trips: [],
    use: (token) => {
      const now = Date.now();
      setTimeout(() => {
        token.lastUsedAt = Math.max(now, token.lastUsedAt ?? 0);
      }, 60);
    },
  },
  {
    name: 'use-coalesced',
    says: 'a use is recorded once in a second',
    trips: [],
    use: (token) => {
      const now = Date.now();
      if (now - (token.lastUsedAt ?? 0) >= 1000) token.lastUsedAt = now;
    },
  },
  {
    name: 'no-whoami',
    says: 'there is no /auth/whoami',
    trips: [],
    around: (request, usual) =>
      request.url.endsWith('/whoami') ? new Response('not found', { status: 404 }) : usual(request),
  },
  unavailable('restart', 503, (count) => count === 3),
  unavailable('limited', 429, (count) => count % 5 === 4),
  {
    name: 'clocks-apart',
    says: 'uses are noted by a clock that is three seconds behind that of creations',
    trips: [],
    record: inOne(used, (record) => ({ ...record, lastUsedAt: record.createdAt - 3000 })),
  },
  {
    name: 'refusal-audited',
    says: 'a rejection has an id, a name, a time, and members of users that are null',
    trips: [],
    rejection: ({ status, headers }) =>
      Response.json(
        {
          ...{ id: 'a1', name: 'Unauthorized', userId: null, userEmail: null },
          ...{ createdAt: Date.now(), lastUsedAt: null, message: 'no valid token' },
        },
        { status, headers },
      ),
  },
  {
    name: 'deleted-by-others',
    says: 'somebody deletes an old token during the run, and one of two processes learns of it late',
    trips: [],
    visible: (usual, { user }, store) => {
      if (user.accountId !== 1 || store.reads < 8) return usual;
      const [old] = usual.filter(({ userId, restrictions }) => userId === 1 && restrictions);
      const begun = deletions.get(store) ?? Date.now();
      deletions.set(store, begun);
      const knows = Date.now() - begun > 120 || Math.random() < 0.5;
      return knows ? usual.filter((one) => one !== old) : usual;
    },
  },
  {
    name: 'busy',
    says: 'others make, use, rename and delete tokens all the time',
    trips: [],
    around: (request, usual, store) => {
      catchUp(store);
      return usual(request);
    },
  },
  {
    name: 'long-list',
    says: 'the account has thousands of tokens',
    trips: [],
    visible: (usual, { user }, store) => {
      if (usual.length < 3000)
        for (let n = 0; n < 3000; n += 1) store.addToken(user, `Token ${n}`, null);
      return store.tokensOf(user.accountId);
    },
  },
  ...inFull([
    { name: 'full-plain', says: 'nothing is special', trips: [] },
    { name: 'deletion-slow', says: 'deleting an account takes a while', trips: [], jobMs: 600 },
    {
      name: 'created-201',
      says: 'what is created is answered with 201',
      trips: [],
      around: async (request, usual) => {
        const response = await usual(request);
        const made = request.method === 'POST' && /(apiTokens|create\w+)$/i.test(request.url);
        return made
          ? new Response(response.body, { status: 201, headers: response.headers })
          : response;
      },
    },
    {
      name: 'writes-lag',
      says: 'nothing knows of what was created for a moment',
      trips: [],
      ignores: (madeAt) => Date.now() - madeAt < 150,
    },
    {
      name: 'four-processes',
      says: 'three of four processes learn of a change a moment later',
      trips: [],
      ignores: (madeAt) => Date.now() - madeAt < 200 && Math.random() < 0.75,
      deleted: (token, store) => void setTimeout(() => store.removeToken(token), 100),
      logout: (session, store) => void setTimeout(() => store.sessions.delete(session), 100),
    },
    {
      name: 'update-answers-old',
      says: 'an update answers the token as it was before',
      trips: [],
      around: async (request, usual, store) => {
        const [, id] = /\/apiTokens\/([^/]+)$/.exec(request.url) ?? [];
        const token = store.tokens.find((one) => one.id === id);
        const before = token && JSON.stringify(recordOf(store, token));
        const response = await usual(request);
        if (request.method !== 'POST' || !before || !response.ok) return response;
        return new Response(before, response);
      },
    },
    {
      name: 'error-for-hard-names',
      says: 'names that are long, have a NUL or are taken are answered with 500',
      trips: [],
      around: async (request, usual, store) => {
        const isCreation = request.method === 'POST' && request.url.endsWith('/apiTokens');
        const { name } = isCreation
          ? ((await request.clone().json()) as { name?: unknown })
          : { name: undefined };
        const isHard =
          typeof name === 'string' &&
          (name.includes('\0') ||
            name.length > 255 ||
            (name === 'the same name' && store.tokens.some((one) => one.name === name)));
        return isHard ? Response.json({ error: 'internal' }, { status: 500 }) : usual(request);
      },
    },
    unavailable('limited-writes', 429, (count) => count % 7 === 6),
  ]),
  ...outsideVariants,
  ...variantsInFront,
];

/** The same where the run makes its own users. */
function inFull(behaviours: readonly Behaviour[]): Behaviour[] {
  return behaviours.map((behaviour) => ({ ...behaviour, profile: 'full' }));
}
