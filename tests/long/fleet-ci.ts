import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CronJob } from 'kubernetes-models/batch/v1';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { faults } from '../../src/reference/faults.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { run } from '../support/cli.ts';

// The examples of a fleet in parts: each engine's jobs as processes, and what joins them.

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => parse(readFileSync(join(root, path), 'utf8'));

let folder: string;
let sound: Reference;
let broken: Reference;
let secrets: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-fleet-ci-'));
  sound = await startReference();
  broken = await startReference(faults.find(({ name }) => name === 'wrapped'));
  secrets = {
    ACME_ADMIN_USERNAME: 'admin',
    ACME_ADMIN_PASSWORD: sound.admin.password,
    OTHER_PASSWORD: broken.admin.password,
  };
  const targets = Array.from({ length: 6 }, (_, index) => ({
    id: `t${index}`,
    target: index === 4 ? broken.url : sound.url,
    only: ['array'],
    variables: {
      PORTAL_ADMIN_USERNAME: 'ACME_ADMIN_USERNAME',
      PORTAL_ADMIN_PASSWORD: index === 4 ? 'OTHER_PASSWORD' : 'ACME_ADMIN_PASSWORD',
    },
  }));
  writeFileSync(join(folder, 'targets.json'), JSON.stringify({ targets }));
});

afterAll(async () => {
  await Promise.all([sound.close(), broken.close()]);
  rmSync(folder, { recursive: true });
});

/** A script of an engine, in a folder of a job of its own that has the checkout. */
function inJob(job: string, script: string, variables: Record<string, string>) {
  const path = join(folder, job);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'targets.json'), readFileSync(join(folder, 'targets.json')));
  const own = script
    .replaceAll(/^.*npm ci .*$/gm, 'true')
    .replaceAll('node_modules/.bin/portal-conformance', join(root, 'dist/src/cli.js'));
  return run('bash', ['-c', `cd "${path}"\nset -eo pipefail\n${own}`], variables);
}

const outcomesIn = (path: string) =>
  readFileSync(join(folder, path, 'index.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ id, exitCode }) => `${id} ${exitCode}`);
const expected = ['t0 0', 't1 0', 't2 0', 't3 0', 't4 1', 't5 0'];

test('GitHub Actions: a matrix, whose reports are joined, and pages', async () => {
  const { jobs, permissions } = read('docs/ci/fleet-github.yml');
  expect(permissions).toEqual({ contents: 'read' });
  const { matrix, 'fail-fast': failsFast } = jobs.shard.strategy;
  expect(failsFast).toBe(false);
  type Step = { name?: string; run?: string; uses?: string; env?: object };
  const step = (job: string, name: string): Step =>
    jobs[job].steps.find((one: Step) => one.name === name);
  for (const job of ['shard', 'merge'])
    for (const { uses } of jobs[job].steps as Step[])
      expect(uses ?? '@').toMatch(/^@$|@[\da-f]{40}$/);
  const judge = step('shard', 'Judge');
  expect(JSON.stringify(step('shard', 'Install'))).not.toContain('secrets.');
  expect(Object.keys(judge.env ?? {})).toContain('SHARD');
  const codes = await Promise.all(
    matrix.shard.map(async (shard: number) => {
      const variables = { ...secrets, SHARD: `${shard}` };
      return (await inJob(`github/parts/reports-${shard}`, judge.run ?? '', variables)).code;
    }),
  );
  expect(codes.filter((code) => code === 1)).toHaveLength(1);
  // As the artifacts are laid out when they are downloaded: a folder each, of what was in `reports`.
  const script = [
    'for part in parts/*; do mv "$part"/reports/* "$part"; rmdir "$part"/reports; done',
    step('merge', 'Merge').run?.replace(/$/, ' || echo "exit $?"'),
    step('merge', 'Pages').run,
  ].join('\n');
  const { stdout, code } = await inJob('github', script, {});
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('exit 1') });
  expect(outcomesIn('github/reports')).toEqual(expected);
  expect(readdirSync(join(folder, 'github/site'))).toContain('index.html');
});

test('GitLab: parallel jobs, whose artifacts come into one folder', async () => {
  const { 'portal-shard': shard, 'portal-merge': merge } = read('docs/ci/fleet-gitlab.yml');
  expect(merge.needs).toEqual([{ job: 'portal-shard', artifacts: true }]);
  for (let index = 1; index <= shard.parallel; index += 1) {
    const variables = { ...secrets, CI_NODE_INDEX: `${index}`, CI_NODE_TOTAL: `${shard.parallel}` };
    await inJob('gitlab', shard.script.join('\n'), variables);
  }
  const { code } = await inJob('gitlab', merge.script.join('\n'), {});
  expect(code).toBe(1);
  expect(outcomesIn('gitlab/merged')).toEqual(expected);
  expect((await inJob('gitlab', merge.after_script.join('\n'), {})).code).toBe(0);
});

describe('Kubernetes', () => {
  const manifest = () => read('docs/ci/fleet-cronjob.yaml');
  const job = () => manifest().spec.jobTemplate.spec;

  test.each(['docs/ci/fleet-cronjob.yaml', 'docs/ci/cronjob.yaml'])(
    '%s is a CronJob, and every key of it is one that Kubernetes knows',
    (path) => {
      expect(() => new CronJob(read(path)).validate()).not.toThrow();
      expect(Object.keys(read(path))).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
      expect(unknownKeys(read(path))).toEqual([]);
      const wrong = read(path);
      wrong.spec.jobTemplate.spec.completionz = 3;
      expect(unknownKeys(wrong)).toEqual(['/spec/jobTemplate/spec/completionz']);
    },
  );

  test('an Indexed Job: each index judges its part, and what they wrote is joined', async () => {
    const { completions, template } = job();
    const { args } = template.spec.containers[0];
    expect(args).toContain(`auto/${completions}`);
    const shared = join(folder, 'kubernetes');
    const own = (args as string[]).map((one) =>
      one
        .replace('/fleet/', `${folder}/`)
        .replace('/reports/', `${shared}/`)
        .replace('$(JOB_NAME)', 'portal-fleet-1'),
    );
    const codes = await Promise.all(
      Array.from({ length: completions }, async (_, index) => {
        const variables = { ...secrets, JOB_COMPLETION_INDEX: `${index}` };
        return (await run(process.execPath, ['dist/src/cli.js', ...own], variables)).code;
      }),
    );
    // There are fewer targets than parts: what has none has nothing against it.
    expect(codes.toSorted()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const { code } = await run(process.execPath, [
      ...['dist/src/cli.js', 'merge', join(shared, 'portal-fleet-1')],
      ...['--targets', join(folder, 'targets.json'), '--out', join(shared, 'merged')],
    ]);
    expect(code).toBe(1);
    expect(outcomesIn('kubernetes/merged')).toEqual(expected);
  });

  test('every exit code has what becomes of it, and a pod is given time to clean up', () => {
    const { rules } = job().podFailurePolicy;
    const byAction = Object.fromEntries(
      rules.map((rule: { action: string; onExitCodes?: { values: number[] } }) => [
        rule.action,
        rule.onExitCodes?.values ?? 'DisruptionTarget',
      ]),
    );
    expect(byAction).toEqual({
      Ignore: 'DisruptionTarget',
      FailJob: [2],
      FailIndex: [1, 4, 70],
      Count: [3],
    });
    expect(rules[0].action).toBe('Ignore');
    const { containers, terminationGracePeriodSeconds } = job().template.spec;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(60);
    for (const { onExitCodes } of rules)
      if (onExitCodes) expect(onExitCodes.containerName).toBe(containers[0].name);
  });
});

/** The validator itself, which the package does not export: its models copy what they are given. */
const require = createRequire(import.meta.url);
const { validate: validateCronJob } = require(
  join(dirname(require.resolve('kubernetes-models')), '_schemas/IoK8sApiBatchV1CronJob.js'),
) as { validate: (value: unknown) => boolean };

/** The keys of a manifest that the validator does not so much as look at. */
function unknownKeys(manifest: object): string[] {
  const looked = new Set<string>();
  const watch = (value: unknown, path: string): unknown =>
    typeof value !== 'object' || value === null
      ? value
      : new Proxy(value, {
          get: (target, key) => {
            if (typeof key !== 'string') return Reflect.get(target, key);
            looked.add(`${path}/${key}`);
            return watch(Reflect.get(target, key), `${path}/${key}`);
          },
          // A map of anything.
          ownKeys: (target) => {
            for (const key of Object.keys(target)) looked.add(`${path}/${key}`);
            return Reflect.ownKeys(target);
          },
        });
  validateCronJob(watch(manifest, ''));
  const all = (value: unknown, path: string): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => [
          `${path}/${key}`,
          ...all(one, `${path}/${key}`),
        ])
      : [];
  return all(manifest, '').filter((path) => !looked.has(path));
}
