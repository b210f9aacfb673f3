import { describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { plain } from '../src/reference/behaviour.ts';
import { faults } from '../src/reference/faults.ts';
import { idsWith, judgeBehaviour, tripped } from './support/judge.ts';

describe('a fault trips exactly what it says', () => {
  for (const fault of faults) {
    test.concurrent(`${fault.name}: ${fault.says}`, async ({ expect }) => {
      const report = await judgeBehaviour(fault);
      expect(tripped(report).sort()).toEqual([...fault.trips].sort());
    });
  }
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
  const judged = requirements.filter(({ check }) => check).map(({ id }) => id);
  const broken = new Set(faults.flatMap(({ trips }) => trips));
  expect(judged.filter((id) => !broken.has(id))).toEqual([]);
  expect([...broken].filter((id) => !judged.includes(id))).toEqual([]);
});

test('the names of faults are unique', () => {
  const names = faults.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
