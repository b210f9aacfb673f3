// Writes V8's code cache beside the parts of the command, for this Node, from a full run against the
// reference portal. The builds of the project and of the container call it, and nothing else does: a
// cache is code, so that none is written at run time or published.
import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const parts = fileURLToPath(new URL('../dist/src/parts/', import.meta.url));
const { load } = createRequire(import.meta.url)(`${parts}load.cjs`);
const compiled = [];
process.argv.splice(2, Number.POSITIVE_INFINITY, '--reference', '--quiet');
process.stdout.write = () => true;
load(
  readdirSync(parts).find((name) => /^cli-.*\.cjs$/.test(name)),
  (file, script) => compiled.push([file, script]),
);
process.on('exit', () => {
  // What ran is compiled by now, and is kept so.
  for (const [file, script] of compiled) writeFileSync(file, script.createCachedData());
});
