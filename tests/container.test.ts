import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Reference, startReference } from '../src/reference/start.ts';
import { run } from './support/cli.ts';
import { bareNode, docker, hasEngine, importImage } from './support/engine.ts';
import { adminVariablesOf } from './support/judge.ts';

const base = 'localhost/portal-conformance-base:test';
const image = 'localhost/portal-conformance:test';

let folder: string;
let portal: Reference;

beforeAll(async () => {
  if (!hasEngine) return;
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-container-'));
  portal = await startReference();
  importImage(bareNode(), base);
  const build = ['scripts/container.mjs', image, '--build-arg', `BASE=${base}`];
  const { code, stdout, stderr } = await run(process.execPath, build, { HOME: process.env.HOME });
  expect(code, stdout + stderr).toBe(0);
}, 120_000);

afterAll(async () => {
  if (!hasEngine) return;
  docker('rmi', '--force', image, base);
  await portal.close();
  rmSync(folder, { recursive: true });
});

/** Runs our container as it is meant to be run: nobody, and a file system that is read only. */
function contained(args: readonly string[], ...options: string[]) {
  const safe = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const call = ['run', '--rm', '--network', 'host', ...safe, ...options, image, ...args];
  return run('docker', call, { HOME: process.env.HOME });
}

describe.skipIf(!hasEngine)('our container', () => {
  test('needs docker: judges a portal, and writes its reports to a volume', async () => {
    const reports = join(folder, 'reports');
    mkdirSync(reports);
    chmodSync(reports, 0o777);
    const variables = Object.entries(adminVariablesOf(portal)).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]);
    const args = ['--report', 'html=report.html', '--report', 'json=report.json'];
    const called = await contained(args, ...variables, '--volume', `${reports}:/reports`);
    expect([called.code, called.stdout]).toEqual([0, expect.stringContaining('conformant: All')]);
    expect(readdirSync(reports).sort()).toEqual(['report.html', 'report.json']);
    const report = JSON.parse(readFileSync(join(reports, 'report.json'), 'utf8'));
    expect(report.target).toBe(portal.url);
  });

  test('needs docker: is nobody, and small', async () => {
    const [{ Config, Size }] = JSON.parse(docker('image', 'inspect', image));
    const [{ Size: own }] = JSON.parse(docker('image', 'inspect', base));
    expect(Config.User).toBe('65534:65534');
    expect(Size - own).toBeLessThan(25e6);
  });

  test('needs docker: without a volume, a report that cannot be written is said', async () => {
    const { code, stderr } = await contained(['--report', 'html=/report.html']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/cannot be written \((EROFS|EACCES)\)/),
    ]);
  });
});
