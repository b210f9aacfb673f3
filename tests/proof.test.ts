import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { faults } from '../src/reference/faults.ts';
import { hostileServers } from './support/hostile-servers.ts';
import { promised, renderProof } from './support/proof.ts';
import { variants } from './support/variants.ts';

test('docs/proof.md is that of today: npm run prove writes it', () => {
  const page = readFileSync(new URL('../docs/proof.md', import.meta.url), 'utf8');
  expect(page).toBe(renderProof(promised()));
});

test('there is enough of each', () => {
  expect(faults.length).toBeGreaterThanOrEqual(200);
  expect(variants.length).toBeGreaterThanOrEqual(50);
  expect(hostileServers.length).toBeGreaterThanOrEqual(40);
});

test('every trip is a requirement that is judged', () => {
  const judged = new Set(requirements.filter(({ check }) => check).map(({ id }) => id));
  expect(faults.flatMap(({ trips }) => trips).filter((id) => !judged.has(id))).toEqual([]);
});
