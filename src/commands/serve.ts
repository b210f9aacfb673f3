import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quote } from '../http/curl.ts';
import type { Behaviour } from '../reference/behaviour.ts';
import { type DataFile, openData, WrongData } from '../reference/data-file.ts';
import { faults } from '../reference/faults.ts';
import { behaviourNamed } from '../reference/named.ts';
import type { Seed } from '../reference/seed.ts';
import { type Reference, startReference } from '../reference/start.ts';
import { nearest } from '../settings/nearest.ts';
import { type Call, complain } from './shared.ts';

/** Starts the reference portal, and serves until a signal comes. */
export async function serveCommand({ given, environment, output }: Call): Promise<number> {
  if (given['list-faults'] === true) {
    for (const { name, says } of faults) output.out(`${name}\t${says}\n`);
    return 0;
  }
  const portText = typeof given.port === 'string' ? given.port : '0';
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : -1;
  if (port < 0 || port > 65_535) {
    complain(output, '--port takes a number from 0 to 65535.');
    return 2;
  }
  const behaviour = behaviourOf(typeof given.fault === 'string' ? given.fault.split(',') : []);
  if (typeof behaviour === 'string') {
    complain(output, behaviour);
    return 2;
  }
  const host = typeof given.host === 'string' ? given.host : undefined;
  const { INITIAL_ADMIN_USERNAME: username = 'admin', INITIAL_ADMIN_PASSWORD: password } =
    environment;
  const admin = password ? { username, password } : undefined;
  const data = dataOf(given.data, admin);
  if (typeof data === 'string') {
    complain(output, data);
    return 2;
  }
  const certificate = given.tls === true ? await certificateFor(host) : undefined;
  const started = startReference(behaviour, {
    ...{ port, host, admin, tls: certificate?.tls },
    of: data?.seeded,
    onAnswer: data?.save,
  });
  const portal = await started.catch((error: NodeJS.ErrnoException) => error);
  if (portal instanceof Error) {
    certificate?.remove();
    complain(output, `Cannot listen on ${host ?? '127.0.0.1'}:${port} (${portal.code}).`);
    return 2;
  }
  // Where it listens on every address, it is reached by that of this machine.
  const url = portal.url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  output.out(`export PORTAL_TARGET=${url}\n`);
  if (certificate) output.out(`export PORTAL_CA=${quote(certificate.file)}\n`);
  if (given['show-credentials'] === true) output.out(renderCredentials(portal));
  complain(output, `listening on ${url}; Ctrl-C stops it.`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  await portal.close();
  // What jobs have done since the last answer.
  data?.save(portal);
  certificate?.remove();
  return 0;
}

/** The portal that is broken in some ways at once; or what is wrong with their names. */
function behaviourOf(names: readonly string[]): Behaviour | string {
  const found = behaviourNamed(names);
  if ('pair' in found)
    return `--fault ${found.pair.join(' and ')} cannot be combined: both change what the portal does for "${found.both}".`;
  if (!('unknown' in found)) return found;
  const meant = nearest(
    found.unknown,
    faults.map(({ name }) => name),
  );
  return `--fault names none of the faults that --list-faults prints.${meant ? ` Did you mean ${meant}?` : ''}`;
}

/** The file of --data, if one is given; or what is wrong with it. */
function dataOf(path: unknown, admin: Seed['admin'] | undefined): DataFile | string | undefined {
  if (typeof path !== 'string') return undefined;
  try {
    return openData(path, admin);
  } catch (error) {
    if (error instanceof WrongData) return `The file of --data ${error.message}: ${path}`;
    throw error;
  }
}

/** A certificate for this call alone, with the authority that signed it in a file. */
async function certificateFor(host = '127.0.0.1') {
  const { certify } = await import('../reference/certify.ts');
  const { ca, key, cert } = await certify([host, 'localhost']);
  const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-ca-'));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, ca);
  return { tls: { key, cert }, file, remove: () => rmSync(folder, { recursive: true }) };
}

/** What of the reference portal a shell is to know. */
function renderCredentials({ credentials, admin }: Reference): string {
  const variables = [...credentials].map(([name, token]) => [
    `PORTAL_${name.toUpperCase().replace('.', '_')}`,
    token,
  ]);
  const administrator = [
    ['PORTAL_ADMIN_USERNAME', admin.username],
    ['PORTAL_ADMIN_PASSWORD', admin.password],
  ];
  return [...variables, ...administrator]
    .map(([name, value]) => `export ${name}=${quote(value ?? '')}\n`)
    .join('');
}
