import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bare, cli, folder, table } from '../measure.mjs';

export const title = 'Soak: a thousand targets';

const size = Number(process.env.SOAK_TARGETS ?? 1000);
const faults = [undefined, 'wrapped', 'created-at-seconds', 'own-tokens-only'];
const [processes, shards, slowMs] = [20, 10, 200];

/** A fleet in one process, the same in ten shards, and one that is killed and goes on. */
export async function measure() {
  process.setMaxListeners(0);
  const portals = await Promise.all(
    Array.from({ length: processes }, (_, index) => startPortal(faults[index % faults.length])),
  );
  const slow = await delayed(portals[0]?.url ?? '');
  const { targets, variables } = fleetOf(portals, slow.url);
  const before = await Promise.all(portals.map(stateOf));
  const file = join(folder, 'targets.json');
  writeFileSync(file, JSON.stringify({ targets }));
  const fleet = (out, ...args) =>
    call(['fleet', '--targets', file, '--out', join(folder, out), ...args], variables);

  const whole = await fleet('whole');
  const from = performance.now();
  const parts = await Promise.all(
    Array.from({ length: shards }, (_, index) =>
      fleet('parts', '--shard', `${index + 1}/${shards}`, '--jobs', '2'),
    ),
  );
  const partsMs = performance.now() - from;
  const merged = await call(
    ['merge', join(folder, 'parts'), '--targets', file, '--out', join(folder, 'merged')],
    {},
  );
  const killed = await call(
    ['fleet', '--targets', file, '--out', join(folder, 'killed')],
    variables,
    whole.ms / 3,
  );
  const done = index('killed').length;
  const resumed = await fleet('killed', '--resume');
  const left = await differing(portals, before);
  // Nobody can clean up after SIGKILL; what it left can be found, by its names.
  for (const { url, variables: its } of portals)
    await call(['cleanup', url, '--older-than', '0s', '--yes'], its);
  const leftAfter = await differing(portals, before);
  for (const { kill } of portals) kill();
  slow.close();

  const outcomes = (out) =>
    JSON.stringify(
      index(out)
        .map(({ id, outcome }) => [id, outcome])
        .sort(),
    );
  const alike = ['merged', 'killed'].filter((out) => outcomes(out) !== outcomes('whole'));
  return [
    `${size} targets: ${processes} processes of the reference portal, five for each of ${faults.length} behaviours (sound, ${faults.slice(1).join(', ')}), one in fifty is`,
    `${slowMs} ms late, and one in fifty dead; one in ten in the full profile, the others read-only. Everything on this machine, portals included.`,
    '',
    ...table(
      ['', 'wall', 'memory at most', 'exit', ''],
      [
        [
          'one process, 16 at a time',
          seconds(whole.ms),
          mib(whole.bytes),
          whole.code,
          summary(whole),
        ],
        [
          `${shards} shards, 2 at a time each`,
          seconds(partsMs),
          `${mib(Math.max(...parts.map(({ bytes }) => bytes)))} each`,
          parts.map(({ code }) => code).join(' '),
          '',
        ],
        ['`merge`', seconds(merged.ms), mib(merged.bytes), merged.code, summary(merged)],
        ['killed (SIGKILL) after a third', seconds(killed.ms), '', '', `${done} judged`],
        ['`--resume`', seconds(resumed.ms), mib(resumed.bytes), resumed.code, summary(resumed)],
      ],
    ),
    '',
    alike.length === 0
      ? 'Outcomes of the shards, and of what was resumed, are those of the one process.'
      : `Outcomes differ: ${alike.join(', ')}.`,
    `What the killed process had created is left on ${left} portals, and on ${leftAfter} after \`cleanup --older-than 0s --yes\`.`,
  ];
}

async function startPortal(fault) {
  const args = ['serve', '--show-credentials', ...(fault ? ['--fault', fault] : [])];
  const child = spawn(process.execPath, [cli, ...args], { env: bare });
  process.on('exit', () => child.kill());
  const variables = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name = '', value = ''] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    variables[name] = value;
    if (name === 'PORTAL_ADMIN_PASSWORD') break;
  }
  return { url: variables.PORTAL_TARGET, variables, kill: () => child.kill() };
}

/** Hands everything on, a while later. */
async function delayed(url) {
  const server = createServer((incoming, response) => {
    setTimeout(() => {
      const { method, headers } = incoming;
      const outgoing = send(new URL(incoming.url ?? '/', url), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    }, slowMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => server.close().closeAllConnections(),
  };
}

function fleetOf(portals, slow) {
  const variables = {};
  for (const [at, portal] of portals.entries())
    for (const [name, value] of Object.entries(portal.variables))
      variables[`P${at}_${name}`] = value;
  const targets = Array.from({ length: size }, (_, index) => {
    const at = index % 50 === 48 ? 0 : index % portals.length;
    const isFull = index % 10 === 0;
    const names = isFull
      ? ['PORTAL_ADMIN_USERNAME', 'PORTAL_ADMIN_PASSWORD']
      : ['CALLER_TOKEN', 'TEAMMATE_TOKEN', 'OUTSIDER_TOKEN', 'CALLER_SESSION'].map(
          (name) => `PORTAL_${name}`,
        );
    return {
      id: `target-${String(index).padStart(4, '0')}`,
      target: index % 50 === 49 ? 'http://127.0.0.1:9' : index % 50 === 48 ? slow : portals[at].url,
      labels: [`portal=p${at}`],
      settle: 1,
      variables: Object.fromEntries(names.map((name) => [name, `P${at}_${name}`])),
    };
  });
  return { targets, variables };
}

/** How many portals have other accounts or users than before. */
async function differing(portals, before) {
  const states = await Promise.all(portals.map(stateOf));
  return states.filter((state, at) => state !== before[at]).length;
}

/** What a portal has, but for times of use. */
async function stateOf({ url, variables }) {
  const api = `${url}/api/portal/v1`;
  const login = await fetch(`${api}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      username: variables.PORTAL_ADMIN_USERNAME,
      password: variables.PORTAL_ADMIN_PASSWORD,
    }),
  });
  const { token } = await login.json();
  const headers = { Authorization: `Bearer ${token.id}` };
  const lists = await Promise.all(
    ['getAllAccounts', 'getAllUsers'].map(async (name) =>
      (await fetch(`${api}/admin/${name}`, { headers })).text(),
    ),
  );
  await fetch(`${api}/auth/logout`, { method: 'POST', headers });
  return lists.join('\n');
}

/** Calls the command. @param {number} [killAfterMs] */
async function call(args, variables, killAfterMs) {
  const from = performance.now();
  const child = spawn(process.execPath, [cli, ...args], { env: { ...bare, ...variables } });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-2000);
  });
  let bytes = 0;
  const watch = setInterval(() => {
    try {
      const [, peak = '0'] =
        /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      bytes = Math.max(bytes, Number(peak) * 1024);
    } catch {
      // It has ended.
    }
  }, 100);
  const late = killAfterMs && setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = await once(child, 'close');
  clearInterval(watch);
  clearTimeout(late);
  return { code, bytes, said, ms: performance.now() - from };
}

const index = (out) =>
  readFileSync(join(folder, out, 'index.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));

const summary = ({ said }) => said.trim().split('\n').at(-1) ?? '';
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const mib = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
