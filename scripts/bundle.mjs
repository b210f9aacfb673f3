// Puts the command and the libraries that each of its calls needs into few files:
// finding and reading hundreds of small ones costs some 50 ms of each call.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist/src');

/** Loaded where they are used, from where they are installed. */
const external = [/^@faker-js\/faker/, 'testcontainers', /^portal-conformance\//, /^#validators\//];

/** What superagent loads for multipart bodies and for HTTP/2, of which there are none here. */
const unused = ['formidable', 'form-data', 'http2', './http2wrapper'];

/** Replaces `dist/src/cli.js` with the bundle; its parts are in `dist/src/cli/`. */
export async function bundleCommand() {
  const bundle = await rolldown({
    input: { cli: join(out, 'cli.js') },
    cwd: root,
    platform: 'node',
    external,
    plugins: [leaveOut(unused)],
  });
  const { output } = await bundle.write({
    dir: out,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'cli/[name].js',
  });
  await bundle.close();
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  writeFileSync(join(out, 'cli/LICENSES.txt'), licensesOf(modules));
}

/** Gives supertest and superagent an empty class in place of some modules. */
function leaveOut(names) {
  const empty = '\0left-out';
  const importers = /[\\/]node_modules[\\/](supertest|superagent)[\\/]/;
  return {
    name: 'leave-out',
    resolveId: (id, importer) =>
      names.includes(id) && importers.test(importer ?? '') ? empty : null,
    load: (id) => (id === empty ? 'module.exports = class {};' : null),
  };
}

/** The licences of the packages that some modules are of, as they ask to be kept. */
function licensesOf(modules) {
  const folders = new Set(
    modules.flatMap(
      (id) => /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id)?.[0] ?? [],
    ),
  );
  if (folders.size === 0) throw new Error('no library is inside the command');
  const texts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.sort().join(`\n${'-'.repeat(72)}\n\n`);
}
