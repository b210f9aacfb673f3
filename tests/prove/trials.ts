import { describe, test } from 'vitest';
import { faults } from '../../src/reference/faults.ts';
import { idsWith, judgeBehaviour, tripped } from '../support/judge.ts';
import { behaviours } from '../support/proof.ts';

/** What a test tells the reporter, which writes the page. */
declare module 'vitest' {
  interface TaskMeta {
    readonly trial?: {
      /** Which of the behaviours it is. */
      readonly index: number;
      readonly tripped: readonly string[];
      readonly outcome: string;
    };
  }
}

/**
 * Judges every mutant and every variant of a part, each in a test of its own.
 *
 * @param part which of two it is: each has a process of its own
 */
export function tryAll(part: 0 | 1): void {
  describe('found for what it is', () => {
    for (const [index, behaviour] of behaviours.entries()) {
      if (index % 2 !== part) continue;
      test.concurrent(`${behaviour.name}: ${behaviour.says}`, async ({ expect, task }) => {
        const isMutant = faults.includes(behaviour);
        const report = await judgeBehaviour(behaviour, isMutant ? {} : { settle: '4' });
        const found = tripped(report).filter((id) => isMutant || id !== 'id-32-hex');
        const { requirements, outcome, message } = report;
        Object.assign(task.meta, { trial: { index, tripped: found, outcome } });
        const findings = requirements.flatMap((one) => (one.status === 'pass' ? [] : one.findings));
        expect(found.sort(), JSON.stringify(findings)).toEqual([...behaviour.trips].sort());
        if (isMutant) return;
        expect(idsWith(requirements, 'fail', 'warn')).toEqual([]);
        // One that leaves a MUST undecided is not judged as what it is.
        expect([outcome, message]).toEqual(['conformant', message]);
      });
    }
  });
}
