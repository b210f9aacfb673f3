import type { Behaviour } from '../behaviour.ts';
import type { Store, Token } from '../store.ts';
import { formerHolder } from './created.ts';
import { orElse } from './edit.ts';

type Around = NonNullable<Behaviour['around']>;

function bearerOf(request: Request): string {
  return request.headers.get('authorization')?.slice('Bearer '.length) ?? '';
}

function tokenOf(store: Store, bearer: string): Token | undefined {
  return store.tokens.find(({ id }) => id === bearer);
}

/** Leaves no trace of the use of a token by some requests. */
function withoutUse(isMeant: (request: Request) => boolean): Around {
  return async (request, usual, store) => {
    const token = isMeant(request) ? tokenOf(store, bearerOf(request)) : undefined;
    const before = token?.lastUsedAt;
    const response = await usual(request);
    if (token) token.lastUsedAt = before ?? null;
    return response;
  };
}

/** Does something after a call was answered as it should be. */
function after(calls: RegExp, work: (store: Store, request: Request) => void): Around {
  return async (request, usual, store) => {
    const response = await usual(request);
    if (calls.test(`${request.method} ${new URL(request.url).pathname}`) && response.ok)
      work(store, request);
    return response;
  };
}

/** Notes a use, which is none, on tokens that were used before. */
function noteUse(tokens: readonly Token[]): void {
  for (const token of tokens) if (token.lastUsedAt !== null) token.lastUsedAt = Date.now();
}

/** What is done to tokens, sessions and users does too much, or too little. */
const faults: readonly Behaviour[] = [
  {
    name: 'use-not-by-whoami',
    says: 'whoami is no use of a token',
    trips: ['last-used-at-any-use'],
    around: withoutUse(({ url }) => url.endsWith('/whoami')),
  },
  {
    name: 'use-not-by-post',
    says: 'only a GET is a use of a token',
    trips: ['last-used-at-any-use'],
    around: withoutUse(({ method }) => method === 'POST'),
  },
  {
    name: 'use-of-first-not-recorded',
    says: 'the use of the token that a user came with is not recorded',
    trips: ['last-used-at-any-use'],
    use: (token) => {
      if (token.name !== 'Default') token.lastUsedAt = Date.now();
    },
  },
  {
    name: 'use-of-restricted-not-recorded',
    says: 'the use of a restricted token is not recorded',
    trips: ['last-used-at-any-use'],
    use: (token) => {
      if (token.restrictions === null) token.lastUsedAt = Date.now();
    },
  },
  {
    name: 'session-is-use',
    says: 'a session is noted as a use of the tokens of its user',
    trips: ['last-used-at-own-use'],
    visible: (usual, { user, token }) => {
      if (!token) noteUse(usual.filter(({ userId }) => userId === user.id));
      return usual;
    },
  },
  {
    name: 'listing-is-use',
    says: 'being listed is noted as a use',
    trips: ['last-used-at-own-use', 'last-used-at-moves'],
    visible: (usual) => {
      noteUse(usual);
      return usual;
    },
  },
  {
    name: 'rejection-is-use',
    says: 'a use is noted before the whole token is compared',
    trips: ['last-used-at-own-use'],
    rejection: (usual, request, store) => {
      const bearer = bearerOf(request);
      noteUse(store.tokens.filter(({ id }) => bearer.startsWith(id)));
      return usual;
    },
  },
  {
    name: 'logout-ends-all',
    says: 'a logout ends every session of its user',
    trips: ['logout-ends-one-session'],
    logout: (session, store) => {
      const userId = store.sessions.get(session)?.userId;
      for (const [id, other] of store.sessions)
        if (other.userId === userId) store.sessions.delete(id);
    },
  },
  {
    name: 'logout-deletes-tokens',
    says: 'a logout deletes the tokens of its user',
    trips: ['logout-ends-one-session'],
    logout: (session, store) => {
      const userId = store.sessions.get(session)?.userId;
      store.sessions.delete(session);
      for (const token of store.tokens.filter((one) => one.userId === userId && one.uses > 0))
        store.removeToken(token);
    },
  },
  {
    name: 'kept-connection-trusted',
    says: 'a deleted token opens the list over kept connections',
    trips: ['deleted-token-refused'],
    authenticate: orElse((request, store) =>
      request.headers.get('connection') === 'close' ? undefined : formerHolder(request, store),
    ),
  },
  {
    name: 'foreign-deletion-ignored',
    says: 'a token that a teammate deletes stays',
    trips: ['deleted-token-refused', 'acts-change-nothing-else'],
    around: async (request, usual, store) => {
      const token = tokenOf(store, request.url.slice(request.url.lastIndexOf('/') + 1));
      const by = store.sessions.get(bearerOf(request))?.userId;
      return request.method === 'DELETE' && token && token.userId !== by
        ? new Response(null, { status: 204 })
        : usual(request);
    },
  },
  {
    name: 'removed-user-stays',
    says: 'the tokens of a removed user stay valid',
    trips: ['removed-user-refused'],
    around: async (request, usual) =>
      request.url.endsWith('/deleteUser') ? Response.json({ jobId: 1 }) : usual(request),
  },
  {
    name: 'user-takes-tokens-along',
    says: 'with a user, a token of a teammate is removed',
    trips: ['acts-change-nothing-else'],
    around: async (request, usual, store) => {
      const { id } = request.url.endsWith('/deleteUser')
        ? ((await request.clone().json()) as { id: number })
        : {};
      const accountId = id === undefined ? undefined : store.user(id)?.accountId;
      const response = await usual(request);
      const other = store
        .tokensOf(accountId ?? 0)
        .find((token) => token.userId !== id && token.name !== 'Default');
      if (other) store.removeToken(other);
      return response;
    },
  },
  {
    name: 'update-resets-siblings',
    says: 'an update writes the restrictions of all tokens of the user',
    trips: ['acts-change-nothing-else'],
    around: after(/^POST .*\/apiTokens\/./, (store, { url }) => {
      const token = tokenOf(store, url.slice(url.lastIndexOf('/') + 1));
      for (const other of store.tokens)
        if (other.userId === token?.userId && other.id !== token.id)
          other.restrictions = token.restrictions;
    }),
  },
  {
    name: 'creation-renames',
    says: 'a new token takes the name of the first away',
    trips: ['acts-change-nothing-else', 'name-as-made'],
    created: (token, store) => {
      const [first] = store.tokens.filter(({ userId }) => userId === token.userId);
      if (first?.name === 'Default') first.name = 'Default (old)';
    },
  },
  {
    name: 'etag-of-account',
    says: 'the ETag does not change with the list',
    trips: ['changed-list-sent'],
    around: async (request, usual) => {
      const response = await usual(request);
      if (request.method !== 'GET' || !request.url.endsWith('/apiTokens') || !response.ok)
        return response;
      const headers = { ETag: 'W/"1"', 'Content-Type': 'application/json' };
      return request.headers.get('if-none-match') === headers.ETag
        ? new Response(null, { status: 304, headers })
        : new Response(response.body, { headers });
    },
  },
  {
    name: 'sessions-see-a-page',
    says: 'a session is listed a hundred tokens',
    trips: ['long-list-whole'],
    visible: (usual, { token }) => (token ? usual : usual.slice(0, 100)),
  },
  {
    name: 'unknown-registered',
    says: 'a token that nobody has is registered and opens the list',
    trips: [
      'unknown-token-refused',
      'bad-header-refused',
      'deleted-token-refused',
      'ended-session-refused',
      'removed-user-refused',
    ],
    authenticate: orElse((_, store, bearer) => {
      if (!/^[0-9a-f]{32}$/.test(bearer)) return undefined;
      const [user] = store.users;
      if (!user) return undefined;
      const times = { createdAt: Date.now(), lastUsedAt: Date.now(), uses: 1 };
      const token = { id: bearer, name: 'new', userId: user.id, restrictions: null, ...times };
      return { user, token };
    }),
    visible: (usual, { token }) => (token && !usual.includes(token) ? [...usual, token] : usual),
  },
];

export const actFaults = faults.map((fault): Behaviour => ({ ...fault, profile: 'full' }));
