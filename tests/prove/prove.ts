import { writeFileSync } from 'node:fs';
import { afterAll, describe, test } from 'vitest';
import type { Behaviour } from '../../src/reference/behaviour.ts';
import { faults } from '../../src/reference/faults.ts';
import type { Given } from '../../src/settings/option-reader.ts';
import { idsWith, judgeBehaviour, tripped } from '../support/judge.ts';
import { renderProof, type Trial } from '../support/proof.ts';
import { variants } from '../support/variants.ts';

const trials = new Map<Behaviour, Trial>();
const startedAt = performance.now();

/** Judges a behaviour, and notes it for the page. */
async function judged(behaviour: Behaviour, isExpected: (id: string) => boolean, given?: Given) {
  const report = await judgeBehaviour(behaviour, given);
  const found = tripped(report).filter(isExpected).sort();
  trials.set(behaviour, { behaviour, tripped: found, outcome: report.outcome });
  return { found, report };
}

describe('a mutant trips exactly what it says', () => {
  for (const fault of faults)
    test.concurrent(`${fault.name}: ${fault.says}`, async ({ expect }) => {
      const { found } = await judged(fault, () => true);
      expect(found).toEqual([...fault.trips].sort());
    });
});

describe('a portal that conforms and differs passes', () => {
  for (const variant of variants)
    test.concurrent(`${variant.name}: ${variant.says}`, async ({ expect }) => {
      const { found, report } = await judged(variant, (id) => id !== 'id-32-hex', { settle: '4' });
      const broken = report.requirements.filter(({ id }) => found.includes(id));
      expect(found, JSON.stringify(broken.map(({ findings }) => findings))).toEqual(variant.trips);
      expect(idsWith(report.requirements, 'fail', 'warn')).toEqual([]);
      // One that leaves a MUST undecided is not judged as what it is.
      expect([report.outcome, report.message]).toEqual(['conformant', expect.any(String)]);
    });
});

afterAll(() => {
  const all = [...faults, ...variants].flatMap((behaviour) => trials.get(behaviour) ?? []);
  // A part of them was asked for.
  if (all.length < faults.length + variants.length) return;
  const seconds = (performance.now() - startedAt) / 1000;
  const page = renderProof(all);
  writeFileSync(new URL('../../docs/proof.md', import.meta.url), page);
  const matrix = page.slice(page.indexOf('| mutants killed'), page.indexOf('## Mutants'));
  const each = ((seconds / all.length) * 1000).toFixed(0);
  process.stdout.write(
    `\n${matrix}\n${all.length} runs in ${seconds.toFixed(1)} s, ${each} ms each\n`,
  );
});
