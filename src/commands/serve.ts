import { quote } from '../http/curl.ts';
import { plain } from '../reference/behaviour.ts';
import { faults } from '../reference/faults.ts';
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
  const behaviour =
    given.fault === undefined ? plain : faults.find(({ name }) => name === given.fault);
  if (!behaviour) {
    const typed = typeof given.fault === 'string' ? given.fault : '';
    const meant = nearest(
      typed,
      faults.map(({ name }) => name),
    );
    complain(
      output,
      `--fault names none of the faults that --list-faults prints.${meant ? ` Did you mean ${meant}?` : ''}`,
    );
    return 2;
  }
  const host = typeof given.host === 'string' ? given.host : undefined;
  const { INITIAL_ADMIN_USERNAME: username = 'admin', INITIAL_ADMIN_PASSWORD: password } =
    environment;
  const admin = password ? { username, password } : undefined;
  const started = startReference(behaviour, { port, host, admin });
  const portal = await started.catch((error: NodeJS.ErrnoException) => error);
  if (portal instanceof Error) {
    complain(output, `Cannot listen on ${host ?? '127.0.0.1'}:${port} (${portal.code}).`);
    return 2;
  }
  output.out(`export PORTAL_TARGET=${portal.url}\n`);
  if (given['show-credentials'] === true) output.out(renderCredentials(portal));
  await new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  await portal.close();
  return 0;
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
