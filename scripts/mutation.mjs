// Changes the judge itself, one expression at a time, and sees that its tests turn red: mutation
// testing by Stryker, which is installed for it, in a copy of the project. Prints what survived.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Version 10 is for Node 22.
const version = '9.6.1';
const mutate = ['src/contract/*.ts', 'src/report/outcome.ts', 'src/secrets/*.ts'];
const tests = 'tests/{judge,outcome,secrets,words}.test.ts';

for (const name of Object.keys(process.env))
  if (name.startsWith('PORTAL_')) delete process.env[name];
const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'portal-conformance-mutation-'));
const isCopied = (/** @type {string} */ path) =>
  !/[\\/](\.git|\.portal-conformance|bench[\\/]peers)$/.test(path);

/** @param {string[]} command */
function run(...command) {
  const [program, ...args] = /** @type {[string, ...string[]]} */ (command);
  return spawnSync(program, args, { cwd: copy, stdio: 'inherit' }).status;
}

try {
  cpSync(root, copy, { recursive: true, filter: isCopied });
  const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${version}`);
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  const isInstalled = run('npm', 'install', ...flags, ...packages) === 0;
  const own = { include: [tests], isolate: false, testTimeout: 60_000 };
  writeFileSync(
    join(copy, 'vitest.mutation.mjs'),
    `export default { test: ${JSON.stringify(own)} };\n`,
  );
  const config = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'vitest.mutation.mjs', related: false },
    mutate,
    // What is evaluated once, when a file is loaded, cannot be switched.
    ignoreStatic: true,
    // The project's own paths are those of the copy.
    inPlace: true,
    tsconfigFile: 'none.json',
    timeoutMS: 15_000,
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: 'mutation.json' },
  };
  writeFileSync(join(copy, 'stryker.json'), JSON.stringify(config));
  const isDone = isInstalled && run('npx', 'stryker', 'run', 'stryker.json') === 0;
  if (isDone) printSurvivors(JSON.parse(readFileSync(join(copy, 'mutation.json'), 'utf8')).files);
  process.exitCode = isDone ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

/** @param {Record<string, { source: string, mutants: any[] }>} files */
function printSurvivors(files) {
  let [killed, lived] = [0, 0];
  for (const [file, { source, mutants }] of Object.entries(files))
    for (const { status, location, replacement } of mutants) {
      if (status === 'Killed' || status === 'Timeout') killed += 1;
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      lived += 1;
      const { line } = location.start;
      const text = source.split('\n')[line - 1]?.trim();
      console.log(`${file}:${line}  ${text}  =>  ${replacement.replace(/\s+/g, ' ')}`);
    }
  console.log(`${killed} of ${killed + lived} killed`);
}
