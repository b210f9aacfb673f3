import { mkdirSync, writeFileSync } from 'node:fs';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { faults } from '../../src/reference/faults.ts';
import { judgeBehaviour, tripped } from '../support/judge.ts';
import { isKilled, renderProof, type Trial } from '../support/proof.ts';
import { variants } from '../support/variants.ts';

test('every mutant is killed and every variant passes', { timeout: 0 }, async () => {
  const startedAt = performance.now();
  const limit = pLimit(6);
  const trials = await Promise.all(
    [...faults, ...variants].map((behaviour) =>
      limit(async (): Promise<Trial> => {
        const given = variants.includes(behaviour) ? { settle: '4' } : {};
        const report = await judgeBehaviour(behaviour, given);
        const found = tripped(report).filter(
          (id) => faults.includes(behaviour) || id !== 'id-32-hex',
        );
        return { behaviour, tripped: found, outcome: report.outcome };
      }),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const page = renderProof(trials);
  mkdirSync(new URL('../../docs', import.meta.url), { recursive: true });
  writeFileSync(new URL('../../docs/proof.md', import.meta.url), page);
  const matrix = page.slice(page.indexOf('| mutants killed'), page.indexOf('## Mutants'));
  const each = ((seconds / trials.length) * 1000).toFixed(0);
  process.stdout.write(
    `\n${matrix}\n${trials.length} runs in ${seconds.toFixed(1)} s, ${each} ms each\n`,
  );
  expect(trials.filter((trial) => !isKilled(trial)).map(({ behaviour }) => behaviour.name)).toEqual(
    [],
  );
  // A variant that leaves a MUST undecided is not judged as what it is.
  const undecided = trials.filter(
    ({ behaviour, outcome }) => variants.includes(behaviour) && outcome !== 'conformant',
  );
  expect(undecided.map(({ behaviour }) => behaviour.name)).toEqual([]);
});
