import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** What tests of real servers need beside Node, and how each shows that it is there. */
const tools = {
  nginx: () => isProgram('nginx'),
  haproxy: () => isProgram('haproxy'),
  varnish: () => isProgram('varnishd'),
  squid: () => isProgram('squid'),
  'the OWASP CRS': () =>
    isProgram('nginx') &&
    existsSync('/usr/lib/nginx/modules/ngx_http_modsecurity_module.so') &&
    existsSync('/usr/share/modsecurity-crs/rules'),
} as const;

export type Tool = keyof typeof tools;

export function isThere(tool: Tool): boolean {
  return tools[tool]();
}

function isProgram(name: string): boolean {
  return (
    spawnSync('sh', ['-c', `command -v ${name}`], { env: pathOf(), stdio: 'ignore' }).status === 0
  );
}

/** Servers are in folders that are not everybody's. */
function pathOf(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
}

/** Below those that a system gives out by itself: another server may take one in between. */
let port = 20_000 + Math.floor(Math.random() * 10_000);

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  port += 1;
  const server = createServer();
  const bound = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  if (!(await bound)) return freePort();
  const found = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return found;
}

/** A program that serves on a port, with files of its own. */
export interface Program {
  readonly close: () => Promise<void>;
}

/**
 * Starts a server in a folder of its own, and waits until it listens.
 *
 * @param files what to write into the folder, by name
 * @param command the program and its arguments, given the folder
 */
export async function startProgram(
  port: number,
  files: (folder: string) => Record<string, string>,
  command: (folder: string) => readonly [string, ...string[]],
): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-real-'));
  // Some servers give up root and must still read it.
  chmodSync(folder, 0o777);
  for (const [name, text] of Object.entries(files(folder))) writeFileSync(join(folder, name), text);
  const [program, ...args] = command(folder);
  const child = spawn(program, args, {
    cwd: folder,
    env: pathOf(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-4000);
    });
  await untilListening(child, port, () => said);
  const close = async () => {
    child.kill('SIGTERM');
    const late = global.setTimeout(() => child.kill('SIGKILL'), 5000);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  return { close };
}

async function untilListening(child: ChildProcess, port: number, said: () => string) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${said()}`);
    if (await listens(port)) return;
    await setTimeout(30);
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answer = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answer;
}
