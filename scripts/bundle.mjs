// Puts command and API, with every library that they need, into few files: an install brings this
// package alone, and finding and reading hundreds of small ones costs some 50 ms of each call.
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const parts = join(root, 'dist/src/parts');

/** From where they are installed: an optional peer, and large validators that few calls need. */
const external = ['testcontainers', /^#validators\/(report|baseline|config|targets|digest)$/];

/** What superagent loads for multipart bodies and for HTTP/2, of which there are none here. */
const unused = ['formidable', 'form-data', 'http2', './http2wrapper'];

/**
 * Writes `dist/src/cli.js` and `dist/src/index.js` with its types; their parts are in `dist/src/parts/`.
 * These are CommonJS, for V8's code cache works for scripts alone. Their names hold the hash of their
 * source: V8 takes the cache of another source of the same length for its own.
 */
export async function bundle() {
  const bundled = await rolldown({
    input: Object.fromEntries(
      ['cli', 'index', 'suites/conformance'].map((name) => [
        name.replace(/^.*\//, ''),
        join(root, `build/src/${name}.js`),
      ]),
    ),
    cwd: root,
    platform: 'node',
    external,
    resolve: {
      alias: {
        // Its other form cannot be bundled.
        'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
        'portal-conformance/package.json': join(root, 'package.json'),
      },
    },
    plugins: [leaveOut(unused), requireInside()],
  });
  const { output } = await bundled.write({
    dir: parts,
    format: 'cjs',
    entryFileNames: '[name]-[hash].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: {
      groups: [neededBy('command', 'cli.js', 2), neededBy('run', 'commands/run.js', 1)],
    },
  });
  await bundled.close();
  cpSync(join(root, 'build'), join(root, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('.js'),
  });
  const chunks = output.filter((chunk) => chunk.type === 'chunk');
  for (const { fileName, code } of chunks) writeFileSync(join(parts, fileName), inAscii(code));
  writeDigest(chunks);
  writeDoors(chunks);
  // The validators hold a function of ajv.
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const packages = packagesOf([...modules, join(root, 'node_modules/ajv/lib')]);
  writeFileSync(join(parts, 'LICENSES.txt'), licensesOf(packages));
  writeFileSync(join(parts, 'sbom.cdx.json'), sbomOf(packages));
}

/** What tells this build from every other: reports name it. */
function writeDigest(chunks) {
  const hash = createHash('sha256');
  for (const code of chunks.map(({ code }) => code).sort()) hash.update(code);
  writeFileSync(
    join(root, 'generated/digest.cjs'),
    `module.exports = 'sha256:${hash.digest('hex')}';\n`,
  );
}

/** Puts what a module needs at once into one file, unless a group before this one has it. */
function neededBy(name, entry, priority) {
  /** @type {Set<string> | undefined} */
  let modules;
  const nameOf = (id, graph) => {
    modules ??= reached([join(root, 'build/src', entry)], graph);
    // A door that others had to pass would open.
    return modules.has(id) && !graph.getModuleInfo(id).isEntry ? name : null;
  };
  return { name: nameOf, debugName: name, priority };
}

/** The modules that some import, without what they load later. */
function reached(ids, graph, seen = new Set()) {
  for (const id of ids)
    if (!seen.has(id)) reached(graph.getModuleInfo(id)?.importedIds ?? [], graph, seen.add(id));
  return seen;
}

/** What may be run, imported and required: their names stay, whatever those of the parts are. */
function writeDoors(chunks) {
  const out = join(parts, '..');
  const partOf = (name) => chunks.find((chunk) => chunk.isEntry && chunk.name === name);
  const write = (path, ...lines) => writeFileSync(join(out, path), `${lines.join('\n')}\n`);
  const required = "import { createRequire } from 'node:module';";
  const from = (file) => `createRequire(import.meta.url)('./parts/${file}')`;
  const [cli, index, conformance] = ['cli', 'index', 'conformance'].map(partOf);
  cpSync(join(root, 'scripts/load.cjs'), join(parts, 'load.cjs'));
  write('cli.js', '#!/usr/bin/env node', required, `${from('load.cjs')}.load('${cli.fileName}');`);
  const names = index.exports.join(', ');
  write('index.js', required, `export const { ${names} } = ${from(index.fileName)};`);
  write(
    'vitest.js',
    required,
    "import { afterAll, beforeAll, describe, test } from 'vitest';",
    `const { conformanceWith } = ${from(conformance.fileName)};`,
    'export const conformance = conformanceWith({ afterAll, beforeAll, describe, test });',
  );
  // The same types for who requires it: whether a file is an ES module is said by the folder.
  const require = join(root, 'dist/require');
  for (const name of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.d.ts')) cpSync(join(root, 'dist', name), join(require, name));
  writeFileSync(join(require, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(
    join(require, 'src/index.js'),
    `module.exports = require('../../src/parts/${index.fileName}');\n`,
  );
}

/**
 * Lets modules of the project require what is then bundled: without this line `require` is the
 * bundler's. A path with a name in it becomes the table of all files that it may be.
 */
function requireInside() {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: what is looked for is a template.
  const line = /^const require = createRequire\(import\.meta\.url\);$/m;
  /** @type {[path: string, folder: string, file: RegExp][]} */
  const tables = [
    ['#validators/${name}', 'generated', /^(.*)\.cjs$/],
    ['portal-conformance/schemas/${name}.schema.json', 'schemas', /^(.*)\.schema\.json$/],
    ['portal-conformance/requirements/${name}.json', 'requirements', /^(.*)\.json$/],
  ];
  const toName = (path, name) => path.replace('${name}', name);
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.
  return {
    name: 'require-inside',
    transform: {
      filter: { id: /[\\/]build[\\/]src[\\/]/ },
      handler(code) {
        if (!line.test(code)) return null;
        let inside = code.replace(line, '');
        for (const [path, folder, file] of tables) {
          const entries = readdirSync(join(root, folder)).flatMap((one) => {
            const name = file.exec(one)?.[1] ?? '';
            const id = toName(path, name);
            const from = external.some((other) => id.match(other)) ? id : join(root, folder, one);
            return name ? [`'${name}': () => require(${JSON.stringify(from)})`] : [];
          });
          inside = inside.replace(
            `require(\`${path}\`)`,
            () => `({ ${entries.join(', ')} })[name]()`,
          );
        }
        return inside;
      },
    },
  };
}

/** A script as it is compiled: text in ASCII is read in a tenth of the time. */
function inAscii(code) {
  return code
    .replace(/^#!.*/, '')
    .replace(/[^\0-\x7f]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
