import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bare,
  ms,
  nodeAlone,
  percent,
  ratio,
  sideBySide,
  startServer,
  table,
  time,
} from '../measure.mjs';
import { countCaught } from '../peers/mutants.mjs';
import { ours, peersFolder, portalOf, tools, versions } from '../peers/tools.mjs';

export const title = 'Beside other tools';

const times = 5;

/** Other tools on the same server, each with the fullest test set in its own idiom. */
export async function measure() {
  install();
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
    const commands = [nodeAlone, ...all.map(({ call }) => call(portal))];
    const [alone, ...medians] = sideBySide(commands, times);
    server.stop();
    node.push(alone.ms);
    for (const [index, { ms: took, noise }] of medians.entries()) {
      rows[index]?.push(ms(took), ratio(took, medians[0]?.ms), percent(noise));
      if (delay > 0) rows[index]?.push(counted[index].requests, counted[index].most);
    }
  }
  const { caught, total } = await countCaught(all.filter(({ sameSetAs }) => !sameSetAs));
  for (const [index, { name, sameSetAs }] of all.entries())
    rows[index]?.push(caught.get(sameSetAs ?? name));
  return [
    `Each as a process, on the same reference portal; medians of ${times}. The other tools send six requests:`,
    'a list with each of four credentials, one without a header and one with an unknown token. They hold a',
    "list to the same JSON Schema, to having its account's tokens and none of the other account's, and, as",
    'far as the idiom can say it, to times that make sense and ids that are unique; their test sets are in',
    '`bench/peers`. Telemetry and checks for updates are off. Mutants are the broken portals of',
    '[proof.md](proof.md) that break a MUST in the read-only profile; an exit code of a tool other than 0 has',
    `caught one, of ours only 1. \`node -e 0\` took ${node.map(ms).join(' and ')}.`,
    '',
    ...table(
      [
        'tool',
        'at 0 ms',
        'to ours',
        'noise',
        'at 100 ms',
        'to ours',
        'noise',
        'requests',
        'in flight',
        `of ${total} mutants, caught`,
      ],
      rows,
    ),
  ];
}

const manifestOf = (name) => join(peersFolder, 'node_modules', name, 'package.json');

function areInstalled() {
  return Object.entries(versions).every(
    ([name, version]) =>
      existsSync(manifestOf(name)) &&
      JSON.parse(readFileSync(manifestOf(name), 'utf8')).version === version,
  );
}

/** Installs the other tools, where they are not. */
export function install() {
  if (areInstalled()) return;
  const args = ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', args, { cwd: peersFolder, stdio: 'inherit', env: bare });
  if (status !== 0) throw new Error('the other tools could not be installed');
}
