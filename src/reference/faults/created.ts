import type { Behaviour, Principal } from '../behaviour.ts';
import type { Store, Token } from '../store.ts';
import { inEvery } from './edit.ts';

const hour = 60 * 60 * 1000;

/** Tokens that were deleted and of which something is left, by portal. */
const ghosts = new WeakMap<Store, Set<Token>>();

function haunt(token: Token, store: Store): void {
  ghosts.set(store, (ghosts.get(store) ?? new Set()).add(token));
}

/** Who holds a deleted token. */
function ghostOf(request: Request, store: Store): Principal | undefined {
  const bearer = request.headers.get('authorization')?.slice('Bearer '.length);
  const token = [...(ghosts.get(store) ?? [])].find(({ id }) => id === bearer);
  const user = token && store.user(token.userId);
  return user && { user, token };
}

function isGhost(token: Token | undefined, store: Store): boolean {
  return token !== undefined && (ghosts.get(store)?.has(token) ?? false);
}

/** Tokens whose first use was let pass. */
const usedOnce = new WeakSet<Token>();

/** The place of a token among those of its user, oldest first. */
function placeOf(token: Token, store: Store): number {
  return store.tokens.filter(({ userId }) => userId === token.userId).indexOf(token);
}

/** The tokens that every user of a full run has before it makes more. */
const atFirst = 4;

const faults: readonly Behaviour[] = [
  inEvery('name-cut', 'names are cut', ['name-as-made'], (one) => ({
    ...one,
    name: one.name.slice(0, 30),
  })),
  inEvery('name-ascii', 'letters outside ASCII are spoilt', ['name-as-made'], (one) => ({
    ...one,
    name: one.name.replace(/[^ -~]/g, '?'),
  })),
  inEvery(
    'user-id-shifted',
    'userIds are of other users',
    ['user-id-as-made', 'creator-own'],
    (one) => ({
      ...one,
      userId: one.userId + 1000,
    }),
  ),
  inEvery(
    'user-email-upper-case',
    'addresses are in upper case',
    ['user-email-as-made'],
    (one) => ({
      ...one,
      userEmail: one.userEmail.toUpperCase(),
    }),
  ),
  inEvery('created-at-early', 'createdAt is an hour early', ['created-at-when-made'], (one) => ({
    ...one,
    createdAt: one.createdAt - hour,
  })),
  inEvery(
    'unused-shows-creation',
    'a token never used shows when it was made',
    ['last-used-at-null-when-unused', 'last-used-at-on-use'],
    (one) => ({ ...one, lastUsedAt: one.lastUsedAt ?? one.createdAt }),
  ),
  inEvery(
    'restrictions-empty-for-none',
    'an empty object stands for unrestricted',
    ['restrictions-null-when-none'],
    (one) => ({
      ...one,
      restrictions: one.restrictions ?? {},
    }),
  ),
  inEvery(
    'restrictions-dropped',
    'restrictions are not listed',
    ['restrictions-as-made'],
    (one) => ({
      ...one,
      restrictions: null,
    }),
  ),
  inEvery('hosts-first-only', 'one host is listed', ['restrictions-as-made'], (one) => {
    const { hosts } = (one.restrictions ?? {}) as { hosts?: string[] };
    return { ...one, restrictions: hosts ? { hosts: hosts.slice(0, 1) } : one.restrictions };
  }),
  {
    name: 'id-of-unused-reversed',
    says: 'a token never used is listed under an id that does not open anything',
    trips: ['listed-id-opens'],
    record: (one) =>
      one.lastUsedAt === null ? { ...one, id: [...one.id].reverse().join('') } : one,
  },
  {
    name: 'first-use-let-pass',
    says: 'the first use of a token is not recorded',
    trips: ['last-used-at-on-use'],
    use: (token) => {
      if (usedOnce.has(token)) token.lastUsedAt = Date.now();
      usedOnce.add(token);
    },
  },
  {
    name: 'session-read-touches',
    says: 'a read with a session counts as a use of another token',
    trips: ['read-changes-nothing'],
    visible: (usual, { token, user }, store) => {
      const [first] = usual;
      if (!token && first && store.usersOf(user.accountId).length === 1)
        first.lastUsedAt = Date.now();
      return usual;
    },
  },
  {
    name: 'deleted-token-opens',
    says: 'a deleted token still opens the list',
    trips: ['deleted-token-refused'],
    deleted: (token, store) => {
      haunt(token, store);
      store.removeToken(token);
    },
    authenticate: (usual, request, store) => usual ?? ghostOf(request, store),
  },
  {
    name: 'deleted-token-listed',
    says: 'a deleted token is still listed',
    trips: ['deleted-token-gone'],
    deleted: haunt,
    authenticate: (usual, _, store) => (isGhost(usual?.token, store) ? undefined : usual),
  },
  {
    name: 'session-for-ever',
    says: 'logout does not end a session',
    trips: ['ended-session-refused'],
    logout: () => {},
  },
  {
    name: 'default-hidden',
    says: 'the token that a user came with is not listed',
    trips: ['every-kind-listed'],
    visible: (usual) => usual.filter(({ name }) => name !== 'Default'),
  },
  {
    name: 'restricted-hidden',
    says: 'restricted tokens are not listed',
    trips: ['every-kind-listed'],
    visible: (usual) => usual.filter(({ restrictions }) => restrictions === null),
  },
  {
    name: 'new-hidden',
    says: "only a user's first tokens are listed",
    trips: ['new-token-listed', 'long-list-whole'],
    visible: (usual, _, store) => usual.filter((token) => placeOf(token, store) < atFirst),
  },
  {
    name: 'first-page',
    says: 'the first hundred tokens are listed',
    trips: ['long-list-whole'],
    visible: (usual) => usual.slice(0, 100),
  },
  {
    name: 'administrator-sees-all',
    says: 'an administrator sees the tokens of all accounts',
    trips: ['administrator-own-account'],
    visible: (usual, { user }, store) => (user.isAdmin ? store.tokens : usual),
  },
  {
    name: 'new-leaks',
    says: 'new tokens of other accounts are listed',
    trips: ['made-outside-hidden'],
    visible: (usual, _, store) => [
      ...new Set([...usual, ...store.tokens.filter((token) => placeOf(token, store) >= atFirst)]),
    ],
  },
];

/** Faults that only show where the run has made the users and tokens itself. */
export const createdFaults = faults.map((fault): Behaviour => ({ ...fault, profile: 'full' }));
