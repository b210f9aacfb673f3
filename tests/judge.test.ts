import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reading } from '../src/checks/kinds.ts';
import { failIf, Inconclusive } from '../src/contract/finding.ts';
import { judge as judgeOne } from '../src/contract/judge.ts';
import type { Level } from '../src/contract/requirement.ts';
import { digestOfSet, heldTo } from '../src/contract/sets.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { verify } from '../src/run/verify.ts';
import { readSettings } from '../src/settings/settings.ts';
import { variablesOf } from './support/judge.ts';
import { schemaErrors } from './support/schema.ts';

const finding = { expected: 'this', received: 'that' };

function requirement(check: Parameters<typeof reading>[1], level: Level = 'MUST') {
  const draft = reading(
    {
      id: 'probe',
      level,
      title: 'T',
      text: 'T.',
      source: 'Description',
      causes: 'C.',
      fix: 'F.',
    },
    check,
  );
  return { ...draft, topic: 'response' as const, since: '0.1.0' };
}

function verdictOf(
  check: (attempt: number) => Promise<string | undefined>,
  level?: Level,
  strict = false,
) {
  let attempts = 0;
  const one = requirement(() => check(attempts++), level);
  return judgeOne(one, () => undefined as never, strict);
}

const broken = async () => {
  failIf([finding]);
  return undefined;
};

describe('a verdict', () => {
  test.each([
    ['MUST', false, 'fail'],
    ['SHOULD', false, 'warn'],
    ['SHOULD', true, 'fail'],
    ['NOTE', true, 'note'],
  ] as const)('of a broken %s (strict: %s) is %s', async (level, strict, status) => {
    expect(await verdictOf(broken, level, strict)).toMatchObject({
      status,
      findings: [{ ...finding, count: 1 }],
    });
  });

  test('that fails was asked for twice', async () => {
    expect(await verdictOf(broken)).toMatchObject({ message: 'violated in 1 place, twice' });
  });

  test('that was inconclusive the second time stays a failure', async () => {
    const verdict = await verdictOf(async (attempt) => {
      if (attempt > 0) throw new Inconclusive('gone');
      return broken();
    });
    expect(verdict).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/undecided on the second/),
    });
  });

  /** A check that fails, and passes the second time. */
  const healing = async (attempt: number) => (attempt > 0 ? 'over 3 lists' : broken());

  test('that held the second time stays a failure', async () => {
    expect(await verdictOf(healing)).toEqual({
      status: 'fail',
      message:
        'violated in 1 place on the first attempt, but held on the second: the answers are inconsistent',
      findings: [{ ...finding, count: 1 }],
    });
  });

  test('of what may lag, which held the second time, passes', async () => {
    const one = { ...requirement(() => Promise.resolve('')), mayLag: true } as const;
    let attempts = 0;
    const lagging = { ...one, check: () => healing(attempts++) };
    expect(await judgeOne(lagging, () => undefined as never, false)).toEqual({
      status: 'pass',
      message: 'over 3 lists; it took longer than the settle bound to show',
      findings: [],
    });
    attempts = 0;
    const lost = async (attempt: number) => {
      if (attempt > 0) throw new Inconclusive('gone');
      return broken();
    };
    const losing = { ...one, check: () => lost(attempts++) };
    expect(await judgeOne(losing, () => undefined as never, false)).toMatchObject({
      status: 'fail',
    });
    const broke = { ...one, check: broken };
    expect(await judgeOne(broke, () => undefined as never, false)).toMatchObject({
      status: 'fail',
      message: 'violated in 1 place, twice',
    });
  });

  test('says how many lists it rests on, or that it holds', async () => {
    const verdicts = [verdictOf(async () => 'over 3 lists'), verdictOf(async () => undefined)];
    expect((await Promise.all(verdicts)).map(({ message }) => message)).toEqual([
      'over 3 lists',
      'holds',
    ]);
  });

  test.each(['SHOULD', 'NOTE'] as const)('of a %s is asked for once', async (level) => {
    expect(await verdictOf(healing, level)).toMatchObject({ message: 'violated in 1 place' });
  });

  test('of a MUST is asked for once where there is nothing to ask', async () => {
    const one = requirement(() => broken());
    expect(await judgeOne(one, () => undefined as never, false, false)).toMatchObject({
      status: 'fail',
      message: 'violated in 1 place',
    });
  });

  test('is a bug where the suite breaks the second time', async () => {
    const verdict = await verdictOf(async (attempt) => {
      if (attempt > 0) throw new TypeError('x');
      return broken();
    });
    expect(verdict).toMatchObject({ status: 'inconclusive', bug: true, findings: [] });
    expect(verdict.message).toMatch(/^the suite failed here, not the portal: TypeError at /);
  });

  test('of what is newer than the set that a run is held to warns', async () => {
    const one = { ...requirement(() => broken()), counts: false as const };
    expect(await judgeOne(one, () => undefined as never, true)).toMatchObject({ status: 'warn' });
  });

  test('tells what could not be told from what was not there', async () => {
    const throwing = (error: Error) => async () => Promise.reject(error);
    expect(await verdictOf(throwing(new Inconclusive('x')))).toEqual({
      status: 'inconclusive',
      message: 'x',
      findings: [],
    });
    expect(await verdictOf(throwing(new Inconclusive('x', 'untested')))).toMatchObject({
      status: 'untested',
    });
  });
});

describe('a set of requirements', () => {
  const register = [
    { id: 'old', level: 'MUST', text: 'Old.' },
    { id: 'raised', level: 'MUST', text: 'Raised.' },
    { id: 'lowered', level: 'NOTE', text: 'Lowered.' },
    { id: 'new', level: 'NOTE', text: 'New.' },
  ] as const;
  const read = (name: string) => ({
    requirements: [
      { id: 'old', level: name === '1' ? ('MUST' as const) : ('NOTE' as const) },
      { id: 'raised', level: 'SHOULD' as const },
      { id: 'lowered', level: 'MUST' as const },
    ],
  });
  const newer = (set?: string) =>
    heldTo(register, set, read).flatMap(({ id, counts }) => (counts === false ? [id] : []));

  test('counts what it has, as much as it had it', () => {
    expect(newer()).toEqual(['raised', 'new']);
    expect(newer('2')).toEqual(['old', 'raised', 'new']);
    expect(heldTo(register, 'latest', read)).toBe(register);
  });

  test('has a digest of what counts', () => {
    const words = JSON.stringify([
      ['old', 'MUST', 'Old.'],
      ['lowered', 'NOTE', 'Lowered.'],
    ]);
    const digest = createHash('sha256').update(words).digest('hex');
    expect(digestOfSet(heldTo(register, '1', read))).toBe(`sha256:${digest}`);
  });
});

describe('a bug of the suite', () => {
  let portal: Reference;
  beforeAll(async () => {
    portal = await startReference();
  });
  afterAll(() => portal.close());

  async function judged(check: Parameters<typeof reading>[1]) {
    const register = [requirement(check)];
    const settings = readSettings({}, variablesOf(portal), register);
    const report = await verify(settings, register);
    expect(schemaErrors('report', report)).toEqual([]);
    return report;
  }

  test('is never a finding, and its message is not repeated', async () => {
    const report = await judged(async (context) => {
      throw new TypeError(`cannot read ${context.caller.token}`);
    });
    expect([report.exitCode, report.outcome]).toEqual([70, 'suite-error']);
    expect(report.message).toMatch(
      /^The suite itself failed, not the portal: probe: .*TypeError at judge\.test\.ts:\d+/,
    );
    expect(JSON.stringify(report)).not.toContain(portal.credentials.get('caller.token'));
  });

  test('that would write a token is caught', async () => {
    const report = await judged(async (context) => `with ${context.caller.token}`);
    expect([report.exitCode, report.requirements[0]?.message]).toEqual([70, 'with [secret]']);
    expect(report.message).toMatch(/a token would have been written/);
  });
});
