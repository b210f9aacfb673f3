import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'parse5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../src/reference/behaviour.ts';
import { plain } from '../src/reference/behaviour.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import type { Report } from '../src/report/report.ts';
import { type Called, portalConformance, run } from './support/cli.ts';
import { variablesOf } from './support/judge.ts';
import { schemaErrors } from './support/schema.ts';

/** A portal that breaks one requirement in two ways, and another in one. */
const broken: Behaviour = {
  ...plain,
  record: (record, _, index) => {
    if (index === 0) return { ...record, name: null };
    if (index === 1) return { ...record, name: 7 };
    return index === 2 ? { ...record, createdAt: 1_736_942_400 } : record;
  },
};
const only = 'array,name-string,created-at-milliseconds,id-present';

let folder: string;
let portal: Reference;
let sound: Reference;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-gate-'));
  portal = await startReference(broken);
  sound = await startReference();
});

afterAll(async () => {
  await portal.close();
  await sound.close();
  rmSync(folder, { recursive: true });
});

const filled = { reason: 'fixed in release 7', owner: 'charts-team', expires: '2999-12-31' };
const createdAt = { requirement: 'created-at-milliseconds', ...filled };
const nameNull = { requirement: 'name-string', finding: '*; null', ...filled };
const nameNumber = { requirement: 'name-string', finding: '*; the integer *', ...filled };

let files = 0;

function write(content: unknown): string {
  files += 1;
  const path = join(folder, `file-${files}.json`);
  const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
  writeFileSync(path, text);
  return path;
}

function judge(failures: readonly object[], ...args: string[]): Promise<Called> {
  return judgeOf(portal, write({ failures }), ...args);
}

function judgeOf(one: Reference, baseline: string, ...args: string[]): Promise<Called> {
  const call = ['--only', only, '--settle', '0.2', '--baseline', baseline, ...args];
  return portalConformance(call, variablesOf(one));
}

/** The line of an entry, as a person counts them. */
function lineOf(entry: number): number {
  // { failures: [ and five or six lines an entry.
  return 3 + entry * 6;
}

const statusOf = ({ report }: Called, id: string) =>
  report.requirements.find((one) => one.id === id)?.status;

describe.concurrent('the gate', () => {
  test('a failure that is not in the baseline fails', async () => {
    const called = await judge([createdAt]);
    expect([called.code, called.report.outcome]).toEqual([1, 'non-conformant']);
    expect(statusOf(called, 'name-string')).toBe('fail');
    expect(statusOf(called, 'created-at-milliseconds')).toBe('known');
    expect(called.report.message).toMatch(/failed: name-string\. Known.*created-at-milliseconds/);
  });

  test('what is all known is reported and does not fail', async () => {
    const called = await judge([createdAt, nameNull, nameNumber]);
    expect([called.code, called.report.outcome]).toEqual([0, 'known-failures']);
    expect(called.stdout).toContain('known until 2999-12-31 (charts-team): fixed in release 7');
    expect(called.stdout).toMatch(/^known-failures: 2 of \d+ MUSTs held; known failures/m);
  });

  test('one of two findings that is not known fails', async () => {
    const called = await judge([createdAt, nameNull]);
    expect([called.code, statusOf(called, 'name-string')]).toEqual([1, 'fail']);
    const { message } = called.report.requirements.find(({ id }) => id === 'name-string') ?? {};
    expect(message).toContain('1 of 2 findings are not in the baseline');
  });

  test('an entry without a finding means all of them', async () => {
    const called = await judge([createdAt, { requirement: 'name-string', ...filled }]);
    expect([called.code, statusOf(called, 'name-string')]).toEqual([0, 'known']);
  });

  const outdated: [string, object, number, RegExp][] = [
    ['passes now', { requirement: 'id-present', ...filled }, 0, /holds now: remove the entry/],
    [
      'has expired and passes now',
      { requirement: 'id-present', ...filled, expires: '2020-02-29' },
      0,
      /^holds now: remove the entry$/,
    ],
    ['is unknown', { requirement: 'no-such', ...filled }, 0, /is not a requirement/],
    ['is there twice', createdAt, 0, /is there already, on line 3/],
    [
      'has a finding that is gone',
      { requirement: 'name-string', finding: 'x; y', ...filled },
      0,
      /no finding that reads like this any more/,
    ],
  ];
  test.each(outdated)('an entry that %s fails, with its line', async (_, entry, __, sentence) => {
    const called = await judge([createdAt, nameNull, nameNumber, entry]);
    expect([called.code, called.report.outcome]).toEqual([1, 'baseline-outdated']);
    const { file, problems = [] } = called.report.baseline ?? {};
    expect(problems.map(({ problem }) => problem)).toEqual([expect.stringMatching(sentence)]);
    // The three before it take six, seven and seven lines.
    expect(problems[0]?.line).toBe(23);
    expect(called.stdout).toContain(`change ${file}:23  `);
  });

  test('an expired entry fails, and its failure counts again', async () => {
    const expired = { ...createdAt, expires: '2020-02-29' };
    const called = await judge([expired, nameNull, nameNumber]);
    expect([called.code, called.report.outcome]).toEqual([1, 'non-conformant']);
    expect(statusOf(called, 'created-at-milliseconds')).toBe('fail');
    expect(called.report.baseline?.problems).toEqual([
      {
        line: lineOf(0),
        requirement: 'created-at-milliseconds',
        problem: expect.stringMatching(/^expired on 2020-02-29.*charts-team/),
      },
    ]);
  });

  test('the last day still counts', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const called = await judge([{ ...createdAt, expires: today }, nameNull, nameNumber]);
    expect(called.report.outcome).toBe('known-failures');
  });

  test('what was not judged tells nothing about its entry', async () => {
    const other = { requirement: 'deleted-token-gone', ...filled };
    const called = await judge([createdAt, nameNull, nameNumber, other]);
    expect(called.report.outcome).toBe('known-failures');
  });

  test('an entry that is intermittent is not outdated when it holds, is known when it does not, and expires', async () => {
    const entry = { requirement: 'name-string', ...filled, intermittent: true };
    const holds = await judgeOf(sound, write({ failures: [entry] }));
    expect([holds.code, holds.report.outcome]).toEqual([0, 'conformant-partial']);
    const fails = await judge([createdAt, entry]);
    expect([fails.code, fails.report.outcome]).toEqual([0, 'known-failures']);
    const late = await judgeOf(sound, write({ failures: [{ ...entry, expires: '2020-01-31' }] }));
    expect([late.code, late.report.outcome]).toEqual([1, 'baseline-outdated']);
  });

  test.each(['*'.repeat(40), '*a'.repeat(30)])(
    'a pattern with many asterisks is matched at once (%s)',
    async (start) => {
      const called = await judge([
        createdAt,
        nameNull,
        nameNumber,
        { requirement: 'created-at-milliseconds', finding: `${start}Z`, ...filled },
      ]);
      expect(called.report.outcome).toBe('baseline-outdated');
    },
  );

  test('an empty baseline changes nothing', async () => {
    const called = await judgeOf(sound, write({ failures: [] }));
    expect([called.code, called.report.outcome]).toEqual([0, 'conformant-partial']);
  });

  test.each([
    ['not there', 'no-such.json', /--baseline cannot be read \(ENOENT\)/],
    ['not JSON', write0('{'), /--baseline is not JSON/],
    ['without a reason', write0({ failures: [{ ...createdAt, reason: undefined }] }), /reason/],
    [
      'not filled in',
      write0({ failures: [createdAt, { ...nameNull, owner: 'FILL IN: who' }] }),
      /line 13: \/failures\/1\/owner is still to be filled in/,
    ],
    [
      'without a date',
      write0({ failures: [{ ...createdAt, expires: 'soon' }] }),
      /\/failures\/0\/expires .*YYYY-MM-DD/,
    ],
    [
      'of a day that there is not',
      write0({ failures: [{ ...createdAt, expires: '2027-02-31' }] }),
      /line 3: "expires" is not a valid date: 2027-02-31/,
    ],
  ])('a baseline that is %s is a wrong call', async (_, content, sentence) => {
    const path = typeof content === 'string' ? content : content();
    const called = await judgeOf(portal, path);
    expect(called.code).toBe(2);
    expect(called.stderr).toMatch(sentence);
  });
});

/** Writes when the folder is there. */
function write0(content: unknown): () => string {
  return () => write(content);
}

const cli = (...args: string[]) => run(process.execPath, ['dist/src/cli.js', ...args]);

/** The JSON report of a run. */
async function reportOf(one: Reference, ...args: string[]): Promise<string> {
  const { report } = await portalConformance(
    ['--only', only, '--settle', '0.2', ...args],
    variablesOf(one),
  );
  return write(report);
}

describe('baseline write', () => {
  test('proposes the failures, marks what a person fills in, and is then a baseline', async () => {
    const report = await reportOf(portal);
    const path = join(folder, 'proposed.json');
    const { code, stdout } = await cli('baseline', 'write', path, '--from', report);
    expect([code, stdout]).toEqual([0, expect.stringContaining('3 entries to be filled in')]);
    const refused = await judgeOf(portal, path);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('filled in')]);
    const text = readFileSync(path, 'utf8')
      .replaceAll(/FILL IN: YYYY-MM-DD/g, '2999-12-31')
      .replaceAll(/FILL IN[^"]*/g, 'somebody');
    writeFileSync(path, text);
    expect(schemaErrors('baseline', JSON.parse(text))).toEqual([]);
    expect((await judgeOf(portal, path)).report.outcome).toBe('known-failures');
  });

  test('keeps what people wrote, and drops what is gone', async () => {
    const report = await reportOf(portal);
    const path = write({ failures: [nameNull, { requirement: 'id-present', ...filled }] });
    await cli('baseline', 'write', path, '--from', report);
    const { failures } = JSON.parse(readFileSync(path, 'utf8'));
    expect(failures).toEqual([
      nameNull,
      expect.objectContaining({ requirement: 'name-string', finding: expect.any(String) }),
      expect.objectContaining({ requirement: 'created-at-milliseconds' }),
    ]);
    expect(failures[1].reason).toMatch(/^FILL IN/);
  });

  test('keeps what was not judged', async () => {
    const report = await reportOf(portal, '--skip', 'name-string');
    const path = write({ failures: [nameNull, createdAt] });
    await cli('baseline', 'write', path, '--from', report);
    expect(JSON.parse(readFileSync(path, 'utf8')).failures).toEqual([nameNull, createdAt]);
  });

  test('covers the kind of failure that was seen, and no other', async () => {
    const { stdout } = await cli('baseline', 'write', '-', '--from', await reportOf(portal));
    expect(JSON.parse(stdout).failures[2]).toMatchObject({
      requirement: 'created-at-milliseconds',
      finding: expect.stringMatching(/; an integer of \* digits, looks like seconds$/),
    });
  });

  test('writes to standard output, and nothing for a sound portal', async () => {
    const { code, stdout } = await cli('baseline', 'write', '-', '--from', await reportOf(sound));
    expect([code, JSON.parse(stdout).failures]).toEqual([0, []]);
  });

  test('says when the file cannot be written', async () => {
    const report = await reportOf(sound);
    const { code, stderr } = await cli('baseline', 'write', '/dev/null/x', '--from', report);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot be written \(ENOTDIR\)/)]);
  });
});

test('beside the run before: what is new, gone and still violated, in every form for people', async () => {
  const mended = changedFault((record) => ({ ...record, userEmail: 7 }));
  const other = await startReference(mended);
  const before = join(folder, 'before.json');
  const call = ['--only', `${only},user-email-string`, '--settle', '0.2'];
  await portalConformance([...call, '--report', `json=${before}`], variablesOf(portal));
  const html = join(folder, 'beside.html');
  const { report, stdout } = await portalConformance(
    [...call, '--previous', before, '--report', `html=${html}`],
    variablesOf(other),
  );
  await other.close();
  expect(report.previous).toMatchObject({
    outcome: 'non-conformant',
    new: ['user-email-string'],
    gone: ['name-string'],
    still: ['created-at-milliseconds'],
  });
  const told = 'new user-email-string; gone name-string; still created-at-milliseconds';
  expect(stdout).toContain(told);
  expect(readFileSync(html, 'utf8')).toContain(
    '<dt class="bad">new</dt><dd><a href="#user-email-string">',
  );
  const missing = await portalConformance(
    [...call, '--previous', 'nowhere.json'],
    variablesOf(sound),
  );
  expect(missing.code).toBe(2);
  expect(missing.report.message).toContain('The file of --previous cannot be read (ENOENT)');
});

/** The broken portal, which breaks another requirement in place of `name-string`. */
function changedFault(edit: (record: object) => object): Behaviour {
  return {
    ...plain,
    record: (record, _, index) => {
      if (index === 1) return edit(record);
      return index === 2 ? { ...record, createdAt: 1_736_942_400 } : record;
    },
  };
}

describe('compare', () => {
  let good: Report;
  let bad: Report;

  beforeAll(async () => {
    good = JSON.parse(readFileSync(await reportOf(sound), 'utf8'));
    bad = JSON.parse(readFileSync(await reportOf(portal), 'utf8'));
  });

  const compare = (from: Report, to: Report, ...args: string[]) =>
    cli('compare', write(from), write(to), ...args);

  test('tells what got worse, and exits with 1', async () => {
    const { code, stdout } = await compare(good, bad);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^worse +name-string {2}pass → fail/m);
    expect(stdout.trim().split('\n').at(-1)).toBe('worse: 2 worse, 0 better, 0 newly untested');
  });

  test('shows the two side by side, as a page', async () => {
    const path = join(folder, 'compared.html');
    const { code } = await compare(good, bad, '--html', path);
    const text = readFileSync(path, 'utf8');
    expect(code).toBe(1);
    expect(text).toContain('<h2>Worse (2)</h2>');
    expect(text).toMatch(/name-string<\/code>[\s\S]*pass[\s\S]*fail[\s\S]*expected/);
    const found: string[] = [];
    parse(text, { onParseError: ({ code: problem }) => found.push(problem) });
    expect(found).toEqual([]);
    const nowhere = await compare(good, bad, '--html', join(path, 'folder.html'));
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('(ENOTDIR)') });
  });

  test('tells what got better', async () => {
    const { code, stdout } = await compare(bad, good);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^better +name-string {2}fail → pass/m),
    ]);
  });

  test('a run that judges less is worse, and says so', async () => {
    const whole = { ...good, profile: 'full' as const };
    const { code, stdout } = await compare(whole, good);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining('profile        full → read-only: it judges less'),
    });
    expect((await compare(good, whole)).code).toBe(0);
  });

  test('what is accepted is not better', async () => {
    const { stdout } = await compare(bad, changed(bad, 'name-string', 'known'));
    expect(stdout).toContain('0 better');
  });

  test('reads reports as a fleet compresses them', async () => {
    const path = join(folder, 'good.json.gz');
    writeFileSync(path, gzipSync(JSON.stringify(good)));
    const { code, stdout } = await cli('compare', path, write(good));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('not worse') });
  });

  test('two runs alike are not worse', async () => {
    expect((await compare(bad, bad)).code).toBe(0);
  });

  const changed = (report: Report, id: string, status: string): Report =>
    ({
      ...report,
      requirements: report.requirements.map((one) => (one.id === id ? { ...one, status } : one)),
    }) as Report;

  test('what is violated in another way is worse, and what promises less', async () => {
    const other = JSON.parse(JSON.stringify(bad).replaceAll('looks like seconds', 'looks odd'));
    const { code, stdout } = await compare(bad, other);
    expect([code, stdout]).toEqual([1, expect.stringContaining('fail → fail in another way')]);
    const partial = { ...good, outcome: 'conformant-partial' as const };
    const whole = { ...good, outcome: 'conformant' as const };
    expect([(await compare(whole, partial)).code, (await compare(partial, whole)).code]).toEqual([
      1, 0,
    ]);
  });

  test('tells what is newly untested; it is worse when the outcome is', async () => {
    const untested = changed(good, 'id-present', 'untested');
    const { code, stdout } = await compare(good, untested);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^newly untested +id-present/m)]);
    const undecided = { ...untested, outcome: 'undecided' as const, exitCode: 3 as const };
    expect((await compare(good, undecided)).code).toBe(1);
  });

  test.each([
    ['untested', 'fail', 1],
    ['untested', 'pass', 0],
    ['known', 'fail', 1],
    ['pass', 'known', 1],
    ['pass', 'warn', 1],
    ['pass', 'note', 0],
  ])('from %s to %s ends with %i', async (from, to, expected) => {
    const [older, newer] = [changed(good, 'array', from), changed(good, 'array', to)];
    expect((await compare(older, newer)).code).toBe(expected);
  });

  test('tells what is slower, in JSON too', async () => {
    const slow: Report = {
      ...good,
      requirements: good.requirements.map((one) => ({
        ...one,
        exchanges: one.exchanges.map((exchange) => ({ ...exchange, durationMs: 500 })),
      })),
    };
    const { code, stdout } = await compare(good, slow);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^slower .* → 500 ms$/m)]);
    const json = JSON.parse((await compare(good, slow, '--json')).stdout);
    expect(json.slower.to).toBe(500);
  });

  test('what is no report is a wrong call', async () => {
    const { code, stderr } = await cli('compare', 'package.json', write(good));
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
  });
});
