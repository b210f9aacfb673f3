import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inShard, readShard } from '../../src/fleet/shard.ts';
import { faults } from '../../src/reference/faults.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { run } from '../support/cli.ts';

// The targets of a fleet in parts, joined again; a part that was killed goes on.

let folder: string;
let sound: Reference;
let broken: Reference;
let targets: string;
let variables: Record<string, string>;

const ids = ['a', 'b', 'c', 'd', 'e'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portal-conformance-shards-'));
  sound = await startReference();
  broken = await startReference(faults.find(({ name }) => name === 'wrapped'));
  targets = join(folder, 'targets.json');
  writeTargets(targets, {});
  const { username: USER, password: PASSWORD } = sound.admin;
  variables = { USER, PASSWORD, PASSWORD_OF_C: broken.admin.password };
});

afterAll(async () => {
  await Promise.all([sound.close(), broken.close()]);
  rmSync(folder, { recursive: true });
});

function writeTargets(path: string, more: object): void {
  const entries = ids.map((id) => ({
    id,
    target: id === 'c' ? broken.url : sound.url,
    labels: [`half=${id < 'c' ? 'first' : 'second'}`],
    only: ['array'],
    settle: 0.5,
    variables: {
      PORTAL_ADMIN_USERNAME: 'USER',
      PORTAL_ADMIN_PASSWORD: id === 'c' ? 'PASSWORD_OF_C' : 'PASSWORD',
    },
  }));
  writeFileSync(path, JSON.stringify({ targets: entries, ...more }));
}

const cli = (args: readonly string[], more: Record<string, string> = {}) =>
  run(process.execPath, ['dist/src/cli.js', ...args], { ...variables, ...more });
const fleet = (out: string, ...args: string[]) =>
  cli(['fleet', '--targets', targets, '--out', join(folder, out), ...args]);
const merge = (out: string, folders: readonly string[], file = targets) =>
  cli([
    ...['merge', ...folders.map((one) => join(folder, one))],
    ...['--targets', file, '--out', join(folder, out)],
  ]);
const index = (out: string, name = 'index.ndjson') =>
  readFileSync(join(folder, out, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('--shard', () => {
  const engines: [string, number, (index: number, total: number) => Record<string, string>][] = [
    ['1/N', 1, () => ({})],
    ['GitLab', 1, (i, n) => ({ CI_NODE_INDEX: `${i}`, CI_NODE_TOTAL: `${n}` })],
    ['CircleCI', 0, (i, n) => ({ CIRCLE_NODE_INDEX: `${i}`, CIRCLE_NODE_TOTAL: `${n}` })],
    [
      'Buildkite',
      0,
      (i, n) => ({ BUILDKITE_PARALLEL_JOB: `${i}`, BUILDKITE_PARALLEL_JOB_COUNT: `${n}` }),
    ],
    ['Kubernetes', 0, (i) => ({ JOB_COMPLETION_INDEX: `${i}` })],
  ];

  test.each(engines)('%s: all shards together have every target once', (engine, first, told) => {
    for (const total of [1, 3, 7]) {
      const parts = Array.from({ length: total }, (_, at) => {
        const i = at + first;
        const text =
          engine === '1/N' ? `${i}/${total}` : engine === 'Kubernetes' ? `auto/${total}` : 'auto';
        return inShard(ids, readShard(text, told(i, total)));
      });
      expect(parts.flat().sort()).toEqual(ids);
    }
  });

  test.each([
    ['0/3', {}, /takes I\/N/],
    ['4/3', {}, /takes I\/N/],
    ['2', {}, /takes I\/N/],
    ['auto', {}, /none of CI_NODE_INDEX/],
    ['auto', { JOB_COMPLETION_INDEX: '0' }, /does not say of how many/],
    ['auto/4', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' }, /CI_NODE_TOTAL says 3/],
    ['auto', { CI_NODE_INDEX: '0', CI_NODE_TOTAL: '3' }, /none from 1 to 3/],
    ['auto/2', { JOB_COMPLETION_INDEX: '2' }, /none from 0 to 1/],
  ] as const)('%s with %j is a wrong call', (text, environment, says) => {
    expect(() => readShard(text, environment)).toThrow(says);
  });
});

test('shards in one folder, and in two, are joined to the same', async () => {
  const whole = await fleet('whole');
  expect(whole.code).toBe(1);
  const parts = await Promise.all([
    fleet('one', '--shard', '1/2'),
    fleet('one', '--shard', '2/2'),
    fleet('left', '--shard', '1/2'),
    fleet('right', '--shard', '2/2'),
  ]);
  expect(parts.map(({ code }) => code)).toEqual([1, 0, 1, 0]);
  const joined = [await merge('merged', ['one']), await merge('merged-2', ['left', 'right'])];
  expect(joined.map(({ code }) => code)).toEqual([1, 1]);
  const told = (out: string) =>
    index(out)
      .map(({ id, outcome, file }) => ({ id, outcome, file }))
      .sort((one, other) => one.id.localeCompare(other.id));
  expect(told('merged')).toEqual(told('whole'));
  expect(told('merged-2')).toEqual(told('whole'));
  expect(index('merged').map(({ id }) => id)).toEqual(ids);
  // A report that was copied is one that others read.
  const { code } = await cli([
    ...['report', 'badge=-', '--from', join(folder, 'merged-2/a.json.gz')],
  ]);
  expect(code).toBe(0);
});

test('what no shard judged is undecided; parts of different fleets are not joined', async () => {
  await fleet('half', '--shard', '2/2');
  const half = await merge('half-merged', ['half']);
  expect(half).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^a +undecided .*No shard has written a report of it\.$/m),
  });
  expect(half.stdout).toContain('; 3 without a report');
  const other = join(folder, 'other.json');
  writeTargets(other, { $schema: 'x' });
  const cases: [readonly string[], string, RegExp][] = [
    [['half'], other, /was judged with another file of targets/],
    [['half', 'half'], targets, /was judged by two shards/],
    [[], targets, /missing required argument/],
    [['nowhere'], targets, /no index of reports/],
  ];
  for (const [folders, file, says] of cases) {
    const { code, stderr } = await merge('refused', folders, file);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
  }
  const line = index('half', 'index-2-of-2.ndjson')[0];
  writeFileSync(
    join(folder, 'half', 'index-1-of-2.ndjson'),
    `${JSON.stringify({ ...line, id: 'a', suiteDigest: 'sha256:other' })}\n`,
  );
  const { code, stderr } = await merge('refused', ['half']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/another build/) });
});

test('--resume keeps what was decided, and judges the rest', async () => {
  await fleet('again');
  const path = join(folder, 'again', 'index.ndjson');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const [kept = '', undecided = '', gone = '', ...rest] = lines;
  rmSync(join(folder, 'again', JSON.parse(gone).file));
  const cut = { ...JSON.parse(undecided), outcome: 'interrupted', exitCode: 143 };
  // The writer was killed in the middle of a line.
  writeFileSync(
    path,
    [kept, JSON.stringify(cut), gone, ...rest.slice(0, -1), '{"id":"e'].join('\n'),
  );
  const { code, stdout } = await fleet('again', '--resume');
  expect(code).toBe(1);
  const keptIds = [...stdout.matchAll(/^(\S+) .*\(kept\)$/gm)].map(([, id]) => id);
  expect(keptIds.sort()).toEqual(
    [kept, ...rest.slice(0, -1)].map((line) => JSON.parse(line).id).sort(),
  );
  expect(
    index('again')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(ids);
  // With another file of targets nothing is what it was.
  writeTargets(targets, { $schema: 'y' });
  expect((await fleet('again', '--resume')).stdout).not.toContain('(kept)');
  writeTargets(targets, {});
});

test('targets may be in a configuration, whose options are those of each', async () => {
  const config = join(folder, 'config.json');
  writeTargets(config, { requirements: 'latest' });
  const out = join(folder, 'configured');
  const { code, stderr } = await cli(['fleet', '--config', config, '--out', out]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(index('configured')[0].requirementSet).toBe('latest');
});

test('targets that were found, not named, may use our variables alone', async () => {
  const found = join(folder, 'found');
  const cli = join(process.cwd(), 'dist/src/cli.js');
  const script = `mkdir -p "${found}"; cd "${found}"; node "${cli}" fleet`;
  const without = await run('bash', ['-c', script], variables);
  expect(without).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Give --targets FILE'),
  });
  await run('mkdir', ['-p', found]);
  writeTargets(join(found, 'portal-conformance.config.json'), {});
  const { code, stderr } = await run('bash', ['-c', script], variables);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('was found, not named, so it cannot set the variable USER'),
  });
});

describe('what a folder holds', () => {
  const prepare = async (name: string) => {
    await fleet(name, '--shard', '1/1');
    return join(folder, name, 'index-1-of-1.ndjson');
  };

  test('what was interrupted is undecided when it is joined', async () => {
    const path = await prepare('ended');
    const [first = '', ...rest] = readFileSync(path, 'utf8').trim().split('\n');
    const ending = { outcome: 'interrupted', exitCode: 143 };
    const cut = { ...JSON.parse(first), ...ending };
    const report = join(folder, 'ended', cut.file);
    const told = JSON.parse(gunzipSync(readFileSync(report)).toString());
    writeFileSync(report, gzipSync(JSON.stringify({ ...told, ...ending })));
    const others = rest.filter((line) => JSON.parse(line).id !== 'c');
    writeFileSync(path, [JSON.stringify(cut), ...others].join('\n'));
    expect((await merge('ended-merged', ['ended'])).code).toBe(3);
  });

  test('may be joined into itself, as often as one likes', async () => {
    await prepare('itself');
    const codes = [await merge('itself', ['itself']), await merge('itself', ['itself'])];
    expect(codes.map(({ code }) => code)).toEqual([1, 1]);
    writeFileSync(join(folder, 'itself', 'index-1-of-2.ndjson'), '');
    const mixed = await merge('itself', ['itself']);
    expect(mixed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('of 1 and of 2 shards'),
    });
  });

  test('names no file of another folder, and no line of it is believed', async () => {
    const path = await prepare('hostile');
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const [first = ''] = lines;
    const escaping = JSON.stringify({ ...JSON.parse(first), id: '../../escaped' });
    const moved = lines.map((line) =>
      JSON.stringify({ ...JSON.parse(line), file: '../../a.json.gz' }),
    );
    const strange = [
      'null',
      '7',
      '{}',
      JSON.stringify({ ...JSON.parse(first), message: { toString: 1 } }),
    ];
    writeFileSync(path, [escaping, ...strange, ...moved].join('\n'));
    expect((await merge('deep/er/merged', ['hostile'])).code).toBe(1);
    expect(index('deep/er/merged').map(({ id, file }) => `${id} ${file}`)).toEqual(
      ids.map((id) => `${id} ${id}.json.gz`),
    );
    const site = await cli([
      'site',
      join(folder, 'hostile'),
      '--out',
      join(folder, 'deep/er/site'),
    ]);
    expect(site.code).toBe(0);
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' })).not.toContainEqual(
      expect.stringContaining('escaped'),
    );
    writeFileSync(join(folder, 'hostile', 'a.json.gz'), gzipSync('{"requirements":[]}'));
    expect((await merge('deep/er/merged', ['hostile'])).stderr).toContain('cannot be read');
  });

  test('has the verdict in its reports: an index that tells another is refused', async () => {
    const path = await prepare('forged');
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const forged = lines.map((one) =>
      one.id === 'c' ? { ...one, outcome: 'conformant', exitCode: 0 } : one,
    );
    writeFileSync(path, forged.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const { code, stderr } = await merge('forged-merged', ['forged']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('The report of c in'),
    });
    const resumed = await fleet('forged', '--shard', '1/1', '--resume');
    expect({ code: resumed.code, kept: /^c .*\(kept\)$/m.test(resumed.stdout) }).toEqual({
      code: 1,
      kept: false,
    });
    writeFileSync(join(folder, 'forged/c.json.gz'), readFileSync(join(folder, 'forged/a.json.gz')));
    expect((await merge('forged-merged', ['forged'])).stderr).toContain('it is of another portal');
  });

  test('keeps what is known of targets that a call leaves out', async () => {
    await fleet('some');
    await fleet('some', '--where', 'half=first');
    expect(
      index('some')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids);
  });

  test('an undecided target with something left behind is judged again', async () => {
    await fleet('left');
    const path = join(folder, 'left', 'index.ndjson');
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const changed = lines.map((one) =>
      one.id === 'a' ? { ...one, outcome: 'undecided', exitCode: 4 } : one,
    );
    writeFileSync(path, changed.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const { stdout } = await fleet('left', '--resume');
    expect(stdout).not.toMatch(/^a .*\(kept\)$/m);
    expect(stdout).toMatch(/^b .*\(kept\)$/m);
  });

  test('a history that cannot be written is told before anything is sent; a report, at the end', async () => {
    const history = join(folder, 'no/such/history.ndjson');
    const early = await fleet('early', '--history', history);
    expect(early).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('(ENOENT)'),
    });
    mkdirSync(join(folder, 'blocked/a.json.gz'), { recursive: true });
    const { code, stdout, stderr } = await fleet('blocked');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/a: what was found cannot be written \(EISDIR\)/),
    });
    expect(stdout).toContain('1 not begun');
  });
});
