// Runs one project of vitest.config.ts that is too long for npm test. Needs dist/ (npm run build).
// signals: ends full runs at random moments, by each signal and by kill -9, and runs two at once:
// nothing may stay. long: the suites of a clone and fleets in parts, run as CI systems do, long lists, and
// runs in which each single response, one after the other, goes wrong, and what no wait heals.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const name of Object.keys(process.env))
  if (name.startsWith('PORTAL_')) delete process.env[name];
const [project = '', ...only] = process.argv.slice(2);
const args = ['vitest', 'run', '--project', project, '--reporter', 'verbose', ...only];
const { status } = spawnSync('npx', args, {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
});
process.exit(status ?? 1);
