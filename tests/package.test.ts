import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './support/cli.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const published = manifest.files.filter((path: string) => path[0] !== '!');

let folder: string;
let tarball: string;
/** A folder in which the tarball is installed, with what it depends on and nothing else. */
let clean: string;

function spawn(program: string, args: readonly string[], options: object = {}) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PORTAL_|VITEST|npm_)/.test(name)),
  );
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    cwd: clean,
    env,
    ...options,
  });
  return { status, stdout, stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-package-'));
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = spawn('npm', pack, { cwd: root });
  tarball = join(folder, JSON.parse(stdout)[0].filename);
  clean = join(folder, 'clean');
  mkdirSync(clean);
  writeFileSync(join(clean, 'package.json'), '{"type":"module","private":true}');
  // Everything is inside: no registry is asked.
  const { status, stderr } = spawn('npm', ['install', '--offline', '--no-audit', tarball]);
  if (status !== 0) throw new Error(stderr);
}, 60_000);

afterAll(() => {
  spawn('chmod', ['-R', 'u+w', folder], { cwd: root });
  rmSync(folder, { recursive: true });
});

describe('the package', () => {
  test('holds what it needs and nothing else', () => {
    const { stdout } = spawn('tar', ['-tzf', tarball]);
    const parts = stdout
      .trim()
      .split('\n')
      .map((path) => path.split('/')[1] ?? '');
    expect([...new Set(parts)].sort()).toEqual(
      ['LICENSE', 'README.md', 'package.json', ...published].sort(),
    );
    expect(stdout).not.toMatch(/\.test\.|src\/vitest\/|prove|golden|\.cache$/m);
  });

  test('is all that an install brings', () => {
    const brought = readdirSync(join(clean, 'node_modules')).filter((name) => name[0] !== '.');
    expect(brought).toEqual(['portal-conformance']);
    // npm warns of every package that would run something when it is installed.
    const installed = join(clean, 'node_modules/portal-conformance/package.json');
    const { scripts } = JSON.parse(readFileSync(installed, 'utf8'));
    const run = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(run.filter((name) => name in scripts)).toEqual([]);
  });

  test('names every library that is inside the command, in LICENSES.txt and in the SBOM alike', () => {
    const parts = join(clean, 'node_modules/portal-conformance/dist/src/parts');
    const sbom = JSON.parse(readFileSync(join(parts, 'sbom.cdx.json'), 'utf8'));
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    const named: string[] = sbom.components.map(
      ({ name, version }: { name: string; version: string }) => `${name} ${version}`,
    );
    const texts = readFileSync(join(parts, 'LICENSES.txt'), 'utf8').split(/^-{72}$/m);
    const licensed = texts.map((text) => /^(\S+ \S+) \(/.exec(text.trim())?.[1]);
    expect(named.sort()).toEqual(licensed.sort());
    expect(named.length).toBeGreaterThan(10);
  });

  test('keeps the licence of every library that is inside the command', () => {
    const parts = join(clean, 'node_modules/portal-conformance/dist/src/parts');
    const texts = readFileSync(join(parts, 'LICENSES.txt'), 'utf8').split(/^-{72}$/m);
    const packages = texts.map((text) => /^(\S+) \d\S* \(\S+\)\n\n/.exec(text.trim())?.[1]);
    expect(packages).toEqual(
      expect.arrayContaining(['commander', 'hono', 'superagent', 'supertest']),
    );
    for (const text of texts) expect(text).toMatch(/copyright|license/i);
    const code = readdirSync(parts).map((name) => readFileSync(join(parts, name), 'utf8'));
    // The bundler says above each module where it is from.
    const above = /^\/\/ (?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/gm;
    const inside = code.flatMap((text) => [...text.matchAll(above)]);
    for (const name of new Set(inside.map(([, one]) => one))) expect(packages).toContain(name);
    expect(inside.length).toBeGreaterThan(100);
  });

  test('runs from a clean folder with npx', () => {
    const { status, stdout } = spawn('npx', [
      '--no-install',
      'portal-conformance',
      '--reference',
      '--quiet',
    ]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('conformant: All')]);
  });

  test('runs from an install that nobody can write to', () => {
    spawn('chmod', ['-R', 'a-w', join(clean, 'node_modules')]);
    spawn('chmod', ['a+rx', folder]);
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const bin = join(clean, 'node_modules/.bin/portal-conformance');
    const options = { ...nobody, cwd: '/', env: { PATH: process.env.PATH, HOME: '/nonexistent' } };
    const { status, stdout, stderr } = spawn(
      process.execPath,
      [bin, '--reference', '--quiet'],
      options,
    );
    spawn('chmod', ['-R', 'u+w', join(clean, 'node_modules')]);
    expect([status, stderr, stdout]).toEqual([0, '', expect.stringContaining('conformant: All')]);
  });

  test('runs from a store of links, as pnpm makes them', () => {
    const store = join(folder, 'links', 'node_modules', '.pnpm', 'portal-conformance@0');
    mkdirSync(join(folder, 'links', 'node_modules'), { recursive: true });
    mkdirSync(store, { recursive: true });
    spawn('cp', ['-r', join(clean, 'node_modules'), store]);
    symlinkSync(
      join(store, 'node_modules', 'portal-conformance'),
      join(folder, 'links', 'node_modules', 'portal-conformance'),
    );
    const bin = join(folder, 'links/node_modules/portal-conformance/dist/src/cli.js');
    const { status, stdout } = spawn(process.execPath, [bin, '--reference', '--quiet'], {
      cwd: folder,
    });
    expect([status, stdout]).toEqual([0, expect.stringContaining('conformant: All')]);
  });

  test('publint finds nothing', () => {
    const { status, stdout } = spawn('npx', ['publint', 'run', tarball, '--strict'], { cwd: root });
    expect([status, stdout]).toEqual([0, expect.stringContaining('All good!')]);
  });

  test('are-the-types-wrong finds nothing', () => {
    // What is for vitest is imported, as vitest is.
    const rules = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'];
    const args = ['attw', tarball, ...rules, '--format', 'ascii', '--no-emoji'];
    const { status, stdout } = spawn('npx', args, { cwd: root });
    expect([status, stdout]).toEqual([0, expect.stringContaining('node16 (from ESM): OK (ESM)')]);
    expect(stdout).toContain('node16 (from CJS): OK (CJS)');
  });

  test('an image without testcontainers is one clear sentence', () => {
    const { status, stderr } = spawn('npx', ['--no-install', 'portal-conformance', '--image', 'x']);
    expect(status).toBe(2);
    expect(stderr.trim().split('\n').at(-1)).toBe(
      'portal-conformance: --image needs testcontainers: npm install testcontainers',
    );
  });
});

describe('the public API', () => {
  const program = `
    import { requirements, validateApiTokenList, verify } from 'portal-conformance';
    import schema from 'portal-conformance/schemas/api-token-list.schema.json' with { type: 'json' };
    const report = await verify(undefined, { reference: true });
    const wrong = await verify('ftp://x');
    const given = await verify('http://127.0.0.1:1', {
      credentials: { 'caller.token': 'x'.repeat(32) }, settleMs: 10, only: ['array'],
    });
    const typo = await verify(undefined, { only: ['nope'] });
    const never = await verify(undefined, { timeoutMs: -4 });
    const ended = await verify('reference', { signal: AbortSignal.abort() });
    const problems = validateApiTokenList([{ id: 7 }]);
    console.log(JSON.stringify({
      outcomes: [report, wrong, given, typo, never, ended].map(({ outcome }) => outcome),
      requirements: requirements.length === report.requirements.length,
      problems: problems.map(({ requirement }) => requirement).slice(0, 2),
      none: validateApiTokenList([]).length,
      schema: schema.title,
    }));`;

  test('judges portals and bodies, and prints nothing', () => {
    writeFileSync(join(clean, 'use.mjs'), program);
    const { status, stdout, stderr } = spawn(process.execPath, ['--no-warnings', 'use.mjs']);
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      outcomes: [
        'conformant',
        'misconfigured',
        'undecided',
        'misconfigured',
        'misconfigured',
        'interrupted',
      ],
      requirements: true,
      problems: ['id-bearer-token', 'name-present'],
      none: 0,
      schema: expect.any(String),
    });
  });

  test('exports this, and nothing else', async () => {
    const api = await import('../src/index.ts');
    expect(Object.keys(api).sort()).toEqual([
      ...[
        'isApiTokenList',
        'openSubject',
        'referencePortal',
        'requirements',
        'suite',
        'trySandbox',
      ],
      ...['validateApiTokenList', 'verify'],
    ]);
    expect(Object.keys(manifest.exports)).toEqual([
      ...['.', './vitest', './schemas/*', './requirements/*', './openapi.json', './package.json'],
    ]);
  });

  test('has types that hold without anything of ours', () => {
    const use = `
      import { type Report, requirements, validateApiTokenList, verify } from 'portal-conformance';
      const report: Report = await verify('https://x', { admin: { username: 'a', password: 'b' } });
      const level: 'MUST' | 'SHOULD' | 'NOTE' | undefined = requirements[0]?.level;
      const id: string | undefined = validateApiTokenList([])[0]?.requirement;
      export const used = [report.exitCode satisfies number, level, id];
      // @ts-expect-error a saved response is no profile of a run
      await verify('https://x', { profile: 'saved' });`;
    const suites = `
      import { createServer } from 'node:http';
      import { type Subject, suite, verify } from 'portal-conformance';
      import { conformance } from 'portal-conformance/vitest';
      const subject: Subject = { start: async () => createServer() };
      conformance(subject, { reports: { json: 'report.json' }, only: ['array'] });
      const own = suite({ fetch: async () => new Response() });
      export const skips: (string | undefined)[] = own.requirements.map(({ skip }) => skip);
      export const ends = [own.close(), verify((_, response) => response.end())];
      // @ts-expect-error a number cannot be judged
      conformance(42);`;
    writeFileSync(join(clean, 'suite.ts'), suites);
    writeFileSync(join(clean, 'use.ts'), use);
    const required = `
      import { type Report, suite, verify } from 'portal-conformance';
      export const used: [Promise<Report>, string[]] = [
        verify('https://x'), suite('https://x').requirements.map(({ name }) => name),
      ];`;
    writeFileSync(join(clean, 'use.cts'), required);
    const types = join(root, 'node_modules', '@types');
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const usual = ['--target', 'es2023', '--strict', '--exactOptionalPropertyTypes', '--noEmit'];
    const where = ['--types', 'node', '--typeRoots', types];
    const check = (...args: string[]) =>
      spawn(process.execPath, [tsc, ...usual, ...where, ...args]).stdout;
    expect(check('--module', 'nodenext', 'use.ts', 'suite.ts')).toBe('');
    expect(check('--module', 'esnext', '--moduleResolution', 'bundler', 'use.ts', 'suite.ts')).toBe(
      '',
    );
    expect(check('--module', 'nodenext', 'use.cts')).toBe('');
  });

  test('can be required', () => {
    const use = `
      const { requirements, suite, validateApiTokenList, verify } = require('portal-conformance');
      verify(undefined, { reference: true, only: ['array'] }).then(({ outcome }) => {
        console.log(outcome, requirements.length, typeof suite, validateApiTokenList([]).length);
      });`;
    writeFileSync(join(clean, 'use.cjs'), use);
    const { status, stdout, stderr } = spawn(process.execPath, ['use.cjs']);
    expect({ status, stderr, stdout: stdout.trim() }).toEqual({
      ...{ status: 0, stderr: '' },
      stdout: expect.stringMatching(/^conformant-partial \d+ function 0$/),
    });
  });
});

describe("V8's code cache", () => {
  const mark = `${process.version}-${process.arch}.cache`;
  const judges = (dist: string) =>
    run(process.execPath, [join(dist, 'src/cli.js'), '--reference', '--only', 'array', '--quiet']);

  /** A copy of what the build has written, with everything that it needs beside it. */
  function copy(name: string) {
    const beside = join(folder, name);
    for (const part of [...published, 'package.json'])
      cpSync(join(root, part), join(beside, part), { recursive: true });
    const parts = join(beside, 'dist/src/parts');
    const caches = readdirSync(parts).filter((file) => file.endsWith('.cache'));
    return { dist: join(beside, 'dist'), parts, caches };
  }

  test('is there for the parts of every run, for this Node, and is not written by a run', async () => {
    const { dist, parts, caches } = copy('cached');
    const of = caches.map((file) => /^(\w+)-.*\.cjs\.(.*)$/.exec(file)?.slice(1));
    expect(of).toEqual(
      expect.arrayContaining([
        ['cli', mark],
        ['run', mark],
      ]),
    );
    for (const file of caches) rmSync(join(parts, file));
    const { code } = await judges(dist);
    expect(code).toBe(0);
    expect(readdirSync(parts).filter((file) => file.endsWith('.cache'))).toEqual([]);
  });

  test('is what is run, and what is not one of this Node is passed over', async () => {
    const { dist, parts, caches } = copy('broken');
    const [run = ''] = caches.filter((file) => file.startsWith('run-') && file.endsWith(mark));
    const source = join(parts, run.replace(/\.cjs\..*/, '.cjs'));
    const text = readFileSync(source, 'utf8');
    // Of the same length: V8 takes the cache for that of the text that it is given.
    writeFileSync(source, text.replaceAll('left out by request', 'LEFT OUT BY REQUEST'));
    expect((await judges(dist)).stdout).toContain('left out by request');
    writeFileSync(join(parts, run), 'not a cache');
    const { code, stdout } = await judges(dist);
    expect([code, stdout]).toEqual([0, expect.stringContaining('LEFT OUT BY REQUEST')]);
  });
});

test('an install states its size', () => {
  const bytes = (path: string): number =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .reduce((sum, one) => sum + readFileSync(join(one.parentPath, one.name)).length, 0);
  const megabytes = bytes(join(clean, 'node_modules')) / 1e6;
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, told] = /The package is about (\d+) MB/.exec(readme) ?? [];
  expect(Math.abs(megabytes - Number(told))).toBeLessThan(5);
});

test('the bin can be executed', async () => {
  chmodSync(join(root, 'dist/src/cli.js'), 0o755);
  const { code, stdout } = await run(join(root, 'dist/src/cli.js'), ['--version']);
  expect([code, stdout.trim()]).toEqual([0, manifest.version]);
});
