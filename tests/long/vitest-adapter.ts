import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requirements } from '../../specs/index.ts';
import { plain } from '../../src/reference/behaviour.ts';
import { faults } from '../../src/reference/faults.ts';
import { startReference } from '../../src/reference/start.ts';
import { baselineWith } from '../support/baseline.ts';
import { run } from '../support/cli.ts';
import { adminVariablesOf, idsWith, tripped, variablesOf } from '../support/judge.ts';
import { schemaErrors } from '../support/schema.ts';
import { secretsIn } from '../support/secrets.ts';
import { forwardTo, http } from '../support/servers.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-vitest-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What `npx vitest run --project conformance` starts. */
const command = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'conformance'];

/** Runs the suites as a user of a clone does. */
async function vitest(variables: Record<string, string | undefined>, ...args: string[]) {
  const path = join(folder, `${Math.random()}.json`);
  const called = await run(process.execPath, [...command, ...args], {
    ...variables,
    PORTAL_REPORT: `json=${path}`,
  });
  const text = readFileSync(path, 'utf8');
  const report = JSON.parse(text);
  expect(schemaErrors('report', report)).toEqual([]);
  return { ...called, report, everything: called.stdout + called.stderr + text };
}

test('the suites tell the same of the reference portal as the command', async () => {
  const { code, report, stdout } = await vitest({ PORTAL_TARGET: 'reference' });
  expect([code, report.outcome]).toEqual([0, 'conformant']);
  expect(report.requirements).toHaveLength(requirements.length);
  expect(stdout).toMatch(/conformant: All \d+ MUSTs were decided and held\.\n$/);
});

test('a portal that is given by its tokens passes', async () => {
  const portal = await startReference();
  const { code, report, everything } = await vitest(variablesOf(portal));
  await portal.close();
  expect([code, report.outcome, report.profile]).toEqual([0, 'conformant', 'read-only']);
  expect(secretsIn(everything, portal.store)).toEqual([]);
});

test('a broken portal fails, and no reporter gives anything away', async () => {
  const fault = faults.find(({ name }) => name === 'wrapped') ?? plain;
  const portal = await startReference(fault);
  const { code, report, everything } = await vitest(variablesOf(portal));
  expect([code, report.outcome, tripped(report)]).toEqual([1, 'non-conformant', ['array']]);
  const reporters = ['default', 'verbose', 'tap', 'junit', 'json', 'github-actions'];
  const others = await run(
    process.execPath,
    [...command, ...reporters.flatMap((reporter) => ['--reporter', reporter])],
    variablesOf(portal),
  );
  await portal.close();
  expect(others.stdout).toMatch(/array: The list is an array \(MUST\)/);
  expect(secretsIn(everything + others.stdout + others.stderr, portal.store)).toEqual([]);
});

test('no file that vitest writes holds a credential, whoever gave it', async () => {
  const portal = await startReference();
  const baseline = join(folder, 'baseline.json');
  writeFileSync(baseline, JSON.stringify(baselineWith(portal.credentials.get('caller.token'))));
  const variables = {
    ...{ ...variablesOf(portal), ...adminVariablesOf(portal) },
    PORTAL_BASELINE: baseline,
  };
  const blob = join(folder, 'blob.json');
  const forms = { blob, junit: `${blob}.xml`, json: `${blob}.2`, tap: '' };
  const args = Object.entries(forms).flatMap(([reporter, file]) => [
    `--reporter=${reporter}`,
    ...(file ? [`--outputFile.${reporter}=${file}`] : []),
  ]);
  const { code, stdout } = await run(process.execPath, [...command, ...args], variables);
  await portal.close();
  expect(code).toBe(0);
  const written = Object.values(forms)
    .filter((file) => file !== '')
    .map((file) => readFileSync(file, 'utf8'));
  const everything = [stdout, ...written].join('\n');
  expect(everything).not.toContain(portal.admin.password);
  expect(secretsIn(everything, portal.store)).toEqual([]);
});

test('what could not be told is not green, whatever the reporter', async () => {
  const variables = { PORTAL_TARGET: 'http://127.0.0.1:1', PORTAL_CALLER_TOKEN: 'x'.repeat(32) };
  const { code, report } = await vitest(variables);
  expect([code, report.outcome]).toEqual([3, 'undecided']);
  const again = await run(process.execPath, [...command, '--reporter', 'dot'], variables);
  expect(again.code).toBe(1);
});

test('without a target the suites fail, and say what to do', async () => {
  const { code, report, stdout } = await vitest({});
  expect([code, report.outcome]).toEqual([2, 'misconfigured']);
  expect(stdout).toContain('There is no target: give the URL of the portal, or PORTAL_TARGET.');
  const again = await run(process.execPath, [...command, '--reporter', 'dot'], {});
  expect(again.code).toBe(1);
});

test('what could not be removed fails a test, too', async () => {
  const portal = await startReference();
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    if (request.url?.endsWith('/deleteAccount')) return void response.writeHead(500).end();
    return forward(request, response);
  });
  const variables = {
    ...adminVariablesOf(portal),
    ...{ PORTAL_TARGET: server.url, PORTAL_CLEANUP_TIMEOUT: '1', PORTAL_ONLY: 'array' },
  };
  const { code, report } = await vitest(variables);
  const again = await run(process.execPath, [...command, '--reporter', 'dot'], variables);
  await server.close();
  await portal.close();
  expect(code).toBe(4);
  expect(report.leftovers.length).toBeGreaterThan(1);
  expect(again.code).toBe(1);
  expect(again.stdout + again.stderr).toMatch(/not removed: account \d+ of run/);
});

test('a wrong call ends with 2', async () => {
  const { code, report } = await vitest({ PORTAL_ONLY: 'no-such' });
  expect([code, report.outcome]).toEqual([2, 'misconfigured']);
});

test('a test that was filtered out counts as undecided', async () => {
  const { code, report } = await vitest({ PORTAL_TARGET: 'reference' }, '-t', 'status-200');
  expect([code, idsWith(report.requirements, 'pass')]).toEqual([3, ['status-200']]);
});
