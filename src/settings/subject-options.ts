import { isObject } from '../contract/json.ts';
import { latest, setNames, usualSet } from '../contract/sets.ts';
import { choice, type Source, text } from './option.ts';
import { labelPattern, readLabels } from './values.ts';

/** What a portal is held to, and who it is, for the report. */
export const subjectOptions = {
  requirementSet: choice(
    {
      name: 'requirements',
      takes: '<set>',
      about: `set of requirements to be held to: ${[...setNames, latest].join(' or ')} (${usualSet})`,
    },
    [...setNames, latest],
  ),
  subjectVersion: {
    name: 'subject-version',
    takes: '<version>',
    about: 'version of the portal that is judged, for the report',
    schema: { type: 'string', minLength: 1 },
    read: ({ reader }: Source): string | undefined => reader.text('subject-version'),
    api: text,
  },
  labels: {
    name: 'label',
    takes: '<name=value>',
    about: 'label of the portal that is judged, for the report: oem=acme',
    several: '\n' as const,
    member: 'labels',
    schema: { type: 'array', items: { type: 'string', pattern: labelPattern.source } },
    read: ({ reader }: Source) => readLabels(reader.lines('label')),
    api: {
      takes: 'an object of strings by names',
      accepts: (value: unknown) =>
        isObject(value) &&
        Object.entries(value).every(([name, said]) => labelPattern.test(`${name}=${said}`)),
    },
  },
};
