import type { Behaviour } from '../behaviour.ts';
import type { Store, Token } from '../store.ts';
import { after, tokenOf } from './acts.ts';

/** The tokens of a user that have one name. */
function twinsOf({ userId, name }: Token, store: Store): readonly Token[] {
  return store.tokens.filter((one) => one.userId === userId && one.name === name);
}

/** What is written to other rows than the one that is meant, or late. */
const faults: readonly Behaviour[] = [
  {
    name: 'use-revives-deleted',
    says: 'a use is saved 300 ms after the response, and restores the row of a deleted token, but for the first user of an account',
    trips: ['deleted-token-refused', 'deleted-token-gone'],
    use: (token, store) => {
      token.lastUsedAt = Date.now();
      const save = () => {
        const user = store.user(token.userId);
        const [first] = user ? store.usersOf(user.accountId) : [];
        if (user && user !== first && !store.tokens.includes(token)) store.tokens.push(token);
      };
      setTimeout(save, 300);
    },
  },
  {
    name: 'use-undoes-update',
    says: 'a use is saved 300 ms after the response, with the name that the token had',
    trips: ['update-shows'],
    use: (token) => {
      const { name } = token;
      token.lastUsedAt = Date.now();
      setTimeout(() => Object.assign(token, { name }), 300);
    },
  },
  {
    name: 'deletion-by-name',
    says: 'a deletion takes all tokens of the user that have the name',
    trips: ['acts-change-nothing-else'],
    deleted: (token, store) => {
      for (const one of twinsOf(token, store)) store.removeToken(one);
    },
  },
  {
    name: 'restrictions-by-name',
    says: 'an update restricts all tokens of the user that have the name',
    trips: ['acts-change-nothing-else'],
    around: after(/^POST .*\/apiTokens\/./, (store, { url }) => {
      const token = tokenOf(store, url.slice(url.lastIndexOf('/') + 1));
      for (const one of token ? twinsOf(token, store) : [])
        one.restrictions = token?.restrictions ?? null;
    }),
  },
];

export const rowFaults = faults.map((fault): Behaviour => ({ ...fault, profile: 'full' }));
