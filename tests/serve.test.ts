import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { both } from '../src/reference/both.ts';
import { faults } from '../src/reference/faults.ts';
import { startReference } from '../src/reference/start.ts';
import { portalConformance, run } from './support/cli.ts';
import { idsWith } from './support/judge.ts';

// `serve`: the reference portal, for scripts and demonstrations.

const command = ['dist/src/cli.js', 'serve'];
const serve = (...args: string[]) => run(process.execPath, [...command, ...args]);

interface Serving {
  /** What it printed to be set in a shell. */
  readonly variables: Record<string, string>;
  /** Ends it. @returns its exit code, and what it said */
  readonly stop: () => Promise<{ code: number | null; stderr: string }>;
}

const open: Serving[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});

/** Serves until it is stopped; ready when it has said that it listens. */
async function serving(...args: string[]): Promise<Serving> {
  const child = spawn(process.execPath, [...command, '--show-credentials', ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const ended = once(child, 'close');
  while (!stderr.includes('Ctrl-C')) await Promise.race([once(child.stderr, 'data'), ended]);
  const lines = [...stdout.matchAll(/^export (\w+)=(\S+)$/gm)];
  const variables = Object.fromEntries(
    lines.map(([, name, value = '']) => [name, value.replaceAll("'", '')]),
  );
  const stop = async () => {
    child.kill('SIGTERM');
    const [code] = await ended;
    return { code, stderr };
  };
  const one = { variables, stop };
  open.push(one);
  return one;
}

const asCaller = ({
  PORTAL_ADMIN_USERNAME: _,
  PORTAL_ADMIN_PASSWORD: __,
  ...others
}: Serving['variables']) => others;

test('a portal to point scripts at, with the credentials that it prints', async () => {
  const { variables, stop } = await serving();
  expect(Object.keys(variables)).toEqual([
    'PORTAL_TARGET',
    'PORTAL_CALLER_TOKEN',
    'PORTAL_CALLER_SESSION',
    'PORTAL_TEAMMATE_TOKEN',
    'PORTAL_OUTSIDER_TOKEN',
    'PORTAL_ADMIN_USERNAME',
    'PORTAL_ADMIN_PASSWORD',
  ]);
  expect((await portalConformance([], asCaller(variables))).code).toBe(0);
  const { code, stderr } = await stop();
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `portal-conformance: listening on ${variables.PORTAL_TARGET}; Ctrl-C stops it.\n`,
  });
});

test('on every address it is reached by that of this machine', async () => {
  const { variables } = await serving('--host', '0.0.0.0');
  expect(variables.PORTAL_TARGET).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('over TLS it prints its authority, which goes with it', async () => {
  const { variables, stop } = await serving('--tls');
  expect(variables.PORTAL_TARGET).toMatch(/^https:/);
  const { PORTAL_CA: ca = '', ...untrusting } = asCaller(variables);
  const { code } = await portalConformance(['--settle', '0'], { ...untrusting, PORTAL_CA: ca });
  const { report } = await portalConformance(['--settle', '0'], untrusting);
  expect({ code, message: report.message }).toEqual({
    code: 0,
    message: expect.stringMatching(/certificate/),
  });
  await stop();
  expect(existsSync(ca)).toBe(false);
});

describe('a fault', () => {
  test('is one of a list, and a typing error is told', async () => {
    const { code, stdout } = await serve('--list-faults');
    expect({ code, lines: stdout.split('\n').length }).toEqual({
      code: 0,
      lines: faults.length + 1,
    });
    expect(stdout).toMatch(/^wrapped\t\S/m);
    const typed = await serve('--fault', 'wrapped', '--fault', 'wraped');
    expect(typed).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Did you mean wrapped\?/),
    });
  });

  test('may be given several times: all of them show', async () => {
    const names = ['created-at-seconds', 'name-renamed', 'name-absent-in-last'];
    const known = faults.filter(({ name }) => names.includes(name)).map(({ name }) => name);
    const { variables } = await serving(...known.flatMap((name) => ['--fault', name]));
    const { code, report } = await portalConformance(['--settle', '0'], asCaller(variables));
    const trips = faults.filter(({ name }) => known.includes(name)).flatMap((one) => one.trips);
    expect(code).toBe(1);
    expect(known.sort()).toEqual(names.sort());
    expect(idsWith(report.requirements, 'fail', 'warn', 'note')).toEqual(
      expect.arrayContaining(trips),
    );
  });

  test('that changes the same step as another is refused', async () => {
    const ended = [...faults].filter(({ logout }) => logout).map(({ name }) => name);
    expect(ended.length).toBeGreaterThan(1);
    const { code, stderr } = await serve(...ended.flatMap((name) => ['--fault', name]));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /cannot be combined: both change what the portal does for "logout"/,
      ),
    });
  });
});

test('what is around a portal is around what is around it already', async () => {
  const header = (name: string) => ({
    ...{ name, says: name, trips: [] },
    around: async (request: Request, usual: (request: Request) => Promise<Response>) => {
      const response = await usual(request);
      const { body, status, headers } = response;
      return new Response(body, { status, headers: [...headers, ['X-Order', name]] });
    },
  });
  const merged = both(header('inner'), header('outer'));
  if (typeof merged === 'string') throw new Error(merged);
  const portal = await startReference(merged);
  const response = await fetch(`${portal.url}/api/portal/v1/apiTokens`);
  await portal.close();
  expect(response.headers.get('x-order')).toBe('inner, outer');
});

test('a port that is taken is said in one sentence', async () => {
  const { variables } = await serving();
  const { port } = new URL(variables.PORTAL_TARGET ?? '');
  const ended = await serve('--port', port, '--tls');
  expect(ended).toMatchObject({
    code: 2,
    stderr: `portal-conformance: Cannot listen on 127.0.0.1:${port} (EADDRINUSE).\n`,
  });
});

describe('--data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-data-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const list = (variables: Serving['variables']) =>
    fetch(`${variables.PORTAL_TARGET}/api/portal/v1/apiTokens`, {
      headers: { Authorization: `Bearer ${variables.PORTAL_CALLER_TOKEN}` },
    }).then((response) => response.json() as Promise<{ name: string; lastUsedAt: number }[]>);

  test('keeps what was created when it is started again', async () => {
    const file = join(folder, 'portal.json');
    const first = await serving('--data', file);
    const { PORTAL_TARGET: target, PORTAL_CALLER_TOKEN: token } = first.variables;
    await fetch(`${target}/api/portal/v1/apiTokens`, {
      ...{ method: 'POST', body: '{"name":"kept"}' },
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    });
    const before = await list(first.variables);
    expect((await first.stop()).code).toBe(0);
    const second = await serving('--data', file);
    expect(second.variables.PORTAL_CALLER_TOKEN).toBe(token);
    const after = await list(second.variables);
    expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
    expect(after.map(({ name }) => name)).toContain('kept');
    const { code } = await portalConformance([], asCaller(second.variables));
    expect(code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['portal.json']);
  });

  test('refuses a file that is none of its own, and leaves it alone', async () => {
    const file = join(folder, 'notes.json');
    writeFileSync(file, '{"notes":[]}');
    const { code, stderr } = await serve('--data', file);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('is not a file of data of this command'),
    });
    expect(readFileSync(file, 'utf8')).toBe('{"notes":[]}');
    const nowhere = await serve('--data', join(folder, 'no', 'folder.json'));
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('(ENOENT)') });
  });
});
