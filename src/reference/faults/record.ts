import { createHash } from 'node:crypto';
import type { Behaviour } from '../behaviour.ts';
import { having, inEvery, inOne, unused, without } from './edit.ts';

export const recordFaults: readonly Behaviour[] = [
  inOne(unused, 'id-absent', 'a record has no id', ['id-present'], without('id')),
  inOne(unused, 'id-empty', 'an id is empty', ['id-bearer-token'], having('id', '')),
  inOne(unused, 'id-number', 'an id is a number', ['id-bearer-token'], having('id', 5)),
  inOne(unused, 'id-blank', 'an id has a blank in it', ['id-bearer-token'], having('id', 'a b')),
  inEvery(
    'ids-null',
    'all ids are null',
    ['id-bearer-token', 'own-token-listed', 'teammate-token-listed'],
    having('id', null),
  ),
  inEvery('id-hashed', 'ids are hashes of the tokens', ['id-is-the-token', 'id-32-hex'], (one) => ({
    ...one,
    id: createHash('sha256').update(one.id).digest('hex'),
  })),
  inEvery('id-upper-case', 'ids are in upper case', ['id-is-the-token', 'id-32-hex'], (one) => ({
    ...one,
    id: one.id.toUpperCase(),
  })),
  inEvery('id-masked', 'ids are masked', ['id-bearer-token', 'id-is-the-token'], (one) => ({
    ...one,
    id: `${one.id.slice(0, 4)}****${one.id.slice(-4)}`,
  })),
  {
    name: 'id-masked-for-others',
    says: 'only the creator sees an id whole',
    trips: ['id-is-the-token', 'id-32-hex', 'lists-hold-the-same'],
    record: (one, { user }) =>
      one.userId === user.id
        ? one
        : { ...one, id: `${one.id.slice(0, 4)}${'x'.repeat(24)}${one.id.slice(-4)}` },
  },
  inOne(unused, 'name-absent', 'a record has no name', ['name-present'], without('name')),
  inOne(unused, 'name-null', 'a name is null', ['name-string'], having('name', null)),
  inOne(unused, 'user-id-absent', 'a record has no userId', ['user-id-present'], without('userId')),
  inEvery('user-id-string', 'userIds are strings', ['user-id-integer'], (one) => ({
    ...one,
    userId: String(one.userId),
  })),
  inOne(
    unused,
    'user-email-absent',
    'a record has no userEmail',
    ['user-email-present'],
    without('userEmail'),
  ),
  inEvery(
    'user-email-empty',
    'userEmails are empty',
    ['user-email-string'],
    having('userEmail', ''),
  ),
  inEvery(
    'user-email-null',
    'userEmails are null',
    ['user-email-string'],
    having('userEmail', null),
  ),
  inOne(
    unused,
    'user-email-other',
    'a user has two addresses',
    ['user-email-consistent'],
    having('userEmail', 'somebody@example.com'),
  ),
  inEvery(
    'user-id-constant',
    'all tokens are said to be of one user',
    ['creator-own', 'user-email-consistent'],
    having('userId', 1),
  ),
  {
    name: 'user-id-of-reader',
    says: 'all tokens are said to be of the one who reads',
    trips: ['lists-agree', 'user-email-consistent'],
    record: (one, { user }) => ({ ...one, userId: user.id }),
  },
  {
    name: 'name-hidden-for-others',
    says: 'only the creator sees a name',
    trips: ['lists-agree'],
    record: (one, { user }) => (one.userId === user.id ? one : { ...one, name: '' }),
  },
  {
    name: 'restrictions-hidden-for-others',
    says: 'only the creator sees restrictions',
    trips: ['lists-agree'],
    record: (one, { user }) => (one.userId === user.id ? one : { ...one, restrictions: null }),
  },
  inEvery('member-more', 'records have a further member', ['undocumented-members'], (one) => ({
    ...one,
    scopes: [],
  })),
  inOne(
    unused,
    'id-of-other-form',
    'an id has another form',
    ['id-32-hex'],
    having('id', 'tok_live.1~2'),
  ),
  inEvery('user-email-word', 'userEmails are words', ['user-email-address'], (one) => ({
    ...one,
    userEmail: `user${one.userId}`,
  })),
];
