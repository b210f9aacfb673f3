import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../src/reference/faults.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import type { Report } from '../src/report/report.ts';
import { portalConformance, run } from './support/cli.ts';
import { adminVariablesOf, judge, variablesOf } from './support/judge.ts';
import { http } from './support/servers.ts';
import { behind, isCall, stateOf } from './support/shims.ts';

// What helps whoever develops against the suite: --rerun, --dry-run, --keep, progress, completion.

let portal: Reference;
let folder: string;
let all: Record<string, string>;
beforeAll(async () => {
  portal = await startReference();
  all = variablesOf(portal);
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-developing-'));
});
afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

const command = (args: readonly string[], variables: Record<string, string> = {}) =>
  run(process.execPath, ['dist/src/cli.js', ...args], variables);

describe('--rerun', () => {
  const write = (name: string, report: Report) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(report));
    return path;
  };

  test('judges what a report does not show to hold', async () => {
    const report = await judge(portal);
    const requirements = report.requirements.map((one) =>
      one.id === 'array' || one.id === 'name-string' ? { ...one, status: 'fail' as const } : one,
    );
    const path = write('red.json', { ...report, requirements });
    const again = await portalConformance(['--rerun', path], all);
    expect(again).toMatchObject({
      code: 0,
      report: { selection: { only: ['array', 'name-string'] } },
    });
    const both = await portalConformance(['--rerun', path, '--only', 'array'], all);
    expect(both).toMatchObject({
      code: 2,
      report: { message: 'Give --only or --rerun, not both.' },
    });
  });

  test('of a report in which everything passed is a wrong call', async () => {
    const path = write('green.json', await judge(portal));
    const { code, report } = await portalConformance(['--rerun', path], all);
    expect({ code, message: report.message }).toEqual({
      code: 2,
      message: expect.stringMatching(/nothing to judge again/),
    });
  });
});

describe('--dry-run', () => {
  test.each([
    ['read-only', 'It creates nothing.'],
    ['full', 'It creates 6 accounts, '],
  ])('in the profile %s sends nothing, and tells what it would', async (profile, ending) => {
    let requests = 0;
    const server = await http((_, response) => {
      requests += 1;
      response.writeHead(500).end();
    });
    const { PORTAL_TARGET: _, ...variables } = profile === 'full' ? adminVariablesOf(portal) : all;
    const { code, stdout } = await command([server.url, '--dry-run'], variables);
    await server.close();
    expect({ code, requests }).toEqual({ code: 0, requests: 0 });
    expect(stdout).toContain(`Nothing was sent to ${server.url}.`);
    expect(stdout).toContain(`in the profile ${profile}, sends `);
    expect(stdout).toContain(ending);
    const writes = stdout.split('\n').filter((line) => /^ +\d+ {2}(POST|DELETE) /.test(line));
    expect(writes.length > 0).toBe(profile === 'full');
    const { PORTAL_ADMIN_USERNAME: __, ...secrets } = variables;
    for (const secret of Object.values(secrets)) expect(stdout).not.toContain(secret);
  });

  test('repeats no password in a wrong target, and is refused where it could not hold', async () => {
    const wrong = await command(['http://me:of-mine-0123@127.0.0.1:1', '--dry-run'], {});
    expect(wrong.code).toBe(2);
    expect(wrong.stdout + wrong.stderr).not.toContain('of-mine-0123');
    const before = stateOf(portal.store);
    const { PORTAL_TARGET: target = '', ...admin } = adminVariablesOf(portal);
    const dry = { ...admin, PORTAL_DRY_RUN: '1' };
    const swept = await command(['cleanup', target, '--yes'], dry);
    expect(swept).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('PORTAL_DRY_RUN is set'),
    });
    const image = await command(['--image', 'x', '--dry-run']);
    expect(image).toMatchObject({ code: 2, stderr: expect.stringContaining('not for --image') });
    const suite = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'conformance'];
    const suites = await run(process.execPath, suite, { ...dry, PORTAL_TARGET: target });
    expect(suites.code).not.toBe(0);
    expect(suites.stdout + suites.stderr).toContain('are for the command alone');
    expect(stateOf(portal.store)).toBe(before);
  });

  test('tells as many requests as the run sends', async () => {
    const { stdout } = await command(['--dry-run'], all);
    const { report } = await portalConformance([], all);
    expect(stdout).toContain(`sends ${report.requests} requests:`);
  });
});

describe('--dry-run of a call', () => {
  test('with --reference tells what that run sends', async () => {
    const { stdout } = await command(['--reference', '--dry-run'], {});
    expect(stdout).toContain('in the profile full, sends ');
  });

  test('with --keep and --report tells what stays, and that nothing is written', async () => {
    const path = join(folder, 'dry.json');
    const args = ['--dry-run', '--keep', join(folder, 'dry.env'), '--report', `json=${path}`];
    const { stdout } = await command(args, adminVariablesOf(portal));
    expect(stdout).toMatch(/, and leaves them\.\nNo report is written\.\n$/);
    expect(existsSync(path)).toBe(false);
  });
});

describe('--keep', () => {
  test('leaves what was created, with its tokens in a file for its user alone', async () => {
    const path = join(folder, 'kept.env');
    writeFileSync(path, 'earlier', { mode: 0o644 });
    const before = stateOf(portal.store);
    const admin = adminVariablesOf(portal);
    const { code, report, everything } = await portalConformance(
      ['--keep', path, '--only', 'array', '--settle', '1'],
      admin,
    );
    expect({ code, left: report.leftovers }).toEqual({ code: 0, left: [] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const lines = [...readFileSync(path, 'utf8').matchAll(/^export (\w+)=(\S+)$/gm)];
    const kept = Object.fromEntries(lines.map(([, name, value]) => [name, value]));
    expect(Object.keys(kept)).toEqual(
      expect.arrayContaining(['PORTAL_CALLER_TOKEN', 'PORTAL_OUTSIDER_TOKEN']),
    );
    const { PORTAL_TARGET: target, ...tokens } = kept;
    for (const token of Object.values(tokens)) expect(everything).not.toContain(token);
    // The curl that was printed works with them.
    expect(
      (await portalConformance(['--only', 'array'], kept as Record<string, string>)).code,
    ).toBe(0);
    const told = report.notices.find((one) => one.startsWith('Nothing was removed (--keep): '));
    const [, runId = ''] = /--run (\S+) --yes/.exec(told ?? '') ?? [];
    const { PORTAL_TARGET: _, ...others } = admin;
    const swept = await command(['cleanup', target ?? '', '--run', runId, '--yes'], others);
    expect(swept.code).toBe(0);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('is for the full profile', async () => {
    const path = join(folder, 'never.env');
    const { code, report } = await portalConformance(['--keep', path], all);
    expect({ code, message: report.message }).toMatchObject({ code: 2 });
    expect(existsSync(path)).toBe(false);
  });

  test('replaces nothing but a file', async () => {
    const path = mkdtempSync(join(tmpdir(), 'portal-conformance-keep-'));
    const { code, report } = await portalConformance(['--keep', path], adminVariablesOf(portal));
    expect({ code, message: report.message }).toMatchObject({ code: 2 });
    expect(report.message).toContain(`--keep takes a file: ${path} is none.`);
    rmSync(path, { recursive: true });
  });

  test('is told with --quiet, too, and no removal is announced', async () => {
    const path = join(folder, 'quiet.env');
    const { stderr } = await portalConformance(
      ['--keep', path, '--quiet', '--only', 'array', '--settle', '1'],
      adminVariablesOf(portal),
    );
    expect(stderr).toMatch(/this run creates accounts, users and tokens on \S+, and leaves them/);
    expect(stderr).toContain('Nothing was removed (--keep): portal-conformance cleanup');
  });

  test('in a file that can never be written is told before anything is created', async () => {
    const before = stateOf(portal.store);
    const path = join(folder, 'file', 'kept.env');
    writeFileSync(join(folder, 'file'), '');
    const { code, stderr } = await command(['--keep', path], adminVariablesOf(portal));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `portal-conformance: The file of --keep cannot be written (ENOTDIR): ${path}\n`,
    });
    expect(stateOf(portal.store)).toBe(before);
  });

  test('in a file that cannot be written at the end is told, and the command that removes', async () => {
    const inside = join(folder, 'later');
    const path = join(inside, 'kept.env');
    const server = await behind(portal, (request) => {
      if (isCall(request, 'POST /admin/createAccount')) writeFileSync(inside, '');
      return false;
    });
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const few = ['--keep', path, '--only', 'array'];
    const { stderr, report } = await portalConformanceUnchecked(few, variables);
    await server.close();
    expect(stderr).toMatch(/The file of --keep cannot be written \(\w+\): .*kept\.env/);
    expect(report.notices.join()).toContain('portal-conformance cleanup');
  });

  test('tells no tokens that are gone, and nothing that was removed', async () => {
    const path = join(folder, 'red.env');
    const fault = faults.find(({ name }) => name === 'created-at-seconds');
    const broken = await startReference(fault);
    const few = ['--keep', path, '--only', 'created-at-milliseconds', '--settle', '1'];
    const { code, stdout, report } = await portalConformance(few, adminVariablesOf(broken));
    await broken.close();
    expect([code, report.cleanup]).toEqual([1, null]);
    expect(stdout).not.toMatch(/have been removed|created and removed/);
  });

  test('is not for the reference portal, which ends with the run', async () => {
    const { code, stderr } = await command(['--reference', '--keep', join(folder, 'gone.env')], {});
    expect([code, stderr]).toEqual([2, expect.stringContaining('ends with the run')]);
  });

  /** The exit code is not that of the report here. */
  async function portalConformanceUnchecked(
    args: readonly string[],
    variables: Record<string, string>,
  ) {
    const path = join(folder, 'report.json');
    const called = await command([...args, '--report', `json=${path}`], variables);
    expect(called.code).toBe(2);
    return { ...called, report: JSON.parse(readFileSync(path, 'utf8')) as Report };
  }
});

test('progress is a line of JSON each, on request', async () => {
  const { stderr, code } = await portalConformance(['--progress', 'ndjson'], all);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(lines[0]).toMatchObject({ step: 'reading', done: 0 });
  const { step, done, total } = lines.at(-1);
  expect({ step, done }).toEqual({ step: 'judged', done: total });
});

const shells = ['bash', 'zsh', 'fish'] as const;
const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

describe('completion', () => {
  const asks = {
    bash: `source <(SCRIPT bash); COMP_WORDS=(portal-conformance LINE); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _portal_conformance; printf '%s\\n' "\${COMPREPLY[@]}"`,
    zsh: `source <(SCRIPT zsh); COMP_WORDS=(portal-conformance LINE); setopt ksharrays; COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _portal_conformance; printf '%s\\n' "\${COMPREPLY[@]}"`,
    fish: `SCRIPT fish | source; complete -C "portal-conformance LINE"`,
  };
  const script = `${process.execPath} dist/src/cli.js completion`;

  for (const shell of shells)
    test.skipIf(!has(shell))(
      `needs ${shell}: commands, options and requirements are completed`,
      async () => {
        const complete = async (line: string) => {
          const ask = asks[shell].replace('SCRIPT', script).replace('LINE', line);
          const { stdout, stderr } = await run(shell, ['-c', ask]);
          return { words: stdout.split('\n').map((one) => one.split('\t')[0]), stderr };
        };
        expect((await complete('expl')).words).toContain('explain');
        expect((await complete('--dead')).words).toContain('--deadline');
        expect((await complete('serve --fau')).words).toContain('--fault');
        expect((await complete('explain created-at-mill')).words).toContain(
          'created-at-milliseconds',
        );
        expect((await complete('--only visib')).words).toContain('visibility');
      },
    );

  test('for another shell is a wrong call', async () => {
    expect(await command(['completion', 'tcsh'])).toMatchObject({
      code: 2,
      stderr: 'portal-conformance: There is completion for bash, zsh, fish.\n',
    });
  });
});
