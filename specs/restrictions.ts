import { asCreated } from '../src/checks/as-created.ts';
import { ofTopic, shaped } from '../src/checks/kinds.ts';
import { hasHostsOf } from '../src/checks/limits.ts';
import { isObject, saysTheSame } from '../src/contract/json.ts';

export const restrictions = ofTopic('restrictions', [
  shaped({
    id: 'restrictions-present',
    level: 'MUST',
    title: 'Every record has restrictions',
    text: 'Each record has the member restrictions; an unrestricted token has it too.',
    source: 'Response Schema, restrictions',
    causes: 'Null members are left out by the serializer.',
    fix: 'Write restrictions in every record, with null for an unrestricted token.',
  }),
  shaped(
    {
      id: 'restrictions-null-or-object',
      level: 'MUST',
      title: 'restrictions is null or an object',
      text: 'restrictions is an object, or null for an unrestricted token: no array, no string, not false.',
      source: 'Response Schema, restrictions',
      causes: 'An array of hosts, JSON text from a column, or false is sent as it is stored.',
      fix: 'Write the object, parsed, or null.',
    },
    (one) => 'restrictions' in one,
  ),
  shaped(
    {
      id: 'restrictions-hosts',
      level: 'MUST',
      title: 'hosts is an array of strings',
      text: 'hosts of an object of restrictions, when it is there, is an array of strings; it may be empty.',
      source: 'Example Response',
      causes: 'A single host is written as a string, or no hosts as null.',
      fix: 'Write hosts as an array of strings.',
    },
    ({ restrictions: limits }) => isObject(limits) && 'hosts' in limits,
    'create an API token with {"restrictions": {"hosts": ["example.com"]}} in the account',
  ),
  asCreated(
    {
      id: 'restrictions-null-when-none',
      level: 'MUST',
      title: 'restrictions of an unrestricted token are null',
      text: 'A token that was created without restrictions has restrictions null, not an empty object, unless the creating call answered some.',
      source: 'Response Schema, restrictions',
      causes: 'An empty object stands for no restrictions.',
      fix: 'Write null for a token that was created without restrictions.',
    },
    'restrictions',
    ['persona', 'unused', 'default'],
    // Of another type: judged by restrictions-null-or-object.
    (limits, { restrictions: created }) =>
      !isObject(limits) || (restrictsSomething(created) && saysTheSame(limits, created)),
    'null, for it was created without any',
  ),
  asCreated(
    {
      id: 'restrictions-as-made',
      level: 'MUST',
      title: 'restrictions are those that the token was given',
      text: 'A token that was created with hosts has an object of restrictions with the hosts that the creating call answered, in any order.',
      source: 'Response Schema, restrictions',
      causes: 'Restrictions are not stored, or only the first host is.',
      fix: 'Store and list all hosts that the token was created with.',
    },
    'restrictions',
    ['restricted'],
    (limits, { restrictions: created }) => {
      // Of another type: judged by restrictions-null-or-object and restrictions-hosts.
      if (limits !== null && !isObject(limits)) return true;
      if (limits && 'hosts' in limits && !isTexts(limits.hosts)) return true;
      return hasHostsOf(limits, created);
    },
    'an object with the hosts with which it was created',
  ),
  {
    id: 'restrictions-limit-use',
    level: 'MUST',
    title: 'restrictions limit how the token can be used',
    text: 'A token with restrictions is refused where they do not allow it.',
    source: 'Response Schema, restrictions',
    excluded:
      'the contract does not say what a restricted token gets from another origin, and sends the reader elsewhere for the schema',
  },
]);

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** Whether the creating call answered a policy, and not an empty object in place of null. */
function restrictsSomething(created: unknown): boolean {
  if (!isObject(created)) return false;
  return Object.values(created).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== null,
  );
}
