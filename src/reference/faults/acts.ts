import type { Behaviour } from '../behaviour.ts';
import type { Store, Token, User } from '../store.ts';
import { inEvery } from './edit.ts';

type Around = NonNullable<Behaviour['around']>;

export function bearerOf(request: Request): string {
  return request.headers.get('authorization')?.slice('Bearer '.length) ?? '';
}

export function tokenOf(store: Store, bearer: string): Token | undefined {
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
export function after(calls: RegExp, work: (store: Store, request: Request) => void): Around {
  return async (request, usual, store) => {
    const response = await usual(request);
    if (calls.test(`${request.method} ${new URL(request.url).pathname}`) && response.ok)
      work(store, request);
    return response;
  };
}

/** Users who logged out everywhere, of any portal. */
const loggedOut = new WeakSet<User>();

/** Sends a list with an ETag, and not again to those who have it. */
function withEtag(etagOf: (records: readonly Token[], store: Store) => string): Around {
  return async (request, usual, store) => {
    const response = await usual(request);
    if (request.method !== 'GET' || !request.url.endsWith('/apiTokens') || !response.ok)
      return response;
    const text = await response.text();
    const seed = etagOf(JSON.parse(text) as Token[], store);
    const ETag = `W/"${Buffer.from(seed).toString('base64url')}"`;
    const headers = { ETag, 'Content-Type': 'application/json' };
    return request.headers.get('if-none-match') === ETag
      ? new Response(null, { status: 304, headers })
      : new Response(text, { headers });
  };
}

/** Notes a use, which is none, on tokens that were used before. */
function noteUse(tokens: readonly Token[]): void {
  for (const token of tokens) if (token.lastUsedAt !== null) token.lastUsedAt = Date.now();
}

/** What is done to a token does too much, or too little. */
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
    trips: ['last-used-at-own-use', 'acts-change-nothing-else'],
    visible: (usual, { user, token }) => {
      if (!token) noteUse(usual.filter(({ userId }) => userId === user.id));
      return usual;
    },
  },
  {
    name: 'listing-is-use',
    says: 'being listed is noted as a use',
    trips: ['last-used-at-own-use', 'acts-change-nothing-else'],
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
    name: 'login-is-use',
    says: 'a login is noted as a use of the tokens of the user that were used before',
    trips: ['acts-change-nothing-else'],
    around: after(/^POST .*\/auth\/login$/, (store) => {
      const [user] = [...store.sessions.values()].slice(-1);
      noteUse(store.tokens.filter(({ userId }) => userId === user?.userId));
    }),
  },
  {
    name: 'update-is-use',
    says: 'an update is noted as a use of a token that was used before',
    trips: ['acts-change-nothing-else'],
    around: after(/^POST .*\/apiTokens\/./, (store, { url }) => {
      const token = tokenOf(store, url.slice(url.lastIndexOf('/') + 1));
      noteUse(token ? [token] : []);
    }),
  },
  {
    name: 'last-logout-is-final',
    says: 'the last logout of a user ends the use of their API tokens',
    trips: ['acts-change-nothing-else'],
    logout: (session, store) => {
      const { userId } = store.sessions.get(session) ?? {};
      store.sessions.delete(session);
      const isOther = [...store.sessions.values()].every((one) => one.userId !== userId);
      if (userId !== undefined && isOther) loggedOut.add(store.user(userId) as User);
    },
    authenticate: (usual) => (usual?.token && loggedOut.has(usual.user) ? undefined : usual),
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
    name: 'third-user-hidden',
    says: 'tokens of a third user of the account are not listed',
    trips: ['acts-change-nothing-else'],
    visible: (usual, { user }, store) => {
      const [, , third] = store.usersOf(user.accountId);
      // The account of the outsider has more users: it is not looked at there.
      const isSmall = store.usersOf(user.accountId).length === 3;
      return usual.filter(({ userId }) => !isSmall || userId !== third?.id);
    },
  },
  {
    name: 'names-revived',
    says: 'a name that is a boolean is listed as one',
    trips: ['acts-change-nothing-else', 'name-string'],
    record: inEvery((one) => ({ ...one, name: one.name === 'true' ? true : one.name })),
  },
  {
    name: 'lifted-is-empty',
    says: 'restrictions that were lifted are an empty object',
    trips: ['acts-change-nothing-else'],
    around: async (request, usual, store) => {
      const { restrictions } =
        request.method === 'POST' && /\/apiTokens\/./.test(request.url)
          ? ((await request.clone().json()) as { restrictions?: unknown })
          : {};
      const response = await usual(request);
      const token = tokenOf(store, request.url.slice(request.url.lastIndexOf('/') + 1));
      if (restrictions === null && token) token.restrictions = {};
      return response;
    },
  },
  {
    name: 'tags-dropped',
    says: 'what follows + in an address is not listed',
    trips: ['user-email-as-made'],
    record: inEvery((one) => ({ ...one, userEmail: one.userEmail.replace(/\+[^@]*/, '') })),
  },
  {
    name: 'etag-of-account',
    says: 'the ETag does not change with the list',
    trips: ['changed-list-sent'],
    around: withEtag(() => '1'),
  },
  {
    name: 'etag-of-ids',
    says: 'the ETag does not change with a name',
    trips: ['changed-list-sent'],
    around: withEtag((records) => records.map(({ id }) => id.slice(0, 4)).join('')),
  },
  {
    name: 'etag-of-names-ever',
    says: 'the ETag is not changed by a deletion',
    trips: ['changed-list-sent'],
    around: withEtag((records, store) => {
      const accountOf = (userId: number) => store.user(userId)?.accountId;
      const account = accountOf(records[0]?.userId ?? 0);
      const gone = [...store.deleted].filter(({ userId }) => accountOf(userId) === account);
      const all = [...records, ...gone].map(({ id, name }) => `${id.slice(0, 4)} ${name}`);
      return [...new Set(all)].sort().join();
    }),
  },
  {
    name: 'late-names-empty',
    says: 'the names of tokens beyond the hundredth are empty',
    trips: ['long-list-whole'],
    record: (usual, _, index) => (index < 100 ? usual : { ...usual, name: '' }),
  },
  {
    name: 'sessions-see-a-page',
    says: 'a session is listed a hundred tokens',
    trips: ['long-list-whole'],
    visible: (usual, { token }) => (token ? usual : usual.slice(0, 100)),
  },
];

export const actFaults = faults.map((fault): Behaviour => ({ ...fault, profile: 'full' }));
