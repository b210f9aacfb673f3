import { isObject } from '../src/contract/json.ts';
import type { Excluded } from '../src/contract/requirement.ts';
import { type PortalRequirement, shaped } from './check.ts';

const topic = 'restrictions';

export const restrictions: readonly (PortalRequirement | Excluded)[] = [
  shaped({
    id: 'restrictions-present',
    topic,
    level: 'MUST',
    title: 'Every record has restrictions',
    text: 'Each record has the member restrictions; an unrestricted token has it too.',
    source: 'Response Schema, restrictions',
  }),
  shaped(
    {
      id: 'restrictions-null-or-object',
      topic,
      level: 'MUST',
      title: 'restrictions is null or an object',
      text: 'restrictions is an object, or null for an unrestricted token: no array, no string, not false.',
      source: 'Response Schema, restrictions',
    },
    (one) => 'restrictions' in one,
  ),
  shaped(
    {
      id: 'restrictions-hosts',
      topic,
      level: 'MUST',
      title: 'hosts is an array of strings',
      text: 'hosts of an object of restrictions, when it is there, is an array of strings; it may be empty.',
      source: 'Example Response',
    },
    ({ restrictions: limits }) => isObject(limits) && 'hosts' in limits,
    'make an API token with {"restrictions": {"hosts": ["example.com"]}} in the account',
  ),
  {
    id: 'restrictions-limit-use',
    topic,
    level: 'MUST',
    title: 'restrictions limit how the token can be used',
    text: 'A token with restrictions is refused where they do not allow it.',
    source: 'Response Schema, restrictions',
    excluded:
      'the contract does not say what a restricted token gets from another origin, and sends the reader elsewhere for the schema',
  },
];
