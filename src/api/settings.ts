import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { credentialKinds } from '../portal/credential.ts';
import { troubleOfAdapter } from '../sandbox/adapter.ts';
import { readAdmin, readCallerLogin, readCredentials } from '../settings/credentials.ts';
import { nearest } from '../settings/nearest.ts';
import { camel, type Environment } from '../settings/option-reader.ts';
import { type ApiOption, type OptionSettings, optionTable } from '../settings/options.ts';
import { readProxy } from '../settings/proxy.ts';
import { defaultSettings, type Settings } from '../settings/settings.ts';
import { parsePem, readAllowed, readSelectors } from '../settings/values.ts';

/**
 * The settings of a run that a program asks for.
 *
 * @param target a URL, if it is known
 * @throws Misconfigured for whatever is wrong with them
 */
export function settingsOf(target: string | undefined, options: unknown): Settings {
  const given = members(options, 'The second argument of verify()');
  const { credentials, admin, callerLogin, ca, signal, proxy, sandbox, ...rest } = given;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new Misconfigured('signal must be an AbortSignal.');
  const trouble =
    typeof sandbox === 'function' || sandbox === undefined ? undefined : troubleOfAdapter(sandbox);
  if (trouble !== undefined) throw new Misconfigured(trouble);
  const variables = {
    ...variablesOf('credentials', credentials, tokens),
    ...variablesOf('admin', admin, administrator),
    ...variablesOf('callerLogin', callerLogin, caller),
  };
  return {
    ...defaultSettings(),
    ...checked(rest),
    target,
    credentials: readCredentials(variables),
    admin: readAdmin(variables),
    callerLogin: readCallerLogin(variables),
    ca: ca === undefined ? undefined : { pem: parsePem(text(ca, 'ca'), 'ca'), file: 'ca.pem' },
    // One that is still to be created is when the portal is there.
    sandbox: sandbox as Settings['sandbox'],
    proxy: proxy === undefined ? undefined : readProxy(text(proxy, 'proxy'), {}, target),
  };
}

/** Members of an option of ours, and the variable of the command that stands for each. */
type Members = Readonly<Record<string, string>>;

const tokens: Members = Object.fromEntries(
  credentialKinds.map(({ name, variable }) => [name, variable]),
);
const administrator: Members = {
  username: 'PORTAL_ADMIN_USERNAME',
  password: 'PORTAL_ADMIN_PASSWORD',
  token: 'PORTAL_ADMIN_TOKEN',
};
const caller: Members = {
  username: 'PORTAL_CALLER_USERNAME',
  password: 'PORTAL_CALLER_PASSWORD',
};

function variablesOf(option: string, value: unknown, known: Members): Environment {
  const entries = Object.entries(members(value, option)).map(([member, secret]) => {
    const variable = known[member];
    if (variable === undefined)
      throw new Misconfigured(
        `${option} takes ${Object.keys(known).join(', ')}, and no other member.`,
      );
    return [variable, text(secret, `${option}.${member}`)];
  });
  return Object.fromEntries(entries);
}

/** The members of an object that are given. */
function members(value: unknown, what: string): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Misconfigured(`${what} must be an object.`);
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

function text(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Misconfigured(`${what} must be a string that is not empty.`);
}

/** The options of the command, by their names in camel case. @throws Misconfigured */
function checked(given: Record<string, unknown>): Partial<OptionSettings> {
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(optionTable, name) && optionTable[name as ApiOption];
    if (!option || !('api' in option)) {
      const meant = nearest(name, optionNames);
      throw new Misconfigured(
        `verify() has no option of that name: ${name}.${meant ? ` Did you mean ${meant}?` : ''}`,
      );
    }
    if (!option.api.accepts(value)) throw new Misconfigured(`${name} takes ${option.api.takes}.`);
  }
  const {
    only = [],
    skip = [],
    allowUntested = [],
  } = given as Partial<Pick<OptionSettings, ApiOption>>;
  const hint = 'The export requirements holds them.';
  return {
    ...given,
    only: readSelectors(only, 'only', requirements, hint),
    skip: readSelectors(skip, 'skip', requirements, hint),
    allowUntested: readAllowed(allowUntested, requirements, hint),
  };
}

const optionNames = [
  ...Object.keys(optionTable).filter((name) => 'api' in optionTable[name as ApiOption]),
  ...['credentials', 'admin', 'callerLogin', 'ca', 'signal', 'proxy', 'sandbox'],
];

/** What the command calls things, and what a program does. */
const words: readonly (readonly [RegExp, string | ((...groups: string[]) => string)])[] = [
  [/, or PORTAL_TARGET/g, ''],
  [/--reference judges/g, "'reference' judges"],
  [/--sandbox/g, 'sandbox'],
  [/PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN/g, 'admin'],
  [/PORTAL_CALLER_USERNAME and PORTAL_CALLER_PASSWORD/g, 'callerLogin'],
  [
    /PORTAL_(ADMIN|CALLER)_(USERNAME|PASSWORD)/g,
    (_, whose = '', what = '') =>
      `${whose === 'ADMIN' ? 'admin' : 'callerLogin'}.${what.toLowerCase()}`,
  ],
  [/PORTAL_ADMIN_TOKEN/g, 'admin.token'],
  [
    /PORTAL_(CALLER|TEAMMATE|OUTSIDER)_(TOKEN|SESSION)/g,
    (_, whose = '', what = '') => `credentials['${whose.toLowerCase()}.${what.toLowerCase()}']`,
  ],
  [/--([a-z][a-z-]+)(?: \(PORTAL_[A-Z_]+\))?/g, (_, name = '') => nameOf(name)],
];

/** What is wrong with a call, in the words of a program. */
export function inApiWords(message: string): string {
  return words.reduce((told, [said, ours]) => told.replace(said, ours as string), message);
}

/** The name of an option in a program: `timeoutMs` for `timeout`. */
function nameOf(option: string): string {
  const entry = Object.entries(optionTable).find(([, { name }]) => name === option);
  return entry?.[0] ?? camel(option);
}
