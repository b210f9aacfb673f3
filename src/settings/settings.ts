import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { CredentialName, Statement } from '../contract/requirement.ts';
import type { Tunnel } from '../http/agents.ts';
import type { SandboxAdapter } from '../sandbox/adapter.ts';
import type { AdminCredentials } from '../sandbox/administrator.ts';
import type { Login } from '../sandbox/logins.ts';
import { type Config, readConfig, withVariables } from './config-file.ts';
import { readAdmin, readCallerLogin, readCredentials } from './credentials.ts';
import { doubtsOf } from './doubts.ts';
import { readEnvFile } from './env-file.ts';
import type { Source } from './option.ts';
import { type Environment, type Given, OptionReader, variableOf } from './option-reader.ts';
import { type OptionSettings, optionTable } from './options.ts';
import { readText } from './text-file.ts';
import { readReports } from './values.ts';

/** The settings of a run. Times are in milliseconds. */
export interface Settings extends OptionSettings {
  /** As it was given: a URL, or `reference`. */
  readonly target?: string | undefined;
  readonly credentials: ReadonlyMap<CredentialName, string>;
  readonly admin?: AdminCredentials | undefined;
  /** In place of a session token of the caller. */
  readonly callerLogin?: Login | undefined;
  /** Whether the target listens for this run alone, in this process: nothing on the way logs. */
  readonly startedHere?: boolean;
  /** What creates accounts, users and tokens in place of the vendor's API; of `sandboxFile` once it is loaded. */
  readonly sandbox?: SandboxAdapter | undefined;
  /** The image that was started as the target. */
  readonly image?: string;
  /** What the engine says which image that was. */
  readonly imageDigest?: string;
  readonly detail: 'quiet' | 'normal' | 'verbose';
  /** Certificate authorities of the environment, in PEM. */
  readonly authorities: readonly string[];
  /** What tunnels through the proxy, once it is loaded. */
  readonly tunnel?: Tunnel | undefined;
  /** What may be a typing error, of the notices. */
  readonly doubts: readonly string[];
  /** What every output says of where the settings came from. */
  readonly notices: readonly string[];
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
  return settingsIn(config, variables, given, environment, register);
}

/**
 * The settings of a run with a configuration that has been read.
 *
 * @param variables all that are set, those that the configuration takes from others included
 * @throws Misconfigured
 */
export function settingsIn(
  config: Config,
  variables: Environment,
  given: Given,
  environment: Environment,
  register: readonly Statement[],
): Settings {
  const reader = new OptionReader(given, variables, config.options);
  const doubts = doubtsOf(reader, variables, config);
  try {
    const read = settingsFrom({ reader, variables, register }, given);
    const notices = [...noticesOf(config, environment), ...doubts, ...waysOf(read)];
    const settings = { ...read, doubts, notices };
    refuseConflicts(settings);
    refuseEmpty(settings, given, environment);
    refuseReplaced(settings.reports, reader);
    return settings;
  } catch (error) {
    // A typing error is told as something that is lacking.
    if (!(error instanceof Misconfigured) || doubts.length === 0) throw error;
    throw new Misconfigured([error.message, ...doubts].join(' '));
  }
}

/** What stands between a run and its target. */
function waysOf({ proxy, headers, resolve: host }: Settings): string[] {
  return [
    ...(proxy ? [`Requests go through the proxy ${proxy.url.host} (${proxy.from}).`] : []),
    ...(headers.length > 0
      ? [`Every request has, too: ${headers.map(({ name }) => name).join(', ')}.`]
      : []),
    ...(host ? [`The host of the target is taken to be at ${host.address}.`] : []),
  ];
}

function refuseConflicts({ cert, key, proxy, resolve: host, quiet, verbose }: Settings): void {
  if (quiet && verbose) throw new Misconfigured('Give --quiet or --verbose, not both.');
  if (key && !cert) throw new Misconfigured('--key is for --cert, which is not given.');
  if (proxy && host)
    throw new Misconfigured(
      `--resolve cannot be used with a proxy (${proxy.from}), which resolves the name itself; --proxy none goes without.`,
    );
  if (!cert) return;
  try {
    const { pem, passphrase } = key ?? cert;
    createSecureContext({ cert: cert.pem, key: pem, ...(passphrase ? { passphrase } : {}) });
  } catch {
    // What OpenSSL says of it helps nobody.
    throw new Misconfigured(
      'The client certificate cannot be used: is the key in --key FILE that of --cert FILE, and PORTAL_KEY_PASSPHRASE right?',
    );
  }
}

function noticesOf({ file }: Pick<Config, 'file'>, environment: Environment): string[] {
  const isSwitchedOff = environment.NODE_TLS_REJECT_UNAUTHORIZED === '0';
  return [
    ...(file === undefined ? [] : [`Options were read from ${file}.`]),
    ...(isSwitchedOff
      ? [
          'NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: --ca trusts an authority, --insecure trusts everybody.',
        ]
      : []),
  ];
}

/** Files that a call reads, or keeps secrets in. */
const notReplaced = ['env-file', 'config', 'baseline', 'ca', 'cert', 'key', 'sandbox', 'keep'];

/** The option whose file a report would take the place of. */
function replacedBy(path: string, reader: OptionReader): string | undefined {
  const isSame = (file: string) => resolve(file) === resolve(path);
  return path === '-' ? undefined : notReplaced.find((name) => reader.lines(name).some(isSame));
}

function refuseReplaced(reports: Settings['reports'], reader: OptionReader): void {
  for (const { format, path } of reports) {
    const name = replacedBy(path, reader);
    if (name)
      throw new Misconfigured(`--report ${format}=${path} is the file of --${name}: give another.`);
  }
}

/** What was given and is empty, as an unset variable of a CI system, asks for nothing else in its place. */
function refuseEmpty({ target, images }: Settings, given: Given, environment: Environment): void {
  const nothing = ['only', 'skip'].find((name) => given[name] === '');
  if (nothing) throw new Misconfigured(`--${nothing} is set but empty.`);
  const stray = ['image-env', 'image-port', 'startup-timeout'].find((name) => given[name]);
  if (stray && images.length === 0)
    throw new Misconfigured(`--${stray} is for --image, which is not given.`);
  if (target !== undefined || images.length > 0) return;
  const empty = ['target', 'image'].find(
    (name) => typeof (given[name] ?? environment[variableOf(name)]) === 'string',
  );
  if (empty)
    throw new Misconfigured(
      `${given[empty] === undefined ? variableOf(empty) : `--${empty}`} is set but empty.`,
    );
}

/** The settings of a run for which nothing is said, anywhere. */
export function defaultSettings(): Settings {
  return settingsFrom({ reader: new OptionReader({}, {}), variables: {}, register: [] }, {});
}

function settingsFrom(source: Source, given: Given): Settings {
  const entries = Object.entries(optionTable).map(([name, { read }]) => [name, read(source)]);
  const options = Object.fromEntries(entries) as OptionSettings;
  const { reader, variables } = source;
  if (options.rerun && options.only.length > 0)
    throw new Misconfigured('Give --only or --rerun, not both.');
  return {
    ...options,
    only: options.rerun ?? options.only,
    // An empty argument is a mistake, not a request for the target of a variable.
    target: typeof given.target === 'string' ? given.target : reader.text('target'),
    credentials: readCredentials(variables),
    admin: readAdmin(variables),
    callerLogin: readCallerLogin(variables),
    doubts: [],
    notices: [],
    authorities: authoritiesOf(variables, options.ca !== undefined),
    detail: options.quiet ? 'quiet' : options.verbose ? 'verbose' : 'normal',
  };
}

/** Authorities that the environment names; Node itself reads NODE_EXTRA_CA_CERTS unless others are named. */
function authoritiesOf(variables: Environment, isNamed: boolean): readonly string[] {
  const { SSL_CERT_FILE, NODE_EXTRA_CA_CERTS } = variables;
  if (!SSL_CERT_FILE && !isNamed) return [];
  return [
    ...(SSL_CERT_FILE ? [readText(SSL_CERT_FILE, 'SSL_CERT_FILE')] : []),
    ...(NODE_EXTRA_CA_CERTS ? [readText(NODE_EXTRA_CA_CERTS, 'NODE_EXTRA_CA_CERTS')] : []),
  ];
}

/** The reports that a call requests, as far as a wrong one says, and what every output says. */
export function reportsOf(
  given: Given,
  environment: Environment,
): Pick<Settings, 'reports' | 'notices'> {
  const none = { variables: environment, config: { options: {}, variables: {} } as Config };
  for (const from of [() => sources(given, environment), () => none]) {
    try {
      const { variables, config } = from();
      const reader = new OptionReader(given, variables, config.options);
      return {
        reports: readReports(reader.list('report')).filter(
          ({ path }) => replacedBy(path, reader) === undefined,
        ),
        notices: noticesOf(config, environment),
      };
    } catch {
      // The file or the option is what is wrong with the call.
    }
  }
  return { reports: [], notices: [] };
}

/** The variables, with what the named file gives beside them, and the configuration. */
function sources(
  given: Given,
  environment: Environment,
): { variables: Environment; config: Config } {
  const file = given['env-file'] ?? environment.PORTAL_ENV_FILE;
  const variables = {
    ...(typeof file === 'string' ? Object.assign({}, ...file.split('\n').map(readEnvFile)) : {}),
    ...withoutEmpty(environment),
  };
  const config = readConfig(new OptionReader(given, variables).text('config'));
  return { variables: withVariables(variables, config), config };
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}
