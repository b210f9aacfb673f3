import { randomBytes } from 'node:crypto';
import type { Behaviour } from '../behaviour.ts';
import type { Store, Token } from '../store.ts';
import { rewritten, unused, withHeaders } from './edit.ts';

const acrossAccounts = ['outsider-token-hidden', 'accounts-share-nothing', 'outsider-ids-nowhere'];

/** The last token of the outsider's account, which is not the outsider's own in the run. */
function outsiders(store: Store): Token[] {
  return store.tokensOf(2).slice(-1);
}

export const visibilityFaults: readonly Behaviour[] = [
  {
    name: 'own-token-hidden',
    says: 'the token that asks is not listed',
    trips: ['own-token-listed', 'lists-hold-the-same', 'session-sees-the-same'],
    visible: (usual, { token }) => usual.filter((one) => one !== token),
  },
  {
    name: 'own-tokens-only',
    says: 'users see their own tokens only',
    trips: ['teammate-token-listed', 'lists-hold-the-same'],
    visible: (usual, { user }) => usual.filter(({ userId }) => userId === user.id),
  },
  {
    name: 'first-user-sees-less',
    says: 'one user of the account sees only their own tokens',
    trips: ['teammate-token-listed', 'lists-hold-the-same'],
    visible: (usual, { user }) =>
      user.id === 1 ? usual.filter(({ userId }) => userId === 1) : usual,
  },
  {
    name: 'restricted-hidden-for-others',
    says: 'only the creator sees a restricted token',
    trips: ['lists-hold-the-same'],
    visible: (usual, { user }) =>
      usual.filter(
        ({ userId, restrictions }) => userId === user.id || !restrictions?.hosts?.length,
      ),
  },
  {
    name: 'everyone',
    says: 'everybody sees all tokens',
    trips: [...acrossAccounts, 'outsider-user-hidden'],
    visible: (_, __, store) => store.tokens,
  },
  {
    name: 'default-sees-all',
    says: 'the token that a user came with opens the list of all accounts',
    trips: ['accounts-share-nothing'],
    profile: 'full',
    visible: (usual, { token }, store) => (token?.name === 'Default' ? store.tokens : usual),
  },
  {
    name: 'restricted-sees-all',
    says: 'a restricted token opens the list of all accounts',
    trips: ['accounts-share-nothing'],
    profile: 'full',
    visible: (usual, { token }, store) => (token?.restrictions ? store.tokens : usual),
  },
  {
    name: 'restricted-sees-nothing',
    says: 'a restricted token is listed nothing',
    trips: ['restricted-sees-the-same'],
    profile: 'full',
    visible: (usual, { token }) => (token?.restrictions ? [] : usual),
  },
  {
    name: 'restricted-sees-itself',
    says: 'a restricted token is listed those that are restricted as it is',
    trips: ['restricted-sees-the-same'],
    profile: 'full',
    visible: (usual, { token }) =>
      token?.restrictions ? usual.filter(({ restrictions }) => restrictions) : usual,
  },
  {
    name: 'outsider-sees-caller',
    says: 'another account sees the first token of this one',
    trips: acrossAccounts,
    visible: (usual, { user }, store) =>
      user.accountId === 2 ? [...usual, ...store.tokens.slice(0, 1)] : usual,
  },
  {
    name: 'leak-one',
    says: 'one token of another account is listed',
    trips: ['accounts-share-nothing', 'outsider-ids-nowhere', 'outsider-user-hidden'],
    visible: (usual, { user }, store) =>
      user.accountId === 1 ? [...usual, ...outsiders(store)] : usual,
  },
  {
    name: 'leak-in-header',
    says: 'a header holds a token of another account',
    trips: ['outsider-ids-nowhere'],
    response: (usual, _, store) => withHeaders(usual, { ETag: `"${outsiders(store)[0]?.id}"` }),
  },
  {
    name: 'leak-in-member',
    says: 'a member holds a token of another account',
    trips: ['outsider-ids-nowhere'],
    record: (one, { user }, index, store) =>
      user.accountId === 1 && index === 0
        ? { ...one, name: `like ${outsiders(store)[0]?.id}` }
        : one,
  },
  {
    name: 'leak-address',
    says: 'a member holds the beginning of an address of another account',
    trips: ['outsider-names-nowhere', 'undocumented-members'],
    profile: 'full',
    record: (one, { user }, index, store) => {
      const other = store.users.find(({ accountId }) => accountId > user.accountId);
      return index === 0 && other ? { ...one, note: `as ${other.username.split('+')[0]}…` } : one;
    },
  },
  {
    name: 'leak-name',
    says: 'a member holds the name of a token of another account, in escapes',
    trips: ['outsider-names-nowhere', 'undocumented-members'],
    profile: 'full',
    record: (one, { user }, index, store) => {
      const isOther = ({ name, userId }: Token) =>
        name.includes('“') && store.user(userId)?.accountId !== user.accountId;
      const other = index === 0 ? store.tokens.find(isOther) : undefined;
      return other ? { ...one, note: other.name } : one;
    },
    response: rewritten((text) =>
      text.replaceAll('“', String.raw`\u201c`).replaceAll('”', String.raw`\u201d`),
    ),
  },
  {
    name: 'leak-escaped',
    says: 'a member holds a token of another account, with its slashes escaped',
    trips: ['outsider-ids-nowhere', 'id-32-hex'],
    newToken: () => `${randomBytes(12).toString('hex')}/${randomBytes(12).toString('hex')}`,
    record: (one, { user }, index, store) =>
      user.accountId === 1 && index === 0
        ? { ...one, name: `like ${outsiders(store)[0]?.id}` }
        : one,
    response: rewritten((text) => text.replaceAll('/', '\\/')),
  },
  {
    name: 'foreign-ids-changed',
    says: 'everybody sees all tokens, those of other accounts under other ids',
    trips: ['outsider-user-hidden'],
    visible: (_, __, store) => store.tokens,
    record: (one, { user }, _, store) =>
      store.user(one.userId)?.accountId === user.accountId
        ? one
        : { ...one, id: [...one.id].reverse().join('') },
  },
  {
    name: 'session-sees-nothing',
    says: 'a session is listed nothing',
    trips: ['session-sees-the-same'],
    visible: (usual, { token }) => (token ? usual : []),
  },
  {
    name: 'session-told-otherwise',
    says: 'a session is told no names',
    trips: ['session-sees-the-same', 'any-client-sees-the-same'],
    record: (one, { token }) => (token ? one : { ...one, name: '' }),
  },
  {
    name: 'sessions-listed',
    says: 'sessions are listed among the tokens',
    trips: ['session-not-listed'],
    body: (usual, { user }, store) => [
      ...usual,
      ...[...store.sessions]
        .filter(([, { userId }]) => store.user(userId)?.accountId === user.accountId)
        .map(([id]) => ({ ...(usual[0] as object), id, name: 'Session' })),
    ],
  },
  {
    name: 'process-lacks-token',
    says: 'one process of five lacks an old token for ever',
    trips: ['listed-at-every-read', 'listed-throughout'],
    visible: (usual, _, store) =>
      store.reads % 5 === 0 ? usual.filter((__, index) => index !== unused) : usual,
  },
];
