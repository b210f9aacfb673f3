import type { Behaviour } from '../behaviour.ts';
import { having, inEvery, inOne, unused, without } from './edit.ts';

const restricted = 2;
const form = ['restrictions-null-or-object'];
const hosts = ['restrictions-hosts'];

export const restrictionsFaults: readonly Behaviour[] = [
  inOne(
    unused,
    'restrictions-absent',
    'an unrestricted token has no restrictions',
    ['restrictions-present'],
    without('restrictions'),
  ),
  inOne(
    unused,
    'restrictions-array',
    '[] stands for unrestricted',
    form,
    having('restrictions', []),
  ),
  inOne(
    unused,
    'restrictions-empty',
    '"" stands for unrestricted',
    form,
    having('restrictions', ''),
  ),
  inOne(
    unused,
    'restrictions-false',
    'false stands for unrestricted',
    form,
    having('restrictions', false),
  ),
  inOne(unused, 'restrictions-zero', '0 stands for unrestricted', form, having('restrictions', 0)),
  inEvery('restrictions-text', 'restrictions are JSON text in a string', form, (one) => ({
    ...one,
    restrictions: JSON.stringify(one.restrictions),
  })),
  inOne(
    restricted,
    'hosts-string',
    'hosts is a string',
    hosts,
    having('restrictions', { hosts: 'example.com' }),
  ),
  inOne(restricted, 'hosts-null', 'hosts is null', hosts, having('restrictions', { hosts: null })),
  inOne(
    restricted,
    'hosts-numbers',
    'hosts are numbers',
    hosts,
    having('restrictions', { hosts: ['example.com', 7] }),
  ),
];
