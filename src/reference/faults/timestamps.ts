import type { Behaviour } from '../behaviour.ts';
import { having, inEvery, inOne, unused, used, without } from './edit.ts';

const day = 24 * 60 * 60 * 1000;
let reads = 0;

/** A time in another unit or form; null stays null. */
function converted(
  member: 'createdAt' | 'lastUsedAt',
  name: string,
  says: string,
  trips: string[],
  convert: (time: number) => unknown,
): Behaviour {
  return inEvery(`${kebab(member)}-${name}`, `${member} is ${says}`, trips, (one) => {
    const time = one[member];
    return { ...one, [member]: time === null ? null : convert(time) };
  });
}

function kebab(member: 'createdAt' | 'lastUsedAt'): string {
  return member === 'createdAt' ? 'created-at' : 'last-used-at';
}

/** The same mistakes are made with either time. */
function forms(member: 'createdAt' | 'lastUsedAt', type: string, unit: string): Behaviour[] {
  return [
    converted(member, 'seconds', 'in seconds', [unit], (time) => Math.floor(time / 1000)),
    converted(member, 'microseconds', 'in microseconds', [unit], (time) => time * 1e3),
    converted(member, 'nanoseconds', 'in nanoseconds', [unit], (time) => time * 1e6),
    converted(member, 'iso', 'an ISO 8601 time', [type], (time) => new Date(time).toISOString()),
    converted(member, 'digits', 'digits in a string', [type], String),
    converted(member, 'fraction', 'a fraction', [type], (time) => time + 0.5),
  ];
}

export const timestampsFaults: readonly Behaviour[] = [
  inOne(
    unused,
    'created-at-absent',
    'a record has no createdAt',
    ['created-at-present'],
    without('createdAt'),
  ),
  inOne(
    unused,
    'created-at-null',
    'a createdAt is null',
    ['created-at-integer'],
    having('createdAt', null),
  ),
  inOne(
    unused,
    'created-at-zero',
    'a createdAt is 0',
    ['created-at-milliseconds'],
    having('createdAt', 0),
  ),
  inOne(
    unused,
    'created-at-negative',
    'a createdAt is -1',
    ['created-at-milliseconds'],
    having('createdAt', -1),
  ),
  ...forms('createdAt', 'created-at-integer', 'created-at-milliseconds'),
  inOne(
    unused,
    'created-at-future',
    'a token was created next year',
    ['created-at-not-future'],
    (one) => ({
      ...one,
      createdAt: one.createdAt + 400 * day,
    }),
  ),
  inOne(
    unused,
    'created-at-moves',
    'a createdAt is another at every read',
    ['created-at-stable'],
    (one) => {
      reads += 1;
      return { ...one, createdAt: one.createdAt + reads };
    },
  ),
  inOne(
    unused,
    'last-used-at-absent',
    'a token never used has no lastUsedAt',
    ['last-used-at-present'],
    without('lastUsedAt'),
  ),
  inOne(
    unused,
    'last-used-at-zero',
    '0 stands for never',
    ['last-used-at-milliseconds'],
    having('lastUsedAt', 0),
  ),
  inOne(
    unused,
    'last-used-at-empty',
    '"" stands for never',
    ['last-used-at-null-or-integer'],
    having('lastUsedAt', ''),
  ),
  inOne(
    unused,
    'last-used-at-false',
    'false stands for never',
    ['last-used-at-null-or-integer'],
    having('lastUsedAt', false),
  ),
  ...forms('lastUsedAt', 'last-used-at-null-or-integer', 'last-used-at-milliseconds'),
  inOne(
    used,
    'last-used-at-future',
    'a token was used tomorrow',
    ['last-used-at-not-future'],
    (one) => ({
      ...one,
      lastUsedAt: Date.now() + day,
    }),
  ),
  inOne(
    used,
    'last-used-at-early',
    'a token was used before it was made',
    ['last-used-at-after-creation'],
    (one) => ({
      ...one,
      lastUsedAt: one.createdAt - 2000,
    }),
  ),
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
