// Writes docs/example-site: the pages of thirty targets, judged here, with a history of some nights.
// Needs dist/ and build/ (npm run build).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { faults } from '../build/src/reference/faults.js';
import { startReference } from '../build/src/reference/start.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const names = [
  undefined,
  undefined,
  'created-at-seconds',
  undefined,
  'leak-one',
  'own-tokens-only',
];
const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-example-'));
const [reports, history] = [join(folder, 'reports'), join(folder, 'history.ndjson')];

const portals = await Promise.all(
  names.map((name) => startReference(faults.find((one) => one.name === name))),
);
const env = { PATH: process.env.PATH };
const oems = ['acme', 'harbour', 'north'];
const targets = Array.from({ length: 30 }, (_, index) => {
  const at = index % names.length;
  const portal = portals[at];
  for (const [name, token] of portal?.credentials ?? [])
    env[`P${at}_${name.toUpperCase().replace('.', '_')}`] = token;
  return {
    id: `${oems[index % 3]}-${String(Math.floor(index / 3) + 1).padStart(2, '0')}`,
    target: portal?.url,
    subjectVersion: index % 4 === 0 ? '0.6.7' : '0.7.0',
    labels: [`oem=${oems[index % 3]}`, `region=${index % 2 ? 'eu' : 'us'}`],
    settle: 0.5,
    variables: Object.fromEntries(
      ['CALLER_TOKEN', 'TEAMMATE_TOKEN', 'OUTSIDER_TOKEN', 'CALLER_SESSION'].map((name) => [
        `PORTAL_${name}`,
        `P${at}_${name}`,
      ]),
    ),
  };
});
const file = join(folder, 'targets.json');
writeFileSync(file, JSON.stringify({ targets }));
const fleet = spawn(
  process.execPath,
  ['dist/src/cli.js', 'fleet', '--targets', file, '--out', reports],
  { env, stdio: ['ignore', 'ignore', 'inherit'] },
);
await once(fleet, 'close');
await Promise.all(portals.map((portal) => portal.close()));
// Addresses of this machine say nothing to a reader.
const index = join(reports, 'index.ndjson');
const entries = readFileSync(index, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
for (const entry of entries) {
  const path = join(reports, entry.file);
  entry.target = `https://${entry.id}.example:9909`;
  const report = JSON.parse(gunzipSync(readFileSync(path)).toString());
  writeFileSync(path, gzipSync(JSON.stringify({ ...report, target: entry.target })));
}
writeFileSync(index, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
const day = (count) =>
  new Date(Date.parse(entries[0].startedAt) - count * 86_400_000).toISOString();
const broken = entries.filter(({ exitCode }) => exitCode === 1);
const lines = broken.flatMap(({ id, outcome }, at) => [
  { at: day(40), target: id, from: null, to: 'conformant' },
  { at: day(3 + at), target: id, from: 'conformant', to: outcome },
]);
writeFileSync(history, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
rmSync('docs/example-site', { recursive: true, force: true });
const { status, stdout } = spawnSync(
  process.execPath,
  ['dist/src/cli.js', 'site', reports, '--history', history, '--out', 'docs/example-site'],
  { encoding: 'utf8' },
);
process.stdout.write(stdout);
rmSync(folder, { recursive: true });
process.exit(status ?? 1);
