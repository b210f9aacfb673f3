// Runs every mutant and every variant, prints the matrix and writes docs/proof.md; with
// `-- -t <name>` those of a name alone, and writes nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const name of Object.keys(process.env))
  if (name.startsWith('PORTAL_')) delete process.env[name];
const reporters = ['--reporter=dot', '--reporter=tests/prove/reporter.ts'];
const args = ['vitest', 'run', '--project', 'prove', ...reporters, ...process.argv.slice(2)];
const { status } = spawnSync('npx', args, {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
});
process.exit(status ?? 1);
