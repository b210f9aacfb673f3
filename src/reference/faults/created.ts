import type { Behaviour, Principal } from '../behaviour.ts';
import type { Store, Token } from '../store.ts';
import { inEvery } from './edit.ts';

const hour = 60 * 60 * 1000;

/** Who holds a deleted token. */
export function formerHolder(request: Request, store: Store): Principal | undefined {
  const bearer = request.headers.get('authorization')?.slice('Bearer '.length);
  const token = [...store.deleted].find(({ id }) => id === bearer);
  const user = token && store.user(token.userId);
  return user && { user, token };
}

/** The place of a token among those of its user, oldest first. */
function placeOf(token: Token, store: Store): number {
  return store.tokens.filter(({ userId }) => userId === token.userId).indexOf(token);
}

/** Whether a token is one that a full run creates later: a user has four at first, and two have more, of hard names. */
function isLater(token: Token, store: Store): boolean {
  const isNamed = (first: string) =>
    store.tokens.some(({ userId, name }) => userId === token.userId && name === first);
  return placeOf(token, store) >= 4 + (isNamed('2024') ? 3 : 0) + (isNamed('null') ? 4 : 0);
}

const faults: readonly Behaviour[] = [
  {
    name: 'name-cut',
    says: 'names are cut',
    trips: ['name-as-made', 'update-shows', 'acts-change-nothing-else', 'long-list-whole'],
    record: inEvery((record) => ({
      ...record,
      name: record.name.slice(0, 30),
    })),
  },
  {
    name: 'name-ascii',
    says: 'letters outside ASCII are spoilt',
    trips: ['name-as-made', 'update-shows', 'acts-change-nothing-else', 'long-list-whole'],
    record: inEvery((record) => ({
      ...record,
      name: record.name.replace(/[^ -~]/g, '?'),
    })),
  },
  {
    name: 'user-id-shifted',
    says: 'userIds are of other users',
    trips: ['user-id-as-made', 'creator-own'],
    record: inEvery((record) => ({
      ...record,
      userId: record.userId + 1000,
    })),
  },
  {
    name: 'user-email-upper-case',
    says: 'addresses are in upper case',
    trips: ['user-email-as-made'],
    record: inEvery((record) => ({
      ...record,
      userEmail: record.userEmail.toUpperCase(),
    })),
  },
  {
    name: 'created-at-early',
    says: 'createdAt is an hour early',
    trips: ['created-at-when-made', 'acts-change-nothing-else'],
    record: inEvery((record) => ({
      ...record,
      createdAt: record.createdAt - hour,
    })),
  },
  {
    name: 'unused-shows-creation',
    says: 'a token never used shows when it was created',
    trips: ['last-used-at-null-when-unused', 'last-used-at-on-use'],
    record: inEvery((record) => ({ ...record, lastUsedAt: record.lastUsedAt ?? record.createdAt })),
  },
  {
    name: 'restrictions-empty-for-none',
    says: 'an empty object stands for unrestricted',
    trips: ['restrictions-null-when-none', 'acts-change-nothing-else'],
    record: inEvery((record) => ({
      ...record,
      restrictions: record.restrictions ?? {},
    })),
  },
  {
    name: 'restrictions-dropped',
    says: 'restrictions are not listed',
    trips: ['restrictions-as-made', 'acts-change-nothing-else'],
    record: inEvery((record) => ({
      ...record,
      restrictions: null,
    })),
  },
  {
    name: 'hosts-first-only',
    says: 'one host is listed',
    trips: ['restrictions-as-made', 'acts-change-nothing-else'],
    record: inEvery((record) => {
      const { hosts } = (record.restrictions ?? {}) as { hosts?: string[] };
      return {
        ...record,
        restrictions: hosts ? { hosts: hosts.slice(0, 1) } : record.restrictions,
      };
    }),
  },
  {
    name: 'id-of-unused-reversed',
    says: 'a token never used is listed under an id that does not open anything',
    trips: ['listed-id-opens', 'update-shows'],
    record: (record) =>
      record.lastUsedAt === null ? { ...record, id: [...record.id].reverse().join('') } : record,
  },
  {
    name: 'first-use-let-pass',
    says: 'the first use of a token is not recorded',
    trips: ['last-used-at-on-use', 'last-used-at-any-use'],
    use: (token) => {
      if (token.uses > 1) token.lastUsedAt = Date.now();
    },
  },
  {
    name: 'use-noted-once',
    says: 'only the first use of a token is noted',
    trips: ['last-used-at-moves'],
    use: (token) => {
      token.lastUsedAt ??= Date.now();
    },
  },
  {
    name: 'use-noted-hourly',
    says: 'a use is noted once an hour',
    trips: ['last-used-at-moves'],
    use: (token) => {
      if (Date.now() - (token.lastUsedAt ?? 0) > hour) token.lastUsedAt = Date.now();
    },
  },
  {
    name: 'name-html',
    says: 'names are written for HTML',
    trips: ['name-as-made', 'acts-change-nothing-else'],
    record: inEvery((record) => ({ ...record, name: record.name.replaceAll('&', '&amp;') })),
  },
  {
    name: 'name-percent',
    says: 'names are decoded as in a URL',
    trips: ['name-as-made'],
    record: inEvery((record) => ({ ...record, name: record.name.replaceAll('%20', ' ') })),
  },
  {
    name: 'name-word-null',
    says: 'a name that is the word null is no name',
    trips: ['name-as-made', 'name-string'],
    record: inEvery((record) => ({ ...record, name: record.name === 'null' ? null : record.name })),
  },
  {
    name: 'name-once',
    says: 'of tokens of a user with the same name one is listed',
    trips: ['every-kind-listed', 'acts-change-nothing-else'],
    visible: (usual) =>
      usual.filter(
        ({ name, userId }, index) =>
          usual.findIndex((one) => one.name === name && one.userId === userId) === index,
      ),
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
    authenticate: (usual, request, store) => usual ?? formerHolder(request, store),
  },
  {
    name: 'deleted-token-listed',
    says: 'a deleted token is still listed',
    trips: ['deleted-token-gone', 'short-lists', 'acts-change-nothing-else'],
    deleted: () => {},
    authenticate: (usual, _, store) =>
      usual?.token && store.deleted.has(usual.token) ? undefined : usual,
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
    trips: ['every-kind-listed', 'acts-change-nothing-else'],
    visible: (usual) => usual.filter(({ name }) => name !== 'Default'),
  },
  {
    name: 'restricted-hidden',
    says: 'restricted tokens are not listed',
    trips: ['every-kind-listed', 'acts-change-nothing-else'],
    visible: (usual) => usual.filter(({ restrictions }) => restrictions === null),
  },
  {
    name: 'new-hidden',
    says: "only a user's first tokens are listed",
    trips: ['new-token-listed', 'long-list-whole', 'acts-change-nothing-else'],
    visible: (usual, _, store) => usual.filter((token) => !isLater(token, store)),
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
    trips: ['administrator-own-account', 'acts-change-nothing-else'],
    visible: (usual, { user }, store) => (user.isAdmin ? store.tokens : usual),
  },
  {
    name: 'new-leaks',
    says: 'new tokens of other accounts are listed',
    trips: [
      'made-outside-hidden',
      'accounts-share-nothing',
      'outsider-user-hidden',
      'outsider-ids-nowhere',
      'outsider-names-nowhere',
      'short-lists',
      'acts-change-nothing-else',
    ],
    visible: (usual, _, store) => [
      ...new Set([...usual, ...store.tokens.filter((token) => isLater(token, store))]),
    ],
  },
];

/** Faults that only show where the run created the users and tokens itself. */
export const createdFaults = faults.map((fault): Behaviour => ({ ...fault, profile: 'full' }));
