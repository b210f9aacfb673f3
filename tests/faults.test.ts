import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { memberNames } from '../src/contract/shape.ts';
import { plain } from '../src/reference/behaviour.ts';
import { faults } from '../src/reference/faults.ts';
import { startReference } from '../src/reference/start.ts';
import type { Token } from '../src/reference/store.ts';
import { idsWith, judge, judgeBehaviour, tripped } from './support/judge.ts';
import { variants } from './support/variants.ts';

const judged = requirements.filter(({ check }) => check).map(({ id }) => id);

// One for each requirement; `npm run prove` tries them all.
describe('a fault trips exactly what it says', () => {
  const first = judged.flatMap((id) => faults.find(({ trips }) => trips.includes(id)) ?? []);
  for (const fault of new Set(first)) {
    test.concurrent(`${fault.name}: ${fault.says}`, async ({ expect }) => {
      const report = await judgeBehaviour(fault);
      expect(tripped(report).sort()).toEqual([...fault.trips].sort());
    });
  }
});

test('a use of a token that some processes learn of later is looked for', async () => {
  const fault = faults.find(({ name }) => name === 'use-of-restricted-not-recorded') ?? plain;
  const lagging = { ...fault, ignores: (madeAt: number) => Date.now() - madeAt < 200 };
  const report = await judgeBehaviour(lagging, { settle: '4', only: 'last-used-at-any-use' });
  const found = report.requirements.find(({ id }) => id === 'last-used-at-any-use');
  expect(found?.findings).toMatchObject([
    { expected: 'a time of use after a request from its host' },
  ]);
});

test('in an account whose tokens are all new, a use that is written late is waited for', async () => {
  const portal = await startReference({
    ...plain,
    use: (token) => {
      const now = Date.now();
      setTimeout(() => Object.assign(token, { lastUsedAt: now }), 700);
    },
  });
  for (const token of portal.store.tokens) token.lastUsedAt = null;
  const report = await judge(portal, { settle: '4' });
  await portal.close();
  expect(report.outcome).toBe('conformant');
});

test('a token that was created at a whole second hides no use that was none', async () => {
  const name = 'the same name';
  const report = await judgeBehaviour(
    {
      ...(faults.find((one) => one.name === 'session-is-use') ?? plain),
      around: async (request, usual, store) => {
        const isMeant = request.method === 'POST' && (await request.clone().text()).includes(name);
        if (!isMeant) return usual(request);
        await delay(1000 - (Date.now() % 1000));
        const record = (await (await usual(request)).json()) as Token;
        const createdAt = record.createdAt - (record.createdAt % 1000);
        const token = store.tokens.find(({ id }) => id === record.id) ?? {};
        Object.assign(token, { createdAt });
        return Response.json({ ...record, createdAt });
      },
    },
    { only: 'acts-change-nothing-else' },
  );
  expect(tripped(report)).toEqual(['acts-change-nothing-else']);
});

test('a token that somebody deletes meanwhile is missed for no restricted token', async () => {
  let isDeleted = false;
  const report = await judgeBehaviour(
    {
      ...plain,
      profile: 'full',
      visible: (usual, { token }) => {
        isDeleted ||= token?.restrictions != null;
        return isDeleted ? usual.filter(({ name }) => name !== 'Default') : usual;
      },
    },
    { settle: '60', only: 'restricted-sees-the-same' },
  );
  const found = report.requirements.find(({ id }) => id === 'restricted-sees-the-same');
  expect(found).toMatchObject({ status: 'pass', message: expect.stringMatching(/^\d+ tokens$/) });
  expect(isDeleted).toBe(true);
});

describe('readings that disagree are beside each other', () => {
  test.each([
    ['name-hidden-for-others', 'lists-agree', ['name'], 'an empty string'],
    ['user-id-of-reader', 'lists-agree', ['userId'], /^the integer/],
    ['created-at-moves', 'created-at-stable', ['createdAt'], /^another integer of 13 digits/],
    ['first-user-sees-less', 'lists-hold-the-same', undefined, 'not listed'],
    ['own-token-hidden', 'session-sees-the-same', undefined, 'not listed'],
  ])('%s: %s', async (name, id, differing, other) => {
    const fault = faults.find((one) => one.name === name) ?? plain;
    const report = await judgeBehaviour(fault);
    const found = report.requirements.find((one) => one.id === id)?.findings[0]?.sides;
    const marked = found?.members.filter(({ differs }) => differs) ?? [];
    expect(marked.map((member) => member.name)).toEqual(differing ?? memberNames);
    expect(marked[0]?.other).toEqual(
      typeof other === 'string' ? other : expect.stringMatching(other),
    );
    expect(new Set(found?.of).size).toBe(2);
  });
});

test.each([undefined, 'full'] as const)(
  'the plain portal trips nothing and leaves nothing undecided (%s)',
  async (profile) => {
    const report = await judgeBehaviour(profile ? { ...plain, profile } : plain);
    expect(report.outcome).toBe('conformant');
    expect(
      idsWith(report.requirements, 'fail', 'warn', 'note', 'inconclusive', 'untested'),
    ).toEqual([]);
  },
);

test('every requirement that is judged has a fault', () => {
  const broken = new Set(faults.flatMap(({ trips }) => trips));
  expect(judged.filter((id) => !broken.has(id))).toEqual([]);
  expect([...broken].filter((id) => !judged.includes(id))).toEqual([]);
});

test.each([
  ['faults', faults],
  ['variants', variants],
])('the names of %s are unique', (_, behaviours) => {
  const names = behaviours.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
