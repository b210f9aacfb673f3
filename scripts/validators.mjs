// Compiles the schemas into generated/: validators that need no ajv when they
// run, for compiling takes longer than judging.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const require = createRequire(import.meta.url);
const { Ajv2020 } = require('ajv/dist/2020.js');
const standalone = require('ajv/dist/standalone').default;

const read = (name) =>
  JSON.parse(readFileSync(new URL(`schemas/${name}.schema.json`, root), 'utf8'));

/** An ajv in strict mode that knows the keyword `requirement`, our annotation. */
function newAjv(allErrors) {
  const options = { strict: true, allErrors, verbose: true };
  const ajv = new Ajv2020({ ...options, code: { source: true, lines: true } });
  return ajv.addKeyword({ keyword: 'requirement', schemaType: 'string' });
}

/** The validators of lists, as `judgeShape` takes them; of these schemas or of ours. */
export function compileShape(schemaOf = read) {
  const every = newAjv(true).addSchema(schemaOf('restrictions'));
  const first = newAjv(false).addSchema(schemaOf('restrictions'));
  return {
    record: every.compile(schemaOf('api-token')),
    list: every.compile(schemaOf('api-token-list')),
    documented: every.compile(schemaOf('documented-form')),
    quick: first.compile(schemaOf('api-token')),
  };
}

/** What validators take from ajv: no install has it. */
const runtime = 'ajv/dist/runtime/ucs2length';

/** Writes the validators of every schema that is used in a run. */
export function writeValidators() {
  const folder = new URL('generated/', root);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const write = (name, ajv, schemas) => {
    for (const schema of Object.values(schemas)) ajv.getSchema(schema) ?? ajv.compile(schema);
    const code = standalone(ajv, schemas).replaceAll(`"${runtime}"`, '"./ucs2length.cjs"');
    writeFileSync(new URL(`${name}.cjs`, folder), code);
  };
  // A default export is all that validators read of it.
  const helper = readFileSync(require.resolve(runtime), 'utf8').replace(
    /^Object.*__esModule.*\n/m,
    '',
  );
  writeFileSync(new URL('ucs2length.cjs', folder), helper);
  const id = (name) => read(name).$id;

  const every = newAjv(true);
  for (const name of ['restrictions', 'api-token', 'api-token-list', 'documented-form'])
    every.addSchema(read(name));
  write('every', every, {
    record: id('api-token'),
    list: id('api-token-list'),
    documented: id('documented-form'),
  });
  const first = newAjv(false).addSchema(read('restrictions')).addSchema(read('api-token'));
  write('first', first, { quick: id('api-token') });

  const answers = read('portal-answers');
  const calls = newAjv(false).addSchema(answers);
  const named = Object.keys(answers.$defs).map((name) => [name, `${answers.$id}#/$defs/${name}`]);
  write('answers', calls, Object.fromEntries(named));
  for (const name of ['report', 'baseline', 'config', 'targets'])
    write(name, newAjv(false).addSchema(read(name)), { validate: id(name) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeValidators();
