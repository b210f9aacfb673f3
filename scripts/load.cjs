// Loads a part of the package with V8's code cache, where the build has written one for this Node.
const { readFileSync } = require('node:fs');
const { Module, createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** The cache of a part: it belongs to one version of Node, one architecture and one source. */
const cacheOf = (file) => `${file}.${process.version}-${process.arch}.cache`;

/**
 * Loads a part, and by it others. The result is what `require` would give, and is shared with it.
 *
 * @param {string} name of a file in this folder
 * @param {(file: string, script: Script) => void} [onScript] is given what was compiled, to write its cache
 */
function load(name, onScript) {
  const file = join(__dirname, name);
  const known = require.cache[file];
  if (known) return known.exports;
  let cachedData;
  try {
    cachedData = readFileSync(cacheOf(file));
  } catch {
    if (!onScript) return require(file);
  }
  const source = readFileSync(file, 'latin1');
  // Node 20 cannot import from a script that was compiled so: such a part gets no cache. Types are in braces.
  if (onScript && /(?<!\{\s*)\bimport\((?!["']\.)/.test(source)) return require(file);
  const script = new Script(Module.wrap(source), { filename: file, cachedData });
  onScript?.(cacheOf(file), script);
  const module = new Module(file);
  require.cache[file] = module;
  const own = createRequire(file);
  const requireOf = (id) => (id.startsWith('./') ? load(id.slice(2), onScript) : own(id));
  const run = script.runInThisContext();
  run.call(module.exports, module.exports, Object.assign(requireOf, own), module, file, __dirname);
  module.loaded = true;
  return module.exports;
}

module.exports = { load };
