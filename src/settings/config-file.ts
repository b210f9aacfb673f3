import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Misconfigured } from '../contract/misconfigured.ts';
import { readJsonFile } from './json-file.ts';
import { type Environment, kebab } from './option-reader.ts';
import { configName, options } from './options.ts';

/** What a configuration file says, as options are written on the command line. */
export interface Config {
  readonly options: Readonly<Record<string, string>>;
  /** For a variable of ours, the variable that holds its value. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where it was read from; undefined when there is none. */
  readonly file?: string;
}

export interface ConfigFile {
  readonly $schema?: string;
  readonly variables?: Config['variables'];
  readonly reports?: Readonly<Record<string, string>>;
  readonly [option: string]: unknown;
}

/**
 * Reads the configuration file that is named, or else the one in the working
 * directory if there is one. Paths in it are taken from where it is.
 *
 * @throws Misconfigured
 */
export function readConfig(named: string | undefined): Config {
  const path = named ?? (existsSync(configName) ? configName : undefined);
  if (path === undefined) return { options: {}, variables: {} };
  const { value } = readJsonFile<ConfigFile>(path, '--config', 'config');
  const { $schema: _, variables = {}, reports: __, targets: ___, ...rest } = value;
  if (named === undefined) refuseWeakening(rest, variables, path);
  return configOf(value, path);
}

/** What a configuration says that was read from a file; paths in it are taken from where that is. */
export function configOf(value: ConfigFile, path: string): Config {
  const { $schema: _, variables = {}, reports = {}, targets: __, ...rest } = value;
  const from = (file: string) => {
    // `"C:\temp"` holds a tab.
    if (/\p{Cc}/u.test(file))
      throw new Misconfigured(
        `${path}: a path in it holds a control character: in JSON a backslash is written \\\\, or write /.`,
      );
    return file === '-' ? file : resolve(dirname(path), file);
  };
  const read = Object.entries(rest).map(([name, given]) => {
    const { isPath, several = ',', name: option = kebab(name) } = optionOf(name) ?? {};
    if (isPath) return [option, from(String(given))];
    return [option, Array.isArray(given) ? given.join(several) : String(given)];
  });
  const report = Object.entries(reports).map(([format, file]) => `${format}=${from(file)}`);
  if (report.length > 0) read.push(['report', report.join(',')]);
  return { options: Object.fromEntries(read), variables, file: path };
}

/** The option of a member. */
function optionOf(member: string) {
  return options.find((one) => (one.member ?? one.name) === kebab(member));
}

/**
 * A file that happens to be in the working directory, of a pull request say, cannot weaken a run
 * nor choose which secrets of the environment are sent.
 *
 * @throws Misconfigured
 */
export function refuseWeakening(
  members: object,
  variables: Config['variables'],
  path: string,
): void {
  const weak = Object.keys(members).find((name) => optionOf(name)?.weakens);
  const foreign = Object.values(variables).find((name) => !name.startsWith('PORTAL_'));
  const what = weak ?? (foreign === undefined ? undefined : `the variable ${foreign}`);
  if (what === undefined) return;
  throw new Misconfigured(
    `${path} was found, not named, so it cannot set ${what}. Name it with --config ${path} if you trust it.`,
  );
}

/** The environment, with the variables that a configuration takes from others. */
export function withVariables(environment: Environment, { variables }: Config): Environment {
  const taken = Object.entries(variables)
    .filter(([, from]) => environment[from])
    .map(([name, from]) => [name, environment[from]]);
  return { ...Object.fromEntries(taken), ...environment };
}

/** A configuration to begin with. */
export const firstConfig = `${JSON.stringify(
  {
    $schema: './node_modules/portal-conformance/schemas/config.schema.json',
    target: 'https://staging.example.com:9909',
    strict: false,
    reports: { json: 'portal-conformance/report.json', html: 'portal-conformance/report.html' },
    variables: {
      PORTAL_ADMIN_USERNAME: 'PORTAL_ADMIN_USERNAME',
      PORTAL_ADMIN_PASSWORD: 'PORTAL_ADMIN_PASSWORD',
    },
  },
  undefined,
  2,
)}\n`;
