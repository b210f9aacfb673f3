import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Misconfigured } from '../contract/misconfigured.ts';
import { type Statement, topics } from '../contract/requirement.ts';
import { type Destination, formatNames, isFormat } from '../report/formats/formats.ts';
import { readText } from './json-file.ts';
import type { Environment } from './option-reader.ts';

/** @throws Misconfigured for a file that holds no certificate */
export function readPem(path: string): string {
  const pem = readText(path, '--ca');
  try {
    if (pem.includes('-----BEGIN CERTIFICATE-----') && createSecureContext({ ca: pem })) return pem;
  } catch {
    // What OpenSSL says of it helps nobody.
  }
  throw new Misconfigured(`The file of --ca holds no certificate in PEM: ${path}`);
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
  if (format !== undefined && isFormat(format) && path) return { format, path };
  throw new Misconfigured(
    `--report (PORTAL_REPORT) takes FORMAT=PATH, where FORMAT is ${formatNames.join(', ')}.`,
  );
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
): readonly string[] {
  const known = new Set<string>([...topics, ...register.map(({ id }) => id)]);
  const unknown = given.find((entry) => !known.has(entry));
  if (unknown === undefined) return given;
  throw new Misconfigured(
    `--${option} names no requirement or topic${/^[a-z0-9-]{1,40}$/.test(unknown) ? `: ${unknown}` : ''}. 'portal-conformance list' prints them; a target comes first, or write --${option}=IDS.`,
  );
}

/** @returns the ids of the requirements that may be untested, or true for all of them */
export function readAllowed(
  given: true | readonly string[],
  register: readonly Statement[],
): true | readonly string[] {
  if (given === true) return true;
  const entries = readSelectors(given, 'allow-untested', register);
  return register
    .filter(({ id, topic }) => entries.includes(id) || entries.includes(topic))
    .map(({ id }) => id);
}
