import type { Behaviour } from '../behaviour.ts';
import { having, inEvery, inOne, unused, without } from './edit.ts';

const restricted = 2;
const form = ['restrictions-null-or-object'];
const hosts = ['restrictions-hosts'];

export const restrictionsFaults: readonly Behaviour[] = [
  {
    name: 'restrictions-absent',
    says: 'an unrestricted token has no restrictions',
    trips: ['restrictions-present'],
    record: inOne(unused, without('restrictions')),
  },
  {
    name: 'restrictions-array',
    says: '[] stands for unrestricted',
    trips: form,
    record: inOne(unused, having('restrictions', [])),
  },
  {
    name: 'restrictions-empty',
    says: '"" stands for unrestricted',
    trips: form,
    record: inOne(unused, having('restrictions', '')),
  },
  {
    name: 'restrictions-false',
    says: 'false stands for unrestricted',
    trips: form,
    record: inOne(unused, having('restrictions', false)),
  },
  {
    name: 'restrictions-zero',
    says: '0 stands for unrestricted',
    trips: form,
    record: inOne(unused, having('restrictions', 0)),
  },
  {
    name: 'restrictions-empty-everywhere',
    says: 'an empty object stands for unrestricted, in creations, too',
    trips: ['restrictions-null-when-none'],
    profile: 'full',
    around: async (request, usual) => {
      const response = await usual(request);
      const text = (await response.text()).replaceAll('"restrictions":null', '"restrictions":{}');
      const { status, headers } = response;
      return new Response(text === '' ? null : text, { status, headers });
    },
  },
  {
    name: 'restrictions-text',
    says: 'restrictions are JSON text in a string',
    trips: form,
    record: inEvery((record) => ({
      ...record,
      restrictions: JSON.stringify(record.restrictions),
    })),
  },
  {
    name: 'hosts-string',
    says: 'hosts is a string',
    trips: hosts,
    record: inOne(restricted, having('restrictions', { hosts: 'example.com' })),
  },
  {
    name: 'hosts-null',
    says: 'hosts is null',
    trips: hosts,
    record: inOne(restricted, having('restrictions', { hosts: null })),
  },
  {
    name: 'hosts-numbers',
    says: 'hosts are numbers',
    trips: hosts,
    record: inOne(restricted, having('restrictions', { hosts: ['example.com', 7] })),
  },
];
