import { expect, test } from 'vitest';
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
