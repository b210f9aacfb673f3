import type { Behaviour } from '../behaviour.ts';
import type { Store, Token } from '../store.ts';
import { withHeaders } from './edit.ts';

const acrossAccounts = ['outsider-token-hidden', 'accounts-share-nothing', 'outsider-ids-nowhere'];

/** The last token of the outsider's account, which is not the outsider's own in the run. */
function outsiders(store: Store): Token[] {
  return store.tokensOf(2).slice(-1);
}

export const visibilityFaults: readonly Behaviour[] = [
  {
    name: 'own-token-hidden',
    says: 'the token that asks is not listed',
    trips: ['own-token-listed', 'lists-hold-the-same'],
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
    says: 'one user of the account sees his own tokens only',
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
    trips: acrossAccounts,
    visible: (_, __, store) => store.tokens,
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
    trips: ['accounts-share-nothing', 'outsider-ids-nowhere'],
    visible: (usual, { user }, store) =>
      user.accountId === 1 ? [...usual, ...outsiders(store)] : usual,
  },
  {
    name: 'leak-in-header',
    says: 'a header holds a token of another account',
    trips: ['outsider-ids-nowhere'],
    answer: (usual, _, store) => withHeaders(usual, { ETag: `"${outsiders(store)[0]?.id}"` }),
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
];
