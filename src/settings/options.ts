import { randomInt } from 'node:crypto';
import { formatNames } from '../report/formats/formats.ts';
import { readBaseline } from './baseline-file.ts';
import { connectionOptions } from './connection-options.ts';
import { developingOptions, outputOptions } from './developing-options.ts';
import {
  choice,
  count,
  flagOfApi,
  list,
  type Option,
  type Source,
  seconds,
  text,
  textList,
} from './option.ts';
import { subjectOptions } from './subject-options.ts';
import {
  readAllowed,
  readImageEnvironment,
  readOrigin,
  readReports,
  readSelectors,
} from './values.ts';

/** The configuration file that is read when no other is named. */
export const configName = 'portal-conformance.config.json';

/** Every option of a run, by the name of its setting. Times are in milliseconds there. */
export const optionTable = {
  profile: choice(
    {
      name: 'profile',
      takes: '<profile>',
      about:
        'read-only, or full: create users and tokens, and remove them (full with an administrator alone)',
    },
    ['read-only', 'full'],
  ),
  reference: flagOfApi({
    name: 'reference',
    about: 'judge the reference portal that comes with the suite, in place of a target',
  }),
  seed: {
    name: 'seed',
    takes: '<number>',
    about: 'seed for the names of a full run (random, printed)',
    schema: { type: 'integer', minimum: 0 },
    read: ({ reader }: Source): number => reader.integer('seed') ?? randomInt(2 ** 32),
    api: { takes: 'a whole number', accepts: (value: unknown) => Number.isInteger(value) },
  },
  only: {
    ...list(
      {
        name: 'only',
        takes: '<ids>',
        about:
          'judge only these requirements, topics or levels, separated by commas; * stands for any letters',
      },
      (values, { register }) => readSelectors(values, 'only', register),
    ),
    api: textList,
  },
  skip: {
    ...list(
      { name: 'skip', takes: '<ids>', about: 'leave out these requirements, topics or levels' },
      (values, { register }) => readSelectors(values, 'skip', register),
    ),
    api: textList,
  },
  ...developingOptions,
  ...subjectOptions,
  strict: flagOfApi({ name: 'strict', about: 'a violated SHOULD fails' }),
  allowUntested: {
    name: 'allow-untested',
    takes: '[ids]',
    about: 'accept untested MUSTs: these, or all',
    several: ',' as const,
    schema: { anyOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'string' } }] },
    read: ({ reader, register }: Source) => readAllowed(reader.some('allow-untested'), register),
    api: {
      takes: 'true or an array of strings',
      accepts: (value: unknown) => value === true || textList.accepts(value),
    },
  },
  allowTokenInUrl: {
    ...flagOfApi({
      name: 'allow-token-in-url',
      about: 'nothing on the way logs: send given tokens in a URL and as a Basic user name, too',
    }),
    weakens: true,
  },
  timeoutMs: seconds({ name: 'timeout', about: 'bound of one request (10)' }, 10),
  deadlineMs: seconds({ name: 'deadline', about: 'bound of the whole run (120)' }, 120),
  cleanupTimeoutMs: seconds(
    { name: 'cleanup-timeout', about: 'bound of removing what a full run created (60)' },
    60,
  ),
  settleMs: seconds(
    {
      name: 'settle',
      about: 'how long a change may take to show everywhere, and a busy server is waited for (10)',
    },
    10,
    'zero',
  ),
  concurrency: count(
    { name: 'concurrency', about: 'requests in flight at once (48; 16 of those that write)' },
    48,
    256,
  ),
  longList: count(
    { name: 'long-list', about: 'tokens that a full run creates for a long list (120)' },
    120,
    5000,
  ),
  rate: {
    name: 'rate',
    takes: '<number>',
    about: 'requests a second at most (no bound until the server answers 429 or 503)',
    schema: { type: 'number', exclusiveMinimum: 0 },
    read: ({ reader }: Source): number | undefined => reader.rate('rate'),
    api: {
      takes: 'a number above 0',
      accepts: (value: unknown) => typeof value === 'number' && value > 0,
    },
  },
  sandboxFile: {
    name: 'sandbox',
    takes: '<file>',
    about:
      "module whose default export creates accounts, users and tokens, in place of the vendor's API",
    isPath: true,
    weakens: true,
    schema: { type: 'string' },
    read: ({ reader }: Source): string | undefined => reader.text('sandbox'),
  },
  origin: {
    name: 'origin',
    takes: '<origin>',
    about: 'Origin header to send, for tokens that are restricted to hosts',
    schema: { type: 'string' },
    read: ({ reader }: Source): string | undefined => readOrigin(reader.text('origin')),
    api: text,
  },
  ...connectionOptions,
  images: {
    ...list(
      {
        name: 'image',
        takes: '<name>',
        about: 'start this image and judge it with the full profile; several, one after the other',
      },
      (values) => values,
    ),
    weakens: true,
  },
  imageEnvironment: {
    name: 'image-env',
    weakens: true,
    takes: '<k=v>',
    about: 'environment variable of the image; K alone takes its value from the environment',
    several: '\n' as const,
    schema: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z_]\\w*(=.*)?$' } },
    read: ({ reader, variables }: Source) =>
      readImageEnvironment(reader.lines('image-env'), variables),
  },
  imagePort: {
    name: 'image-port',
    takes: '<number>',
    about: 'port of the image (9909)',
    schema: { type: 'integer', minimum: 1, maximum: 65_535 },
    read: ({ reader }: Source) => reader.port('image-port', 9909),
  },
  startupTimeoutMs: seconds(
    { name: 'startup-timeout', about: 'how long an image may take to answer (120)' },
    120,
  ),
  reports: {
    ...list(
      {
        name: 'report',
        takes: '<format=path>',
        about: `write the report as ${formatNames.join(', ')}; - is standard output; several, separated by commas`,
      },
      (values) => readReports(values),
    ),
    member: 'reports',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        formatNames.map((format) => [format, { type: 'string', minLength: 1 }]),
      ),
    },
  },
  baseline: {
    name: 'baseline',
    takes: '<file>',
    about: 'known failures, which do not fail',
    isPath: true,
    schema: { type: 'string' },
    read: ({ reader }: Source) => {
      const file = reader.text('baseline');
      return file === undefined ? undefined : readBaseline(file);
    },
  },
  ...outputOptions,
} satisfies Record<string, Option>;

type Table = typeof optionTable;

/** What the options say, by the name of the setting. */
export type OptionSettings = { readonly [Name in keyof Table]: ReturnType<Table[Name]['read']> };

/** The settings that `verify()` takes as they are. */
export type ApiOption = {
  [Name in keyof Table]: Table[Name] extends { api: object } ? Name : never;
}[keyof Table];

/** Every option that is a setting, in the order in which they are listed. */
export const options: readonly Option[] = Object.values(optionTable);

/** What the command takes: the settings, and where they are read from. */
export const commandOptions: readonly Pick<
  Option,
  'name' | 'letter' | 'takes' | 'about' | 'several'
>[] = [
  ...options,
  { name: 'config', takes: '<file>', about: `configuration file (${configName})` },
  {
    name: 'env-file',
    takes: '<file>',
    several: '\n' as const,
    about: 'read variables that are not set from this file; of several, the last counts',
  },
];
