import { expect, test } from 'vitest';
import { Patience } from '../src/portal/patience.ts';
import { plain } from '../src/reference/behaviour.ts';
import { faults } from '../src/reference/faults.ts';
import { judgeBehaviour, tripped } from './support/judge.ts';

// What no wait heals is not waited for: with this bound each of these would time out.

const bound = { settle: '60' };

test.each(['own-tokens-only', 'session-sees-nothing', 'first-user-sees-less', 'name-html'])(
  '%s is final at once, with few requests more than a sound portal is sent',
  async (name) => {
    const fault = faults.find((one) => one.name === name);
    if (!fault) throw new Error(`no fault ${name}`);
    const report = await judgeBehaviour(fault, bound);
    expect(tripped(report).sort()).toEqual([...fault.trips].sort());
    const { profile } = fault;
    const sound = await judgeBehaviour({ ...plain, ...(profile ? { profile } : {}) }, bound);
    expect(sound.outcome).toBe('conformant');
    expect(report.requests - sound.requests).toBeLessThan(200);
  },
);

test('what was waited for in vain is not waited for as long again', async () => {
  const fault = faults.find(({ name }) => name === 'default-hidden');
  if (!fault) throw new Error('no such fault');
  const report = await judgeBehaviour(fault, { settle: '10' });
  expect(tripped(report).sort()).toEqual([...fault.trips].sort());
  const later = report.requirements.find(({ id }) => id === 'acts-change-nothing-else');
  expect(later?.status).toBe('fail');
  expect(later?.durationMs).toBeLessThan(10_000);
});

test('the bound is short once a fault has outlasted it, unless the portal is late elsewhere', () => {
  const patience = new Patience(10_000);
  expect([patience.boundOf(0), patience.boundOf(1)]).toEqual([10_000, 2000]);
  // What need not come may stay away, and a fault may be one that nobody waited for.
  patience.sawNothing('removed-account-refused');
  patience.foundFault('array');
  expect(patience.boundOf(0)).toBe(10_000);
  patience.sawNothing('every-kind-listed');
  patience.foundFault('every-kind-listed');
  expect(patience.boundOf(0)).toBe(2000);
  patience.saw(500);
  expect(patience.boundOf(0)).toBe(2000);
  patience.saw(501);
  expect([patience.boundOf(0), patience.boundOf(1)]).toEqual([10_000, 10_000]);
  expect(new Patience(300).boundOf(1)).toBe(300);
});
