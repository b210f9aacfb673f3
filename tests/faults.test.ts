import { describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { plain } from '../src/reference/behaviour.ts';
import { faults } from '../src/reference/faults.ts';
import { idsWith, judgeBehaviour, tripped } from './support/judge.ts';
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
