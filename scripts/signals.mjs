// Ends full runs at random moments, by each signal and by kill -9, and runs two at once: nothing
// may stay. Takes about two minutes. Needs dist/ (npm run build).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const name of Object.keys(process.env))
  if (name.startsWith('PORTAL_')) delete process.env[name];
const args = ['vitest', 'run', '--project', 'signals', '--reporter', 'verbose'];
const { status } = spawnSync('npx', args, {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
});
process.exit(status ?? 1);
