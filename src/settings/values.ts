import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Misconfigured } from '../contract/misconfigured.ts';
import { type Statement, topics } from '../contract/requirement.ts';
import type { Header } from '../http/curl.ts';
import { type Destination, formatNames, isFormat } from '../report/formats/formats.ts';
import { nearest } from './nearest.ts';
import type { Environment } from './option-reader.ts';
import { readText } from './text-file.ts';

/** @throws Misconfigured for a file that holds no certificate */
export function readPem(path: string): string {
  return parsePem(readText(path, '--ca'), `The file of --ca (${path})`);
}

/** @throws Misconfigured for a text that holds no certificate */
export function parsePem(pem: string, what: string): string {
  try {
    if (pem.includes('-----BEGIN CERTIFICATE-----') && createSecureContext({ ca: pem })) return pem;
  } catch {
    // What OpenSSL says of it helps nobody.
  }
  throw new Misconfigured(`${what} holds no certificate in PEM.`);
}

/** What a client certificate consists of: a certificate, a key, or both. */
export interface IdentityFile {
  readonly file: string;
  readonly pem: string;
  readonly passphrase?: string | undefined;
}

/** Reads a client certificate or its key. @throws Misconfigured */
export function readIdentity(
  file: string,
  option: '--cert' | '--key',
  { PORTAL_KEY_PASSPHRASE: passphrase }: Environment,
): IdentityFile {
  const pem = readText(file, option);
  const wanted = option === '--cert' ? 'CERTIFICATE' : 'PRIVATE KEY';
  if (new RegExp(`-----BEGIN ([A-Z]+ )*${wanted}-----`).test(pem)) return { file, pem, passphrase };
  throw new Misconfigured(`The file of ${option} holds no ${wanted.toLowerCase()} in PEM: ${file}`);
}

/** `NAME=VARIABLE`: a value is never an argument. @throws Misconfigured */
export function readHeaders(lines: readonly string[], variables: Environment): readonly Header[] {
  return lines.map((line) => {
    const [, name = '', variable = ''] = /^([!#$%&'*+.^`|~\w-]+)=([A-Za-z_]\w*)$/.exec(line) ?? [];
    if (name === '')
      throw new Misconfigured(
        '--header (PORTAL_HEADER) takes NAME=VARIABLE: the header, and the variable that holds its value.',
      );
    if (/^(authorization|host|cookie)$/i.test(name))
      throw new Misconfigured(
        `--header cannot set ${name}: it is part of what is judged. A gateway that needs it has to take another.`,
      );
    const value = variables[variable]?.trim();
    if (!value)
      throw new Misconfigured(
        `The variable that --header names for ${name} is not set. Give the name of a variable, never its value.`,
      );
    if (!/^[\x20-\x7e]+$/.test(value))
      throw new Misconfigured(
        `The variable that --header names for ${name} holds what cannot be the value of a header.`,
      );
    return { name, value, variable };
  });
}

/** `HOST:PORT:ADDRESS`, as of curl. @throws Misconfigured */
export function readResolve(text: string | undefined, target: string | undefined) {
  if (text === undefined) return undefined;
  const [, host = '', port = '', written = ''] = /^([^:]+):(\d+):(.+)$/.exec(text) ?? [];
  const address = written.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0)
    throw new Misconfigured(
      '--resolve (PORTAL_RESOLVE) takes HOST:PORT:ADDRESS, such as portal.example.com:443:192.0.2.7.',
    );
  if (target !== undefined && URL.canParse(target)) {
    const url = new URL(target);
    const itsPort = url.port || (url.protocol === 'https:' ? '443' : '80');
    if (url.hostname !== host.toLowerCase() || itsPort !== port)
      throw new Misconfigured(
        `--resolve is for ${host}:${port}, but the target is ${url.hostname}:${itsPort}.`,
      );
  }
  return { text, address };
}

export function readOrigin(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new Misconfigured('--origin (PORTAL_ORIGIN) takes an origin, such as https://example.com.');
}

/** `K=V`, or `K` for what the variable of that name holds: a secret is never an argument. */
export function readImageEnvironment(
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
function readReport(text: string): Destination {
  const [, format, path] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  const another = path && new RegExp(`[;\\s](?:${formatNames.join('|')})=`).test(path);
  if (another)
    throw new Misconfigured('--report (PORTAL_REPORT): several reports are separated by commas.');
  if (format !== undefined && isFormat(format) && path) return { format, path };
  throw new Misconfigured(
    `--report (PORTAL_REPORT) takes FORMAT=PATH, where FORMAT is ${formatNames.join(', ')}.`,
  );
}

/** A label as Prometheus takes it, and its value; names of our own are not to be had. */
export const labelPattern =
  /^(?!(?:target|profile|version|outcome|status|requirement|level)=)[A-Za-z][A-Za-z0-9_]*=[^\p{Cc}]{1,200}$/u;

/** Labels by name. @throws Misconfigured */
export function readLabels(
  lines: readonly string[],
  option = '--label (PORTAL_LABEL)',
): Readonly<Record<string, string>> {
  const entries = lines.map((line) => {
    if (!labelPattern.test(line))
      throw new Misconfigured(
        `${option} takes NAME=VALUE: a name of letters, digits and _, which is not that of a member of the report.`,
      );
    const [name = ''] = line.split('=');
    return [name, line.slice(name.length + 1)] as const;
  });
  const twice = entries.find(([name], index) => entries.findIndex(([one]) => one === name) < index);
  if (twice) throw new Misconfigured(`${option} gives ${twice[0]} twice.`);
  return Object.fromEntries(entries);
}

/** Several reports, each with a path of its own. @throws Misconfigured */
export function readReports(texts: readonly string[]): readonly Destination[] {
  const reports = texts.map(readReport);
  const paths = reports.map(({ path }) => (path === '-' ? path : resolve(path)));
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice === undefined) return reports;
  throw new Misconfigured(`--report (PORTAL_REPORT) names one path twice: ${twice}.`);
}

/** @returns what was given, every entry of it an id or a topic of the register */
export function readSelectors(
  given: readonly string[],
  option: string,
  register: readonly Statement[],
  hint = `'portal-conformance list' prints them; a target comes first, or write --${option}=IDS.`,
): readonly string[] {
  const ids = register.map(({ id }) => id);
  const known: readonly string[] = [...topics, ...ids];
  return given.flatMap((entry) => {
    if (known.includes(entry)) return [entry];
    const named = /^(must|should|note)$/i.test(entry)
      ? register.filter(({ level }) => level === entry.toUpperCase()).map(({ id }) => id)
      : known.filter((name) => isGlob(entry) && globOf(entry).test(name));
    if (named.length > 0) return named;
    // What has digits in a row may be a token.
    const isSafe = /^[a-z0-9*?-]{1,40}$/.test(entry) && !/\d{4}|[0-9a-f]{12}/.test(entry);
    const meant = isSafe ? nearest(entry, known) : undefined;
    throw new Misconfigured(
      `--${option} names no requirement or topic${isSafe ? `: ${entry}` : ''}.${meant ? ` Did you mean ${meant}?` : ''} ${hint}`,
    );
  });
}

function isGlob(entry: string): boolean {
  return /^[a-z0-9*?-]+$/.test(entry) && /[*?]/.test(entry);
}

/** `created-*`: an asterisk is any number of letters, a question mark is one. */
function globOf(entry: string): RegExp {
  return new RegExp(`^${entry.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/** @returns the ids of the requirements that may be untested, or true for all of them */
export function readAllowed(
  given: true | readonly string[],
  register: readonly Statement[],
  hint?: string,
): true | readonly string[] {
  if (given === true) return true;
  const entries = readSelectors(given, 'allow-untested', register, hint);
  return register
    .filter(({ id, topic }) => entries.includes(id) || entries.includes(topic))
    .map(({ id }) => id);
}
