import type { Behaviour } from '../behaviour.ts';
import { bearerOf, tokenOf } from './acts.ts';
import { formerHolder } from './created.ts';
import { orElse } from './edit.ts';

/** Sessions that were ended, with their user, of any portal. */
const ended = new Map<string, number>();

/** Tokens of removed accounts, of any portal. */
const orphans = new Set<string>();

/** A deletion, a logout or a removal ends too much, or too little. */
const faults: readonly Behaviour[] = [
  {
    name: 'logout-ends-all',
    says: 'a logout ends every session of its user',
    trips: ['acts-change-nothing-else'],
    logout: (session, store) => {
      const userId = store.sessions.get(session)?.userId;
      for (const [id, other] of store.sessions)
        if (other.userId === userId) store.sessions.delete(id);
    },
  },
  {
    name: 'logout-deletes-tokens',
    says: 'a logout deletes the tokens of its user',
    trips: ['acts-change-nothing-else'],
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
    trips: ['deleted-token-refused', 'acts-change-nothing-else', 'last-used-at-any-use'],
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
    name: 'orphans-open',
    says: 'the tokens of a removed account open the list of nobody',
    trips: ['removed-account-refused'],
    around: async (request, usual, store) => {
      if (request.url.endsWith('/deleteAccount')) {
        const { id } = (await request.clone().json()) as { id: number };
        for (const token of store.tokensOf(id)) orphans.add(token.id);
        return usual(request);
      }
      const response = await usual(request);
      const isOrphan = response.status === 401 && orphans.has(bearerOf(request));
      return isOrphan && request.method === 'GET' ? Response.json([]) : response;
    },
  },
  {
    name: 'user-takes-tokens-along',
    says: 'with a user who has several tokens, one of a teammate is removed',
    trips: ['acts-change-nothing-else'],
    around: async (request, usual, store) => {
      const { id } = request.url.endsWith('/deleteUser')
        ? ((await request.clone().json()) as { id: number })
        : {};
      const accountId = id === undefined ? undefined : store.user(id)?.accountId;
      const hasSeveral = store.tokens.filter(({ userId }) => userId === id).length > 2;
      const response = await usual(request);
      if (!hasSeveral) return response;
      const other = store
        .tokensOf(accountId ?? 0)
        .find((token) => token.userId !== id && token.name !== 'Default');
      if (other) store.removeToken(other);
      return response;
    },
  },
  {
    name: 'logout-deletes-token',
    says: 'a logout with an API token deletes it',
    trips: ['acts-change-nothing-else'],
    logout: (session, store) => {
      store.sessions.delete(session);
      const token = tokenOf(store, session);
      if (token) store.removeToken(token);
    },
  },
  {
    name: 'logins-double',
    says: 'tokens of a user with three sessions are listed twice',
    trips: ['tokens-unique'],
    body: (usual, { user }, store) =>
      [...store.sessions.values()].filter(({ userId }) => userId === user.id).length >= 2
        ? [...usual, ...usual.slice(0, 1)]
        : usual,
  },
  {
    name: 'session-revived',
    says: 'a session that was ended is valid again after the next login',
    trips: ['ended-session-refused'],
    logout: (session, store) => {
      const known = store.sessions.get(session);
      store.sessions.delete(session);
      if (known) ended.set(session, known.userId);
    },
    authenticate: orElse((_, store, bearer) => {
      const userId = ended.get(bearer);
      const isBack = [...store.sessions.values()].some((one) => one.userId === userId);
      const user = isBack && userId !== undefined ? store.user(userId) : undefined;
      return user && { user };
    }),
  },
  {
    name: 'first-token-refused',
    says: 'the token that a user came with is refused',
    trips: ['every-kind-accepted'],
    authenticate: (usual) => (usual?.token?.name === 'Default' ? undefined : usual),
  },
  {
    name: 'nameless-refused',
    says: 'a token without a name is refused',
    trips: ['every-kind-accepted'],
    authenticate: (usual) => (usual?.token?.name === '' ? undefined : usual),
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
      'removed-account-refused',
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

export const endingFaults = faults.map((fault): Behaviour => ({ ...fault, profile: 'full' }));
