import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Reference, startReference } from '../src/reference/start.ts';
import { credentialVariables } from '../src/settings/credentials.ts';
import { run } from './support/cli.ts';
import { adminVariablesOf, variablesOf } from './support/judge.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => parse(readFileSync(join(root, path), 'utf8'));

let portal: Reference;
let folder: string;

beforeAll(async () => {
  portal = await startReference();
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-ci-'));
});

afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

/** Runs a script of a CI system as it does: bash, ending at the first failure. */
function bash(script: string, variables: Record<string, string>) {
  const wrapped = `cd ${folder}\nset -eo pipefail\n${script}`;
  return run('bash', ['-c', wrapped], variables);
}

const isBash = (script: string) => spawnSync('bash', ['-n', '-c', script]).status === 0;

/** What a snippet says, run against the clone in place of an install. */
function fromClone(script: string): string {
  return script
    .replace(/^.*npm ci .*$/m, 'true')
    .replace('node_modules/.bin/portal-conformance', join(root, 'dist/src/cli.js'));
}

describe('the GitHub action', () => {
  interface Step {
    readonly name: string;
    readonly shell: string;
    readonly env?: Record<string, string>;
    readonly run: string;
  }
  const action = read('action.yml');
  const steps: Step[] = action.runs.steps.filter(({ run: script }: Step) => script !== undefined);
  const judge = steps.find(({ name }) => name === 'Judge');

  test('gives inputs through the environment alone', () => {
    expect(action.runs.using).toBe('composite');
    for (const { run: script, shell } of steps) {
      expect([shell, isBash(script)]).toEqual(['bash', true]);
      expect(script).not.toContain('${{');
    }
    const used = Object.values(judge?.env ?? {}).join();
    for (const input of Object.keys(action.inputs)) expect(used).toContain(`inputs.${input} }}`);
  });

  async function act(inputs: Record<string, string>, variables: Record<string, string>) {
    const value = (name: string) => inputs[name] ?? action.inputs[name]?.default ?? '';
    const env = Object.entries(judge?.env ?? {}).map(([name, text]) => [
      name,
      text
        .replace(/\$\{\{ inputs\.(\w+) \}\}/, (_, input) => value(input))
        .replace(/\$\{\{ github.action_path \}\}/, root),
    ]);
    const summary = join(folder, 'summary.md');
    const called = await bash(judge?.run ?? 'false', {
      ...variables,
      ...Object.fromEntries(env),
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: summary,
    });
    return { ...called, summary: readFileSync(summary, 'utf8') };
  }

  test('judges, annotates, and writes its reports and the summary', async () => {
    const { PORTAL_TARGET: target = '', ...login } = adminVariablesOf(portal);
    const { code, stdout, summary } = await act({ target, reports: 'out' }, login);
    expect(code).toBe(0);
    expect(stdout).toContain('::notice title=portal-conformance conformant::');
    expect(summary).toMatch(/^## ✅ conformant/);
    const files = readdirSync(join(folder, 'out')).sort();
    expect(files).toEqual(['junit.xml', 'report.html', 'report.json']);
  });

  test('an input that is a command is no command', async () => {
    const target = `http://x"; touch ${folder}/harmed; echo "$(touch ${folder}/harmed)`;
    const { code } = await act({ target, reports: 'out' }, {});
    expect(code).toBe(2);
    expect(readdirSync(folder)).not.toContain('harmed');
  });
});

test.each(['docs/ci/gitlab-ci.yml', 'docs/ci/buildkite.yml'])('%s is a gate', async (path) => {
  const job = path.includes('gitlab') ? read(path)['portal-conformance'] : read(path).steps[0];
  const script = (job.script ?? job.command).join('\n');
  expect(isBash(script)).toBe(true);
  expect(Object.keys(job.variables ?? job.env)).toEqual(['PORTAL_TARGET']);
  const { code, stdout } = await bash(fromClone(script), variablesOf(portal));
  expect([code, stdout]).toEqual([0, expect.stringContaining('conformant: All')]);
  const kept = [...(job.artifact_paths ?? []), ...(job.artifacts?.paths ?? [])];
  kept.push(...Object.values<string>(job.artifacts?.reports ?? {}));
  expect(kept.filter((name: string) => !readdirSync(folder).includes(name))).toEqual([]);
  const refused = await bash(fromClone(script), {
    ...variablesOf(portal),
    PORTAL_TARGET: 'http://127.0.0.1:1',
  });
  expect(refused.code).toBe(3);
});

interface Snippet {
  readonly install: string;
  readonly judge: string;
  /** Files that are kept, whatever the verdict is. */
  readonly kept: readonly string[];
}

/** What people paste who use other systems, as each of these systems reads it. */
const snippets: Readonly<Record<string, () => Snippet>> = {
  'docs/ci/azure-pipelines.yml': () => {
    const [install, judge, results, page] = read('docs/ci/azure-pipelines.yml').steps;
    expect(install.env).toBeUndefined();
    expect([results.condition, page.condition]).toEqual(['always()', 'always()']);
    const kept = [results.inputs.testResultsFiles, page.publish];
    return { install: install.script, judge: judge.script, kept };
  },
  'docs/ci/circleci.yml': () => {
    const { steps } = read('docs/ci/circleci.yml').jobs['portal-conformance'];
    const [, install, judge, results, page] = steps;
    const kept = [results.store_test_results.path, page.store_artifacts.path];
    return { install: install.run.command, judge: judge.run.command, kept };
  },
  'docs/ci/Jenkinsfile': () => {
    const text = readFileSync(join(root, 'docs/ci/Jenkinsfile'), 'utf8');
    const [before = '', after = ''] = text.split('withCredentials');
    expect(before).not.toContain('usernamePassword(');
    const line = (part: string) => / sh '(.*)'/.exec(part)?.[1] ?? '';
    const kept = [...text.matchAll(/(?:testResults|artifacts): '([^']*)'/g)].map(
      ([, name = '']) => name,
    );
    return { install: line(before), judge: line(after), kept };
  },
};

test.each(Object.entries(snippets))('%s is a gate', async (_, snippet) => {
  const { install, judge, kept } = snippet();
  expect(install).toMatch(/npm ci .*--ignore-scripts$/);
  expect([isBash(install), isBash(judge)]).toEqual([true, true]);
  const { code, stdout } = await bash(fromClone(judge), variablesOf(portal));
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('conformant: All') });
  expect(kept).toEqual(['junit.xml', 'report.html']);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining([...kept]));
});

test.each([
  ['action.yml', () => read('action.yml').runs.steps.find(isInstall)],
  [
    'docs/ci/gitlab-ci.yml',
    () => ({ run: read('docs/ci/gitlab-ci.yml')['portal-conformance'].script[0] }),
  ],
  ['docs/ci/buildkite.yml', () => ({ run: read('docs/ci/buildkite.yml').steps[0].command[0] })],
  ['docs/ci/circleci.yml', () => ({ run: snippets['docs/ci/circleci.yml']?.().install })],
])('%s installs with scripts off, and without a credential', async (_, step) => {
  const { run: script, env = {} } = step();
  expect(script).toContain('--ignore-scripts');
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const name of ['npm', 'node'])
    writeFileSync(join(bin, name), '#!/bin/sh\nenv\n', { mode: 0o755 });
  const variables = Object.fromEntries(credentialVariables.map((name) => [name, `live-${name}`]));
  const path = `${bin}:${process.env.PATH}`;
  const { stdout } = await bash(script, { ...variables, ...env, PATH: path });
  expect(stdout).toContain('PATH=');
  expect(stdout).not.toContain('live-');
});

function isInstall({ name }: { name?: string }): boolean {
  return name === 'Install';
}

test('the action sets up Node, and names nothing that can be moved', () => {
  const uses: string[] = read('action.yml').runs.steps.flatMap(
    (step: { uses?: string }) => step.uses ?? [],
  );
  expect(uses).toEqual([expect.stringMatching(/^actions\/setup-node@[\da-f]{40}$/)]);
  expect(readFileSync(join(root, 'docs/ci.md'), 'utf8')).not.toContain('@main');
});

test('the workflow calls what CI calls, on four releases of Node, with nothing that can be moved', () => {
  const { jobs, permissions } = read('.github/workflows/test.yml');
  expect(permissions).toEqual({ contents: 'read' });
  expect(jobs.test.strategy.matrix.node).toEqual([20, 22, 24, 26]);
  const steps: { run?: string; uses?: string; with?: object }[] = jobs.test.steps;
  expect(steps.flatMap(({ run: script }) => script ?? [])).toEqual(['bash .ci/run']);
  for (const { uses } of steps) expect(uses ?? '@').toMatch(/^@$|@[\da-f]{40}$/);
  const checkout = steps.find(({ uses }) => uses?.startsWith('actions/checkout@'));
  expect(checkout?.with).toMatchObject({ 'persist-credentials': false });
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toContain('npm test -- --nothing-skipped');
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('npm ci && npm test');
});

test('the CronJob runs our container with nothing more than it needs', async () => {
  const { kind, apiVersion, spec } = read('docs/ci/cronjob.yaml');
  expect([kind, apiVersion]).toEqual(['CronJob', 'batch/v1']);
  expect(spec.schedule).toMatch(/^(\S+ ){4}\S+$/);
  const pod = spec.jobTemplate.spec.template.spec;
  const [container] = pod.containers;
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_534 });
  expect(container.securityContext).toMatchObject({
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
  });
  const mounts = container.volumeMounts.map(({ name }: { name: string }) => name);
  expect(mounts).toEqual(pod.volumes.map(({ name }: { name: string }) => name));
  expect(readFileSync(join(root, 'Dockerfile'), 'utf8')).toContain('VOLUME /reports');
  const args = container.args.map((one: string) => one.replace('/reports/', `${folder}/`));
  const called = await run(
    process.execPath,
    ['dist/src/cli.js', ...args],
    adminVariablesOf(portal),
  );
  expect(called.code).toBe(0);
});

test('the script of our own CI is bash', () => {
  writeFileSync(join(folder, 'run'), readFileSync(join(root, '.ci/run')));
  expect(spawnSync('bash', ['-n', join(folder, 'run')]).status).toBe(0);
});
