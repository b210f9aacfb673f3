import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Whether a container engine answers; what needs one says so in its name. */
export const hasEngine = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;

export function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A file system with Node and the libraries that it needs, and no shell. */
export function bareNode(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-image-'));
  const node = realpathSync(process.execPath);
  const put = (from: string, to: string) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    copyFileSync(from, join(folder, to));
  };
  put(node, '/usr/local/bin/node');
  const libraries = execFileSync('ldd', [node], { encoding: 'utf8' }).matchAll(/\/\S+/g);
  for (const [path] of libraries) put(path, path);
  mkdirSync(join(folder, 'tmp'));
  return folder;
}

/** Makes an image of a folder, without a registry, and removes the folder. */
export function importImage(folder: string, name: string, ...changes: string[]): void {
  const tar = spawnSync('tar', ['-C', folder, '-c', '.'], { maxBuffer: 2 ** 30 });
  const args = ['import', ...changes.flatMap((change) => ['--change', change]), '-', name];
  const { status, stderr } = spawnSync('docker', args, { input: tar.stdout });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`docker import: ${stderr}`);
}

/** Puts the project into a folder as it is installed: what it ships, and what it depends on. */
export function installInto(folder: string): void {
  execFileSync(process.execPath, [join(root, 'scripts/container.mjs'), '--stage', folder]);
}
