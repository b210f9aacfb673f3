import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Behaviour, plain } from '../src/reference/behaviour.ts';
import { faults } from '../src/reference/faults.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import type { Report } from '../src/report/report.ts';
import { run } from './support/cli.ts';
import { schemaErrors } from './support/schema.ts';
import { secretsIn } from './support/secrets.ts';
import { stateOf } from './support/shims.ts';

// `fleet`: many portals in one process, each with its own secrets.

const fault = (name: string) => faults.find((one) => one.name === name) as Behaviour;

let folder: string;
let [sound, broken]: Reference[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-fleet-'));
  [sound, broken] = await Promise.all([startReference(plain), startReference(fault('wrapped'))]);
});

afterAll(async () => {
  await Promise.all([sound?.close(), broken?.close()]);
  rmSync(folder, { recursive: true });
});

/** The secrets of a portal in variables of its own, and how an entry names them. */
function secretsOf(portal: Reference, prefix: string) {
  const { username, password } = portal.admin;
  return {
    env: { [`${prefix}_USER`]: username, [`${prefix}_PASSWORD`]: password },
    variables: {
      PORTAL_ADMIN_USERNAME: `${prefix}_USER`,
      PORTAL_ADMIN_PASSWORD: `${prefix}_PASSWORD`,
    },
  };
}

/** Runs the command on a file of targets. */
async function fleet(
  targets: readonly object[],
  args: readonly string[] = [],
  variables: Record<string, string> = {},
  onStart: (kill: (signal: NodeJS.Signals) => void) => void = () => {},
) {
  const file = join(folder, `${Math.random()}.json`);
  const out = join(folder, `${Math.random()}`);
  writeFileSync(file, JSON.stringify({ targets }));
  const call = ['dist/src/cli.js', 'fleet', '--targets', file, '--out', out, ...args];
  const called = await run(process.execPath, call, variables, onStart);
  const index = () =>
    readFileSync(join(out, 'index.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const reportOf = (id: string): Report =>
    JSON.parse(gunzipSync(readFileSync(join(out, `${id}.json.gz`))).toString());
  return { ...called, out, index, reportOf };
}

const quickly = { only: ['array', 'unknown-token-refused'], settle: 0.5 };

test('judges each target with its own secrets, and writes a report and a line for each', async () => {
  const [one, two] = [sound as Reference, broken as Reference];
  const [first, second] = [secretsOf(one, 'ACME'), secretsOf(two, 'OTHER')];
  const before = [stateOf(one.store), stateOf(two.store)];
  const targets = [
    {
      id: 'acme-eu',
      target: one.url,
      labels: ['oem=acme'],
      ...quickly,
      variables: first.variables,
    },
    {
      id: 'other',
      target: two.url,
      labels: ['oem=other'],
      ...quickly,
      variables: second.variables,
    },
  ];
  const called = await fleet(targets, [], { ...first.env, ...second.env });
  expect(called.code).toBe(1);
  expect(called.stdout).toMatch(/^acme-eu {2}conformant-partial .*$/m);
  expect(called.stdout).toMatch(/^other {4}non-conformant .*array/m);
  expect(called.stdout).toMatch(/\n\n1 .*, 1 .*\n$/);
  const lines = called.index().sort((a, b) => a.id.localeCompare(b.id));
  expect(lines).toMatchObject([
    {
      id: 'acme-eu',
      outcome: 'conformant-partial',
      labels: { oem: 'acme' },
      file: 'acme-eu.json.gz',
    },
    { id: 'other', outcome: 'non-conformant', exitCode: 1 },
  ]);
  expect(lines[0].targets).toBe(lines[1].targets);
  for (const id of ['acme-eu', 'other'])
    expect(schemaErrors('report', called.reportOf(id))).toEqual([]);
  expect(readdirSync(called.out).sort()).toEqual([
    ...['acme-eu.json.gz', 'index.ndjson', 'other.json.gz'],
  ]);
  const everything = called.stdout + called.stderr + JSON.stringify(called.reportOf('other'));
  expect([...secretsIn(everything, one.store), ...secretsIn(everything, two.store)]).toEqual([]);
  await expect.poll(() => [stateOf(one.store), stateOf(two.store)]).toEqual(before);
});

test('secrets of the environment go to no target that does not name them', async () => {
  const { url, admin } = sound as Reference;
  const called = await fleet([{ id: 'a', target: url, ...quickly }], [], {
    PORTAL_ADMIN_USERNAME: admin.username,
    PORTAL_ADMIN_PASSWORD: admin.password,
  });
  expect(called.code).toBe(1);
  expect(called.reportOf('a')).toMatchObject({ outcome: 'misconfigured', requests: 0 });
});

test('chooses by label, and goes on when a target is dead', async () => {
  const one = sound as Reference;
  const { env, variables } = secretsOf(one, 'ACME');
  const entry = { ...quickly, variables };
  const targets = [
    { id: 'up', target: one.url, labels: ['oem=acme', 'region=eu'], ...entry },
    { id: 'down', target: 'http://127.0.0.1:1', labels: ['oem=acme', 'region=us'], ...entry },
    { id: 'another', target: one.url, labels: ['oem=zeta'], ...entry },
  ];
  const called = await fleet(targets, ['--where', 'oem=acme', '--jobs', '1'], env);
  expect(called.code).toBe(3);
  expect(called.index().map(({ id, outcome }) => [id, outcome])).toEqual([
    ['up', 'conformant-partial'],
    ['down', 'undecided'],
  ]);
  const both = await fleet(targets, ['--where', 'oem=acme', '--where', 'region=eu'], env);
  expect(both.index().map(({ id }) => id)).toEqual(['up']);
  expect(both.code).toBe(0);
});

test('none that can be reached says more of this machine than of them', async () => {
  const { variables } = secretsOf(sound as Reference, 'ACME');
  const targets = ['a', 'b', 'c'].map((id) => ({
    ...{ id, target: 'http://no-such-host.invalid', settle: 0.1, variables },
  }));
  const { code, stderr } = await fleet(targets, [], { ACME_USER: 'a', ACME_PASSWORD: 'b' });
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringContaining('this machine may have no network'),
  });
});

test('one signal ends all of them, and all clean up', async () => {
  const slow = await startReference({
    ...plain,
    around: async (request, usual) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return usual(request);
    },
  });
  const before = stateOf(slow.store);
  const { env, variables } = secretsOf(slow, 'SLOW');
  const targets = ['a', 'b', 'c'].map((id) => ({ id, target: slow.url, variables }));
  const called = await fleet(targets, ['--jobs', '2'], env, async (kill) => {
    while (slow.store.accounts.length < 6) await new Promise((resolve) => setTimeout(resolve, 10));
    kill('SIGTERM');
  });
  expect(called.code).toBe(143);
  expect(called.stdout).toMatch(/2 interrupted; 1 not begun/);
  await expect.poll(() => stateOf(slow.store)).toBe(before);
  await slow.close();
});

test.each([
  [{ targets: [] }, /targets must not be empty/],
  [{ targets: [{ id: 'A b', target: 'http://x' }] }, /line 1: \/targets\/0\/id must match pattern/],
  [{ targets: [{ id: 'a' }] }, /must have required property 'target'/],
  [
    {
      targets: [
        { id: 'a', target: 'http://x' },
        { id: 'a', target: 'http://y' },
      ],
    },
    /two targets have the id a/,
  ],
  [{ targets: [{ id: 'a', target: 'http://x', nope: 1 }] }, /nope/],
])('a file that is wrong is a wrong call, before anything is sent: %#', async (value, says) => {
  const file = join(folder, 'wrong.json');
  writeFileSync(file, JSON.stringify(value));
  const call = ['dist/src/cli.js', 'fleet', '--targets', file, '--out', join(folder, 'never')];
  const { code, stderr } = await run(process.execPath, call, {});
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
  expect(readdirSync(folder)).not.toContain('never');
});

test('reads variables from a file, where the environment has none; a wrong login names them', async () => {
  const portal = sound as Reference;
  const { env, variables } = secretsOf(portal, 'FILED');
  const file = join(folder, 'fleet.env');
  const lines = Object.entries(env).map(([name, value]) => `${name}="${value}"`);
  writeFileSync(file, lines.join('\n'));
  const targets = [{ id: 'filed', target: portal.url, ...quickly, variables }];
  const called = await fleet(targets, ['--env-file', file], { FILED_USER: '' });
  expect(called.code).toBe(0);
  expect(called.reportOf('filed').subject?.labels).toEqual({ id: 'filed' });
  const named = await fleet(targets, [], { PORTAL_ENV_FILE: file });
  expect(named.code).toBe(called.code);
  const wrong = await fleet(targets, ['--env-file', file], { FILED_PASSWORD: 'another-one' });
  expect(wrong.code).toBe(1);
  expect(wrong.reportOf('filed').message).toContain('FILED_PASSWORD (PORTAL_ADMIN_PASSWORD)');
});
