// Puts command and API, with every library that they need, into few files: an install brings this
// package alone, and finding and reading hundreds of small ones costs some 50 ms of each call.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist/src');

/** From where they are installed: an optional peer, and what the schemas were compiled to. */
const external = ['testcontainers', /^portal-conformance\//, /^#validators\//];

/** What superagent loads for multipart bodies and for HTTP/2, of which there are none here. */
const unused = ['formidable', 'form-data', 'http2', './http2wrapper'];

/** Writes `dist/src/cli.js` and `dist/src/index.js` with its types; their parts are in `dist/src/parts/`. */
export async function bundle() {
  const bundled = await rolldown({
    input: { cli: join(root, 'build/src/cli.js'), index: join(root, 'build/src/index.js') },
    cwd: root,
    platform: 'node',
    external,
    // Its other form cannot be bundled.
    resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } },
    plugins: [leaveOut(unused)],
  });
  const { output } = await bundled.write({
    dir: out,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name].js',
  });
  await bundled.close();
  cpSync(join(root, 'build'), join(root, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('.js'),
  });
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  // The validators hold a function of ajv.
  const packages = packagesOf([...modules, join(root, 'node_modules/ajv/lib')]);
  writeFileSync(join(out, 'parts/LICENSES.txt'), licensesOf(packages));
  writeFileSync(join(out, 'parts/sbom.cdx.json'), sbomOf(packages));
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

/**
 * The packages that some modules are of, by the bundler's own graph.
 *
 * @returns {{ folder: string, name: string, version: string, license: string }[]}
 */
function packagesOf(modules) {
  const folders = new Set(
    modules.flatMap(
      (id) => /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id)?.[0] ?? [],
    ),
  );
  if (folders.size === 0) throw new Error('no library is inside the command');
  return [...folders].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const { name, version, license } = manifest;
    return { folder, name, version, license };
  });
}

/** The licences of packages, as they ask to be kept. */
function licensesOf(packages) {
  const texts = packages.map(({ folder, name, version, license }) => {
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.sort().join(`\n${'-'.repeat(72)}\n\n`);
}

/** What is inside the command, as CycloneDX 1.5. */
function sbomOf(packages) {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const component = (one) => ({
    type: 'library',
    name: one.name,
    version: one.version,
    purl: `pkg:npm/${one.name.replace('@', '%40')}@${one.version}`,
    licenses: [{ license: { id: one.license } }],
  });
  const components = packages.map(component).sort((a, b) => a.purl.localeCompare(b.purl));
  const metadata = { component: { type: 'application', name, version } };
  const document = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata, components };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
