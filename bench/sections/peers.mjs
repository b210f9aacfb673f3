import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bare,
  cli,
  folder,
  ms,
  nodeAlone,
  peersFolder,
  ratio,
  sideBySide,
  startServer,
  table,
  time,
  variablesOf,
} from '../measure.mjs';

export const title = 'Beside other tools';

const versions = JSON.parse(readFileSync(join(peersFolder, 'package.json'), 'utf8')).dependencies;
const schema = JSON.stringify(
  JSON.parse(readFileSync(join(peersFolder, 'list.schema.json'), 'utf8')),
);
const bin = (path) => join(peersFolder, 'node_modules', path);

/** A test set with the schema in it, where its tool can find it. */
function written(name, text = schema) {
  const source = readFileSync(join(peersFolder, name), 'utf8');
  const file = join(folder, name);
  writeFileSync(
    file,
    source.replaceAll('__SCHEMA__', () => text),
  );
  return file;
}

/** How each is called: its arguments, and what it needs in its environment. */
function tools() {
  const arazzo = written('redocly.arazzo.yaml');
  written('redocly.openapi.yaml');
  const collection = written('newman.json', JSON.stringify(schema).slice(1, -1));
  const workflow = written('stepci.yml');
  const [blueprint, hooks] = [written('dredd.apib'), written('dredd.cjs')];
  const each = ({ caller, session, teammate, outsider }, flag) =>
    Object.entries({ caller, session, teammate, outsider }).flatMap(([name, token]) => [
      flag,
      `${name}=${token}`,
    ]);
  const upper = ({ url, caller, session, teammate, outsider }) => ({
    ...{ PORTAL_URL: url, CALLER: caller, SESSION: session },
    ...{ TEAMMATE: teammate, OUTSIDER: outsider },
  });
  const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const pactum = join(peersFolder, 'pactum.mjs');
  return [
    {
      name: `@redocly/cli respect ${versions['@redocly/cli']}`,
      call: (portal) => [
        [
          bin('@redocly/cli/bin/cli.js'),
          'respect',
          arazzo,
          '--server',
          `portal=${portal.url}`,
        ].concat(each(portal, '--input')),
        quiet,
      ],
    },
    {
      name: `pactum ${versions.pactum}, runner of Node`,
      call: (portal) => [[pactum], upper(portal)],
    },
    {
      name: `pactum ${versions.pactum}, mocha ${versions.mocha}`,
      catchesLikeTheOneBefore: true,
      call: (portal) => [[bin('mocha/bin/mocha.js'), pactum], upper(portal)],
    },
    {
      name: `newman ${versions.newman}`,
      call: (portal) => [
        [bin('newman/bin/newman.js'), 'run', collection, '--env-var', `url=${portal.url}`].concat(
          each(portal, '--env-var'),
        ),
      ],
    },
    {
      name: `stepci ${versions.stepci}`,
      call: (portal) => [
        [bin('stepci/dist/index.js'), 'run', workflow, '-e', `url=${portal.url}`].concat(
          each(portal, '-s'),
        ),
        { STEPCI_DISABLE_ANALYTICS: '1' },
      ],
    },
    {
      name: `dredd ${versions.dredd}`,
      call: (portal) => [
        [bin('dredd/bin/dredd'), blueprint, portal.url, `--hookfiles=${hooks}`],
        upper(portal),
      ],
    },
  ];
}

const ours = (...options) => ({
  name: ['portal-conformance', ...options].join(' '),
  catchesLikeTheOneBefore: options.length > 0,
  call: ({ url, tokens }) => [[cli, '--quiet', ...options], { ...tokens, PORTAL_TARGET: url }],
});

/** What every tool is told of a portal. */
const portalOf = (url, tokens) => ({
  url,
  tokens,
  caller: tokens.PORTAL_CALLER_TOKEN,
  session: tokens.PORTAL_CALLER_SESSION,
  teammate: tokens.PORTAL_TEAMMATE_TOKEN,
  outsider: tokens.PORTAL_OUTSIDER_TOKEN,
});

/** Other tools on the same server, each with the fullest test set in its own idiom. */
export async function measure() {
  if (!existsSync(bin('dredd'))) {
    const install = ['install', '--no-package-lock', '--no-audit', '--no-fund'];
    const { status } = spawnSync('npm', install, { cwd: peersFolder, stdio: 'inherit' });
    if (status !== 0) throw new Error('the other tools could not be installed');
  }
  const all = [ours(), ours('--concurrency', '1'), ...tools()];
  const rows = all.map(({ name }) => [name]);
  const node = [];
  for (const delay of [0, 100]) {
    const server = await startServer(delay);
    const portal = portalOf(server.url, server.tokens);
    const counted = [];
    for (const { call } of all) {
      time(...call(portal));
      counted.push(await server.counts());
    }
    const [alone, ...times] = sideBySide([nodeAlone, ...all.map(({ call }) => call(portal))], 5);
    server.stop();
    node.push(alone.ms);
    for (const [index, { ms: took }] of times.entries()) {
      const { requests, most } = counted[index];
      rows[index].push(ms(took), ratio(took, times[0].ms));
      if (delay > 0) rows[index].push(requests, most);
    }
  }
  const caught = await mutants(all.filter(({ catchesLikeTheOneBefore: same }) => !same));
  for (const [index, { name, catchesLikeTheOneBefore: same }] of all.entries())
    rows[index].push(same ? rows[index - 1].at(-1) : (caught.get(name) ?? 0));
  return [
    'Each as a process, on the same reference portal. The other tools send six requests: a list with each of',
    'four credentials, one without a header and one with an unknown token. They hold a list to the same JSON',
    "Schema, to having its account's tokens and not the other account's, and where the idiom can say it to",
    'times that make sense and ids that are unique; their test sets are in `bench/peers`. Telemetry and',
    `checks for updates are off. Mutants are the broken portals of [proof.md](proof.md) that break a MUST in`,
    `the read-only profile. \`node -e 0\` took ${node.map(ms).join(' and ')}.`,
    '',
    ...table(
      [
        'tool',
        'at 0 ms',
        'to ours',
        'at 100 ms',
        'to ours',
        'requests',
        'in flight',
        `of ${caught.get('mutants')} mutants, caught`,
      ],
      rows,
    ),
    '',
    'What ends before us is pactum with the runner of Node: six requests need less of the client than 62 do,',
    'and one after another they need as many round trips as a run, whose refusals are bounded by 16 in flight.',
  ];
}

/** How many of the mutants each tool takes for broken; none may take the sound portal for it. */
async function mutants(judges) {
  const { faults } = await import('../../dist/src/reference/faults.js');
  const { startReference } = await import('../../dist/src/reference/start.js');
  const { requirements } = await import('../../dist/specs/index.js');
  const musts = new Set(requirements.filter((one) => one.level === 'MUST').map(({ id }) => id));
  const broken = faults.filter(
    ({ profile, trips }) => profile === undefined && trips.some((id) => musts.has(id)),
  );
  const caught = new Map([['mutants', broken.length]]);
  const open = [undefined, ...broken];
  const work = async () => {
    for (let fault = open.shift(); open.length > 0 || fault; fault = open.shift()) {
      for (const { name, call } of judges) {
        const portal = await startReference(fault);
        const { url, credentials } = portal;
        const tokens = variablesOf(Object.fromEntries(credentials));
        const code = await run(...call(portalOf(url, tokens)));
        await portal.close();
        if (fault === undefined && code !== 0) throw new Error(`${name} cries wolf: ${code}`);
        if (code !== 0) caught.set(name, (caught.get(name) ?? 0) + 1);
      }
      if (open.length % 50 === 0) console.error(`${open.length} mutants to go`);
    }
  };
  await Promise.all([work(), work()]);
  return caught;
}

function run(args, env = {}) {
  const impatient = { PORTAL_SETTLE: '0.2' };
  return new Promise((resolve) => {
    spawn(process.execPath, args, {
      env: { ...bare, ...impatient, ...env },
      cwd: folder,
      stdio: 'ignore',
      timeout: 60_000,
    }).on('exit', (code) => resolve(code ?? 1));
  });
}
