import type { Behaviour } from '../behaviour.ts';
import type { Token } from '../store.ts';
import { after } from './acts.ts';

/** Tokens that an administrator created, of any portal. */
const administered = new WeakSet<Token>();

const noted = after(/^POST .*\/createApiToken$/, (store) => {
  const token = store.tokens.at(-1);
  if (token) administered.add(token);
});

/** Tokens that an administrator created for a user are others than those that users create. */
const faults: readonly Omit<Behaviour, 'profile'>[] = [
  {
    name: 'administered-hidden',
    says: 'tokens that an administrator created for a user are not listed',
    trips: ['acts-change-nothing-else'],
    around: noted,
    visible: (usual) => usual.filter((token) => !administered.has(token)),
  },
  {
    name: 'administered-refused',
    says: 'tokens that an administrator created for a user are refused',
    trips: ['acts-change-nothing-else'],
    around: noted,
    authenticate: (usual) => (usual?.token && administered.has(usual.token) ? undefined : usual),
  },
  {
    name: 'use-of-administered-not-recorded',
    says: 'uses of tokens that an administrator created are not recorded',
    trips: ['last-used-at-any-use'],
    around: noted,
    use: (token) => {
      if (!administered.has(token)) token.lastUsedAt = Date.now();
    },
  },
  {
    name: 'administered-opens-administrators',
    says: 'a token that an administrator created opens the list of the administrator',
    trips: ['acts-change-nothing-else'],
    around: noted,
    visible: (usual, { token }, store) =>
      token && administered.has(token)
        ? store.tokens.filter(({ userId }) => store.user(userId)?.isAdmin)
        : usual,
  },
];

export const administeredFaults = faults.map((fault): Behaviour => ({ ...fault, profile: 'full' }));
