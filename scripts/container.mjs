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

/** What npm would install: the files of the package, in which everything is. */
function sandbox(folder) {
  const { files } = manifest(root);
  for (const part of [...files, 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
