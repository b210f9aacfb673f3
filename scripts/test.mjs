// The whole test: types, lint, the reference portal against the contract, and
// the suite against itself. It never touches a server that somebody has set up.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = '.portal-conformance/results.json';
const everything = process.argv.includes('--nothing-skipped');

for (const name of Object.keys(process.env))
  if (name.startsWith('PORTAL_')) delete process.env[name];
process.chdir(root);
mkdirSync('.portal-conformance', { recursive: true });
rmSync(results, { force: true });

/** @type {[name: string, command: [string, ...string[]]][]} */
const steps = [
  ['build', ['node', 'scripts/build.mjs']],
  ['types', ['node', 'node_modules/typescript/bin/tsc', '--noEmit']],
  ['types of scripts', ['node', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.scripts.json']],
  ['lint', ['npm', 'run', '--silent', 'lint']],
  ['tests', ['node', 'node_modules/vitest/vitest.mjs', 'run']],
];
const failed = steps.filter(([name, command]) => !succeeds(name, command)).map(([name]) => name);

const tests = readResults();
const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
const lacking = tests.filter(
  ({ status, title }) => status !== 'passed' && status !== 'failed' && /^needs /.test(title),
);
for (const { title } of lacking) console.log(`SKIPPED: ${title}`);
if (everything && lacking.length > 0) failed.push('nothing skipped');
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
const skipped = tests.length - count('passed', 'failed');
console.log(`${count('passed')} passed, ${count('failed')} failed, ${skipped} skipped`);
process.exit(failed.length > 0 || tests.length === 0 ? 1 : 0);

function succeeds(name, [program, ...args]) {
  console.log(`> ${name}`);
  const env = { ...process.env, TEST_RESULTS: results, PORTAL_TARGET: 'reference' };
  return spawnSync(program, args, { stdio: 'inherit', env }).status === 0;
}

function readResults() {
  try {
    const { testResults } = JSON.parse(readFileSync(results, 'utf8'));
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  } catch {
    return [];
  }
}
