import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reading } from '../src/checks/kinds.ts';
import { failIf, Inconclusive } from '../src/contract/finding.ts';
import { judge as judgeOne } from '../src/contract/judge.ts';
import type { Level } from '../src/contract/requirement.ts';
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

  test('tells what could not be told from what was not there', async () => {
    const throwing = (error: Error) => async () => Promise.reject(error);
    expect(await verdictOf(throwing(new Inconclusive('x')))).toMatchObject({
      status: 'inconclusive',
      message: 'x',
    });
    expect(await verdictOf(throwing(new Inconclusive('x', 'untested')))).toMatchObject({
      status: 'untested',
    });
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
