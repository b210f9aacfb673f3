import type { Behaviour } from '../behaviour.ts';
import { having, inEvery, inOne, unused, used, without } from './edit.ts';

const day = 24 * 60 * 60 * 1000;

type Member = 'createdAt' | 'lastUsedAt';

/** The mistakes that are made with either time: null stays null. */
const conversions = [
  {
    name: 'seconds',
    says: 'in seconds',
    of: 'unit',
    to: (time: number) => Math.floor(time / 1000),
  },
  { name: 'microseconds', says: 'in microseconds', of: 'unit', to: (time: number) => time * 1e3 },
  { name: 'nanoseconds', says: 'in nanoseconds', of: 'unit', to: (time: number) => time * 1e6 },
  {
    name: 'iso',
    says: 'an ISO 8601 time',
    of: 'type',
    to: (time: number) => new Date(time).toISOString(),
  },
  { name: 'digits', says: 'digits in a string', of: 'type', to: String },
  { name: 'fraction', says: 'a fraction', of: 'type', to: (time: number) => time + 0.5 },
] as const;

const names = { createdAt: 'created-at', lastUsedAt: 'last-used-at' } as const;

function inEachForm(member: Member, trips: Record<'type' | 'unit', string>): Behaviour[] {
  return conversions.map(({ name, says, of, to }) => ({
    name: `${names[member]}-${name}`,
    says: `${member} is ${says}`,
    trips: [trips[of]],
    record: inEvery((record) => {
      const time = record[member];
      return { ...record, [member]: time === null ? null : to(time) };
    }),
  }));
}

export const timestampsFaults: readonly Behaviour[] = [
  {
    name: 'created-at-absent',
    says: 'a record has no createdAt',
    trips: ['created-at-present'],
    record: inOne(unused, without('createdAt')),
  },
  {
    name: 'created-at-null',
    says: 'a createdAt is null',
    trips: ['created-at-integer'],
    record: inOne(unused, having('createdAt', null)),
  },
  {
    name: 'created-at-zero',
    says: 'a createdAt is 0',
    trips: ['created-at-milliseconds'],
    record: inOne(unused, having('createdAt', 0)),
  },
  {
    name: 'created-at-negative',
    says: 'a createdAt is -1',
    trips: ['created-at-milliseconds'],
    record: inOne(unused, having('createdAt', -1)),
  },
  ...inEachForm('createdAt', { type: 'created-at-integer', unit: 'created-at-milliseconds' }),
  {
    name: 'created-at-future',
    says: 'a token was created next year',
    trips: ['created-at-not-future'],
    record: inOne(unused, (record) => ({
      ...record,
      createdAt: record.createdAt + 400 * day,
    })),
  },
  {
    name: 'created-at-moves',
    says: 'a createdAt is another at every read',
    trips: ['created-at-stable'],
    record: (record, _, index, store) =>
      index === unused ? { ...record, createdAt: record.createdAt + store.reads } : record,
  },
  {
    name: 'last-used-at-absent',
    says: 'a token never used has no lastUsedAt',
    trips: ['last-used-at-present'],
    record: inOne(unused, without('lastUsedAt')),
  },
  {
    name: 'last-used-at-zero',
    says: '0 stands for never',
    trips: ['last-used-at-milliseconds'],
    record: inOne(unused, having('lastUsedAt', 0)),
  },
  {
    name: 'last-used-at-empty',
    says: '"" stands for never',
    trips: ['last-used-at-null-or-integer'],
    record: inOne(unused, having('lastUsedAt', '')),
  },
  {
    name: 'last-used-at-false',
    says: 'false stands for never',
    trips: ['last-used-at-null-or-integer'],
    record: inOne(unused, having('lastUsedAt', false)),
  },
  ...inEachForm('lastUsedAt', {
    type: 'last-used-at-null-or-integer',
    unit: 'last-used-at-milliseconds',
  }),
  {
    name: 'last-used-at-future',
    says: 'a token was used tomorrow',
    trips: ['last-used-at-not-future'],
    record: inOne(used, (record) => ({
      ...record,
      lastUsedAt: Date.now() + day,
    })),
  },
  {
    name: 'last-used-at-early',
    says: 'a token was used before it was created',
    trips: ['last-used-at-after-creation'],
    record: inOne(used, (record) => ({
      ...record,
      lastUsedAt: record.createdAt - 3_600_000,
    })),
  },
  {
    name: 'default-created-early',
    says: 'the token that a user came with was created three hours before',
    trips: ['created-at-when-made'],
    profile: 'full',
    record: (record) =>
      record.name === 'Default'
        ? { ...record, createdAt: record.createdAt - 3 * 3_600_000 }
        : record,
  },
  {
    name: 'use-not-recorded',
    says: 'the use of a token is not recorded',
    trips: ['last-used-at-records-use'],
    use: () => {},
  },
  {
    name: 'first-use-recorded',
    says: 'the first use of a token is recorded, long ago, and no later one',
    trips: ['last-used-at-records-use'],
    use: (token) => {
      token.lastUsedAt = token.createdAt + 1000;
    },
  },
];
