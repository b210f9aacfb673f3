// Builds our container: stages what is installed of this package in a folder, from
// this clone and its lock file, and hands it to `docker build`.
//   node scripts/container.mjs [NAME] [docker build arguments]
//   node scripts/container.mjs --stage FOLDER
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [first = 'portal-conformance', ...rest] = process.argv.slice(2);

if (first === '--stage') {
  sandbox(rest[0]);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-container-'));
  sandbox(join(folder, 'app'));
  cpSync(join(root, 'Dockerfile'), join(folder, 'Dockerfile'));
  const args = ['build', '--tag', first, ...rest, folder];
  const { status, error } = spawnSync('docker', args, { stdio: 'inherit' });
  rmSync(folder, { recursive: true });
  if (error)
    console.error(
      `portal-conformance: docker cannot be run (${'code' in error ? error.code : error.name}).`,
    );
  process.exit(status ?? 1);
}

/** What npm would install, in which everything is, and what writes the code cache of the container's own Node. */
function sandbox(folder) {
  const parts = manifest(root).files.filter((/** @type {string} */ path) => path[0] !== '!');
  for (const part of [...parts, 'package.json', 'scripts/cache.mjs']) {
    const filter = (/** @type {string} */ path) => !path.endsWith('.cache');
    cpSync(join(root, part), join(folder, part), { recursive: true, filter });
  }
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
