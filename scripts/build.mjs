// Compiles the schemas to generated/, src/ and specs/ to build/, and bundles command and API, with
// every library that they need, into dist/. With --if-possible, a tree without the compiler (`npm ci --omit=dev`) is told so instead of failing its install.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeValidators } from './validators.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = findCompiler();
if (compiler === undefined) {
  console.error('portal-conformance: dist/ was not built: typescript is not installed (npm ci).');
  process.exit(process.argv.includes('--if-possible') ? 0 : 1);
}
writeValidators();
for (const folder of ['build', 'dist'])
  rmSync(join(root, folder), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
const { bundle } = await import('./bundle.mjs'); // Not there without the compiler.
await bundle();
chmodSync(join(root, 'dist/src/cli.js'), 0o755);
const cache = spawnSync(process.execPath, [join(root, 'scripts/cache.mjs')], {
  env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PORTAL_/.test(name))),
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (cache.status !== 0) console.error('portal-conformance: no code cache was written.');

function findCompiler() {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  } catch {
    return undefined;
  }
}
