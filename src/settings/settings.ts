import { randomInt } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { parseEnv } from 'node:util';
import { Misconfigured } from '../contract/misconfigured.ts';
import {
  type CredentialName,
  type Profile,
  type Statement,
  topics,
} from '../contract/requirement.ts';
import { credentialKinds } from '../portal/credential.ts';
import type { Baseline } from '../report/baseline.ts';
import { type Destination, formats, isFormat } from '../report/formats/formats.ts';
import type { AdminCredentials } from '../sandbox/administrator.ts';
import { readBaseline } from './baseline-file.ts';
import { type Config, readConfig, withVariables } from './config-file.ts';
import { readText } from './json-file.ts';
import { type Environment, type Given, OptionReader, variableOf } from './option-reader.ts';

/** What a run is told to do. Times are in milliseconds. */
export interface Settings {
  /** As it was given; without one, a reference portal is started and judged. */
  readonly target?: string | undefined;
  /** What was asked for; undefined leaves it to the credentials. */
  readonly profile?: Profile | undefined;
  readonly credentials: ReadonlyMap<CredentialName, string>;
  readonly admin?: AdminCredentials | undefined;
  /** Makes the names of what a full run makes. */
  readonly seed: number;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly strict: boolean;
  readonly allowUntested: true | readonly string[];
  /** Whether nothing on the way logs URLs or user names: tokens that were given may go there. */
  readonly allowTokenInUrl: boolean;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly settleMs: number;
  /** How long the removal of what was made is followed. */
  readonly cleaningMs: number;
  readonly concurrency: number;
  readonly origin?: string | undefined;
  readonly ca?: { readonly pem: string; readonly file: string } | undefined;
  readonly insecure: boolean;
  /** The image that was started as the target. */
  readonly image?: string;
  /** Images to start and judge, one after the other, in place of a target. */
  readonly images: readonly string[];
  readonly imageEnvironment: Readonly<Record<string, string>>;
  readonly imagePort: number;
  readonly startupTimeoutMs: number;
  /** Failures that are known, and do not fail the run. */
  readonly baseline?: Baseline | undefined;
  readonly reports: readonly Destination[];
  readonly detail: 'quiet' | 'normal' | 'verbose';
}

/**
 * Reads the settings of a run: the command line before the environment before
 * the file that `--env-file` names before the configuration file.
 *
 * @throws Misconfigured
 */
export function readSettings(
  given: Given,
  environment: Environment,
  register: readonly Statement[],
): Settings {
  const { variables, config } = sources(given, environment);
  const read = new OptionReader(given, variables, config.options);
  const settings = settingsFrom(read, given, variables, register);
  refuseEmpty(settings, given, environment);
  return settings;
}

/**
 * What was given and is empty, as an unset variable of a CI system, is no wish for
 * the reference portal, whose verdict would be taken for that of the target.
 */
function refuseEmpty({ target, images }: Settings, given: Given, environment: Environment): void {
  if (target !== undefined || images.length > 0) return;
  const empty = ['target', 'image'].find(
    (name) => typeof (given[name] ?? environment[variableOf(name)]) === 'string',
  );
  if (empty)
    throw new Misconfigured(
      `${given[empty] === undefined ? variableOf(empty) : `--${empty}`} is given, and empty.`,
    );
  const stray = ['image-env', 'image-port', 'startup-timeout'].find((name) => given[name]);
  if (stray) throw new Misconfigured(`--${stray} is for --image, which is not given.`);
}

/** The settings of a run for which nothing is said, anywhere. */
export function defaultSettings(): Settings {
  return settingsFrom(new OptionReader({}, {}), {}, {}, []);
}

function settingsFrom(
  read: OptionReader,
  given: Given,
  variables: Environment,
  register: readonly Statement[],
): Settings {
  const baseline = read.text('baseline');
  const ca = read.text('ca');
  return {
    // An empty argument is a mistake, not the wish for the reference portal.
    target: typeof given.target === 'string' ? given.target : read.text('target'),
    profile: readProfile(read.text('profile')),
    credentials: readCredentials(variables),
    admin: readAdmin(variables),
    seed: read.integer('seed') ?? randomInt(2 ** 32),
    only: selectors(read.list('only'), 'only', register),
    skip: selectors(read.list('skip'), 'skip', register),
    strict: read.flag('strict'),
    allowUntested: readAllowed(read, register),
    allowTokenInUrl: read.flag('allow-token-in-url'),
    timeoutMs: read.seconds('timeout', 10),
    deadlineMs: read.seconds('deadline', 120),
    settleMs: read.seconds('settle', 10, 0),
    cleaningMs: 30_000,
    concurrency: read.count('concurrency', 16),
    origin: readOrigin(read.text('origin')),
    ca: ca === undefined ? undefined : { file: ca, pem: readPem(ca) },
    insecure: read.flag('insecure'),
    images: read.list('image'),
    imageEnvironment: readImageEnvironment(read.lines('image-env'), variables),
    imagePort: read.port('image-port', 9909),
    startupTimeoutMs: read.seconds('startup-timeout', 120),
    baseline: baseline === undefined ? undefined : readBaseline(baseline),
    reports: read.list('report').map(readReport),
    detail: read.flag('quiet') ? 'quiet' : read.flag('verbose') ? 'verbose' : 'normal',
  };
}

/** The reports that a call asks for, as far as that can be told from a wrong one. */
export function reportsOf(given: Given, environment: Environment): Settings['reports'] {
  const none = { variables: environment, config: { options: {} } };
  for (const from of [() => sources(given, environment), () => none]) {
    try {
      const { variables, config } = from();
      return new OptionReader(given, variables, config.options).list('report').map(readReport);
    } catch {
      // The file or the option is what is wrong with the call.
    }
  }
  return [];
}

/** The variables, with what the named file gives beside them, and the configuration. */
function sources(
  given: Given,
  environment: Environment,
): { variables: Environment; config: Config } {
  const file = given['env-file'] ?? environment.PORTAL_ENV_FILE;
  const variables = {
    ...(typeof file === 'string' ? readEnvFile(file) : {}),
    ...withoutEmpty(environment),
  };
  const config = readConfig(new OptionReader(given, variables).text('config'));
  return { variables: withVariables(variables, config), config };
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

function readEnvFile(path: string): Environment {
  return parseEnv(readText(path, '--env-file')) as Environment;
}

function readPem(path: string): string {
  const pem = readText(path, '--ca');
  try {
    if (pem.includes('-----BEGIN CERTIFICATE-----') && createSecureContext({ ca: pem })) return pem;
  } catch {
    // What OpenSSL says of it helps nobody.
  }
  throw new Misconfigured(`The file of --ca holds no certificate in PEM: ${path}`);
}

function readOrigin(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new Misconfigured('--origin (PORTAL_ORIGIN) takes an origin, such as https://example.com.');
}

/** `K=V`, or `K` for what the variable of that name holds: a secret is no argument. */
function readImageEnvironment(
  lines: readonly string[],
  variables: Environment,
): Record<string, string> {
  const entries = lines.map((line) => {
    const [, name = '', , value] = /^([A-Za-z_]\w*)(=(.*))?$/s.exec(line) ?? [];
    const given = value ?? variables[name];
    if (name !== '' && given !== undefined) return [name, given];
    throw new Misconfigured(
      '--image-env (PORTAL_IMAGE_ENV) takes K=V, or K for a variable that is set.',
    );
  });
  return Object.fromEntries(entries);
}

/** @throws Misconfigured */
export function readReport(text: string): Destination {
  const [, format, path] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  if (format !== undefined && isFormat(format) && path) return { format, path };
  throw new Misconfigured(
    `--report (PORTAL_REPORT) takes FORMAT=PATH, where FORMAT is ${formats.join(', ')}.`,
  );
}

/** @returns what was given, every entry of it known */
export function selectors(
  given: readonly string[],
  option: string,
  register: readonly Statement[],
): readonly string[] {
  const known = new Set<string>([...topics, ...register.map(({ id }) => id)]);
  const unknown = given.find((one) => !known.has(one));
  if (unknown === undefined) return given;
  throw new Misconfigured(
    `--${option} names no requirement or topic${/^[a-z0-9-]{1,40}$/.test(unknown) ? `: ${unknown}` : ''}. 'portal-conformance list' prints them; a target comes first, or write --${option}=IDS.`,
  );
}

function readAllowed(read: OptionReader, register: readonly Statement[]): true | readonly string[] {
  const some = read.some('allow-untested');
  if (some === true) return true;
  const given = selectors(some, 'allow-untested', register);
  return register
    .filter(({ id, topic }) => given.includes(id) || given.includes(topic))
    .map(({ id }) => id);
}

function readProfile(text: string | undefined): Profile | undefined {
  if (text === undefined || text === 'read-only' || text === 'full') return text;
  throw new Misconfigured('--profile (PORTAL_PROFILE) takes read-only or full.');
}

function readAdmin(variables: Environment): AdminCredentials | undefined {
  const { PORTAL_ADMIN_USERNAME: username, PORTAL_ADMIN_PASSWORD: password } = variables;
  const token = readToken(variables, 'PORTAL_ADMIN_TOKEN');
  if (token !== undefined && (username || password)) {
    throw new Misconfigured(
      'Give PORTAL_ADMIN_TOKEN, or PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, not both.',
    );
  }
  if (Boolean(username) !== Boolean(password)) {
    throw new Misconfigured('PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD go together.');
  }
  return token ? { token } : username ? { username, password } : undefined;
}

function readCredentials(variables: Environment): Map<CredentialName, string> {
  const credentials = new Map<CredentialName, string>();
  for (const { name, variable } of credentialKinds) {
    const token = readToken(variables, variable);
    if (token === undefined) continue;
    const twin = credentialKinds.find((one) => credentials.get(one.name) === token);
    if (twin) throw new Misconfigured(`${twin.variable} and ${variable} hold the same token.`);
    credentials.set(name, token);
  }
  return credentials;
}

function readToken(variables: Environment, variable: string): string | undefined {
  const token = variables[variable]?.trim();
  if (!token) return undefined;
  if (/^bearer\s/i.test(token)) {
    throw new Misconfigured(`${variable} must hold the token alone, without the word Bearer.`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Misconfigured(`${variable} holds characters that no bearer token has.`);
  }
  return token;
}
