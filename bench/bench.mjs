// Measures the suite against the floor, side by side in one run, and writes
// docs/performance.md. Every figure is a ratio to something run in the same minute.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = join(root, 'dist/src/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-bench-'));
const bare = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('PORTAL_')),
);
const rounds = 9;

/** The wall time of a process in milliseconds. */
function time(args, env = {}) {
  const from = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    env: { ...bare, ...env },
    cwd: folder,
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${status} ${stderr}`);
  return performance.now() - from;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Several commands in turn, so that each meets the same moments of the machine. */
function sideBySide(commands) {
  const times = commands.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, [args, env]] of commands.entries()) times[index].push(time(args, env));
  return times.map((values) => ({
    ms: median(values),
    noise: (Math.max(...values) - Math.min(...values)) / median(values),
  }));
}

async function startServer(delay) {
  const child = spawn(process.execPath, [here('server.mjs'), String(delay)], { env: bare });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const { url, admin, credentials } = await next();
  const tokens = Object.fromEntries(
    Object.entries(credentials).map(([name, token]) => [
      `PORTAL_${name.toUpperCase().replace('.', '_')}`,
      token,
    ]),
  );
  const counts = () => {
    child.kill('SIGUSR2');
    return next();
  };
  const login = { PORTAL_ADMIN_USERNAME: admin.username, PORTAL_ADMIN_PASSWORD: admin.password };
  return { url, tokens, login, counts, stop: () => child.kill() };
}

const ratio = (one, other) => (one / other).toFixed(2);
const row = (...cells) => `| ${cells.join(' | ')} |`;
const ms = (value) => `${value.toFixed(0)} ms`;

async function againstTheFloor() {
  const lines = [];
  for (const delay of [0, 20, 100]) {
    const server = await startServer(delay);
    const env = { ...server.tokens, PORTAL_TARGET: server.url };
    time([cli, '--quiet'], env);
    const { requests, most, seen } = await server.counts();
    const file = join(folder, `requests-${delay}.json`);
    writeFileSync(file, JSON.stringify(seen));
    const [ours, floor, node] = sideBySide([
      [[cli, '--quiet'], env],
      [[here('floor.mjs'), server.url, file]],
      [['-e', '0']],
    ]);
    server.stop();
    const trips = delay > 0 ? ((ours.ms - floor.ms) / delay).toFixed(1) : '';
    lines.push(
      row(
        ms(delay),
        requests,
        most,
        ms(ours.ms),
        ms(floor.ms),
        ms(node.ms),
        ratio(ours.ms, floor.ms),
        trips,
        `${(ours.noise * 100).toFixed(0)} %`,
      ),
    );
  }
  return [
    row(
      'answer delay',
      'requests',
      'in flight',
      'ours',
      'floor',
      '`node -e 0`',
      'ours / floor',
      'round trips more',
      'noise of ours',
    ),
    row(...Array(9).fill('---:')),
    ...lines,
  ];
}

function startUp() {
  const [help, list, node] = sideBySide([[[cli, '--help']], [[cli, 'list']], [['-e', '0']]]);
  return [
    row('command', 'time', 'to `node -e 0`'),
    row('---', '---:', '---:'),
    row('`--help`', ms(help.ms), ratio(help.ms, node.ms)),
    row('`list`', ms(list.ms), ratio(list.ms, node.ms)),
    row('`node -e 0`', ms(node.ms), '1.00'),
  ];
}

async function fullProfile() {
  const server = await startServer(0);
  const env = { ...server.login, PORTAL_TARGET: server.url };
  const [ours, one, node] = sideBySide([
    [[cli, '--quiet'], env],
    [[cli, '--quiet', '--concurrency', '1'], env],
    [['-e', '0']],
  ]);
  const { requests, most } = await server.counts();
  server.stop();
  return [
    row('full profile', 'time', 'to `node -e 0`'),
    row('---', '---:', '---:'),
    row(
      `${Math.round(requests / rounds / 2)} requests, at most ${most} in flight`,
      ms(ours.ms),
      ratio(ours.ms, node.ms),
    ),
    row('the same with `--concurrency 1`', ms(one.ms), ratio(one.ms, node.ms)),
  ];
}

function growth() {
  const measure = (...args) =>
    JSON.parse(
      execFileSync(process.execPath, [here('growth.mjs'), ...args.map(String)], {
        encoding: 'utf8',
      }),
    );
  const lines = [10, 100, 1000, 10_000, 100_000].map((size) => {
    const parse = measure(size, 'parse');
    const ours = measure(size, 'ours');
    const broken = measure(size, 'ours', 'broken');
    return row(
      size.toLocaleString('en'),
      `${parse.ms.toFixed(2)} ms`,
      `${ours.ms.toFixed(1)} ms`,
      ratio(ours.ms, parse.ms),
      `${broken.ms.toFixed(1)} ms`,
      ratio(broken.ms, parse.ms),
      `${parse.megabytes.toFixed(0)} / ${ours.megabytes.toFixed(0)} / ${broken.megabytes.toFixed(0)} MB`,
      `${(broken.output / 1000).toFixed(0)} kB`,
    );
  });
  return [
    row(
      'tokens',
      '`JSON.parse`',
      'all record rules',
      'ratio',
      'every record broken',
      'ratio',
      'peak memory',
      'report when broken',
    ),
    row(...Array(8).fill('---:')),
    ...lines,
  ];
}

async function proof() {
  const { faults } = await import('../dist/src/reference/faults.js');
  const { startReference } = await import('../dist/src/reference/start.js');
  const { verify } = await import('../dist/src/index.js');
  const quick = faults.filter(({ profile }) => profile === undefined).slice(0, 100);
  const from = performance.now();
  for (const fault of quick) {
    const portal = await startReference(fault);
    await verify(portal.url, {
      credentials: Object.fromEntries(portal.credentials),
      settleMs: 200,
    });
    await portal.close();
  }
  const each = (performance.now() - from) / quick.length;
  const [node] = sideBySide([[['-e', '0']]]);
  return [
    row('mutants in-process', 'each', 'to `node -e 0`'),
    row('---:', '---:', '---:'),
    row(quick.length, ms(each), ratio(each, node.ms)),
  ];
}

const sections = [
  [
    'Against the floor',
    'A whole read-only run as a process. The floor sends the same requests with the same client and concurrency, all of them at once, and judges nothing; it cannot know the answers that a next request depends on. Round trips more: by how many answers in sequence ours is longer.',
    await againstTheFloor(),
  ],
  ['Start-up', 'What every call pays before it does anything.', startUp()],
  [
    'The full profile',
    'It makes two accounts, three users and 120 tokens and more, judges, and removes them.',
    await fullProfile(),
  ],
  ['Growth', 'One saved list, judged by every rule that one list can show, in-process.', growth()],
  ['Proof', 'A mutant is started, judged with the read-only profile and closed.', await proof()],
];
const [{ model = 'unknown' } = {}] = cpus();
const page = [
  '# Performance',
  '',
  'Written by `npm run bench`, from its run. Every figure was measured beside the one that it is',
  `compared with, in turn; medians of ${rounds}. Noise is the largest minus the smallest, to the median.`,
  `Node ${process.version}, ${cpus().length} cores (${model.trim()}).`,
  ...sections.flatMap(([title, about, table]) => ['', `## ${title}`, '', about, '', ...table]),
  '',
].join('\n');
writeFileSync(join(root, 'docs/performance.md'), page);
rmSync(folder, { recursive: true });
console.log(page);
