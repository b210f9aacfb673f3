// Judges the reference portal behind real servers, and writes docs/real-servers.md when all of them
// were there. Needs dist/ (npm run build).
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
for (const name of Object.keys(process.env))
  if (name.startsWith('PORTAL_')) delete process.env[name];
const [results, page] = ['.portal-conformance/real.json', '.portal-conformance/real-servers.md'];
mkdirSync('.portal-conformance', { recursive: true });
const only = process.argv.slice(2).filter((argument) => argument !== '--nothing-skipped');
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'real', ...only], {
  stdio: 'inherit',
  env: { ...process.env, TEST_RESULTS: results, REAL_PAGE: page },
});
const { testResults } = JSON.parse(readFileSync(results, 'utf8'));
/** @type {{ status: string; title: string }[]} */
const skipped = testResults
  .flatMap((/** @type {{ assertionResults: object[] }} */ one) => one.assertionResults)
  .filter((/** @type {{ status: string }} */ one) => !['passed', 'failed'].includes(one.status));
for (const { title } of skipped) console.log(`SKIPPED: ${title}`);
if (status === 0 && skipped.length === 0) copyFileSync(page, 'docs/real-servers.md');
const mustAll = process.argv.includes('--nothing-skipped');
process.exit(status !== 0 || (mustAll && skipped.length > 0) ? 1 : 0);
