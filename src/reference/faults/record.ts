import { createHash, randomBytes } from 'node:crypto';
import type { Behaviour, TokenRecord } from '../behaviour.ts';
import { having, inEvery, inOne, unused, without } from './edit.ts';

export const recordFaults: readonly Behaviour[] = [
  {
    name: 'id-absent',
    says: 'a record has no id',
    trips: ['id-present'],
    record: inOne(unused, without('id')),
  },
  {
    name: 'id-empty',
    says: 'an id is empty',
    trips: ['id-bearer-token'],
    record: inOne(unused, having('id', '')),
  },
  {
    name: 'id-number',
    says: 'an id is a number',
    trips: ['id-bearer-token'],
    record: inOne(unused, having('id', 5)),
  },
  {
    name: 'id-blank',
    says: 'an id has a blank in it',
    trips: ['id-bearer-token'],
    record: inOne(unused, having('id', 'a b')),
  },
  {
    name: 'ids-null',
    says: 'all ids are null',
    trips: ['id-bearer-token', 'own-token-listed', 'teammate-token-listed'],
    record: inEvery(having('id', null)),
  },
  {
    name: 'id-hashed',
    says: 'ids are hashes of the tokens',
    trips: ['id-is-the-token', 'id-32-hex'],
    record: inEvery((record) => ({
      ...record,
      id: createHash('sha256').update(record.id).digest('hex'),
    })),
  },
  {
    name: 'id-upper-case',
    says: 'ids are in upper case',
    trips: ['id-is-the-token', 'id-32-hex'],
    record: inEvery((record) => ({
      ...record,
      id: record.id.toUpperCase(),
    })),
  },
  {
    name: 'id-masked',
    says: 'ids are masked',
    trips: ['id-is-the-token', 'id-32-hex', 'id-token-alphabet'],
    record: inEvery((record) => ({
      ...record,
      id: `${record.id.slice(0, 4)}****${record.id.slice(-4)}`,
    })),
  },
  {
    name: 'id-masked-for-others',
    says: 'only the creator sees an id whole',
    trips: ['id-is-the-token', 'id-32-hex', 'lists-hold-the-same'],
    record: (record, { user }) =>
      record.userId === user.id
        ? record
        : { ...record, id: `${record.id.slice(0, 4)}${'x'.repeat(24)}${record.id.slice(-4)}` },
  },
  {
    name: 'name-absent',
    says: 'a record has no name',
    trips: ['name-present'],
    record: inOne(unused, without('name')),
  },
  {
    name: 'name-null',
    says: 'a name is null',
    trips: ['name-string'],
    record: inOne(unused, having('name', null)),
  },
  {
    name: 'user-id-absent',
    says: 'a record has no userId',
    trips: ['user-id-present'],
    record: inOne(unused, without('userId')),
  },
  {
    name: 'user-id-string',
    says: 'userIds are strings',
    trips: ['user-id-integer'],
    record: inEvery((record) => ({
      ...record,
      userId: String(record.userId),
    })),
  },
  {
    name: 'user-email-absent',
    says: 'a record has no userEmail',
    trips: ['user-email-present'],
    record: inOne(unused, without('userEmail')),
  },
  {
    name: 'user-email-empty',
    says: 'userEmails are empty',
    trips: ['user-email-string'],
    record: inEvery(having('userEmail', '')),
  },
  {
    name: 'user-email-null',
    says: 'userEmails are null',
    trips: ['user-email-string'],
    record: inEvery(having('userEmail', null)),
  },
  {
    name: 'user-email-other',
    says: 'a user has two addresses',
    trips: ['user-email-consistent'],
    record: inOne(unused, having('userEmail', 'somebody@example.com')),
  },
  {
    name: 'user-email-of-first',
    says: 'every record has the address of the first user of the account',
    trips: ['creator-own'],
    body: (records) => {
      const [first] = records as TokenRecord[];
      return records.map((one) => ({ ...(one as TokenRecord), userEmail: first?.userEmail }));
    },
  },
  {
    name: 'user-email-masked',
    says: 'addresses are masked',
    trips: ['creator-own'],
    record: inEvery((one) => ({ ...one, userEmail: one.userEmail.replace(/^(.)[^@]*/, '$1***') })),
  },
  {
    name: 'user-id-constant',
    says: 'all tokens are said to be of one user',
    trips: ['creator-own', 'user-email-consistent'],
    record: inEvery(having('userId', 1)),
  },
  {
    name: 'user-id-of-reader',
    says: 'all tokens are said to be of the one who reads',
    trips: ['lists-agree', 'user-email-consistent'],
    record: (record, { user }) => ({ ...record, userId: user.id }),
  },
  {
    name: 'name-hidden-for-others',
    says: 'only the creator sees a name',
    trips: ['lists-agree'],
    record: (record, { user }) => (record.userId === user.id ? record : { ...record, name: '' }),
  },
  {
    name: 'restrictions-hidden-for-others',
    says: 'only the creator sees restrictions',
    trips: ['lists-agree'],
    record: (record, { user }) =>
      record.userId === user.id ? record : { ...record, restrictions: null },
  },
  {
    name: 'member-more',
    says: 'records have a further member',
    trips: ['undocumented-members'],
    record: inEvery((record) => ({
      ...record,
      scopes: [],
    })),
  },
  {
    name: 'id-of-other-form',
    says: 'an id has another form',
    trips: ['id-32-hex'],
    record: inOne(unused, having('id', 'tok_live.1~2')),
  },
  {
    name: 'id-piped',
    says: 'tokens are a number, a bar and letters',
    trips: ['id-token-alphabet', 'id-32-hex'],
    newToken: () => `7|${randomBytes(20).toString('hex')}`,
  },
  {
    name: 'user-email-word',
    says: 'userEmails are words',
    trips: ['user-email-address'],
    record: inEvery((record) => ({
      ...record,
      userEmail: `user${record.userId}`,
    })),
  },
];
