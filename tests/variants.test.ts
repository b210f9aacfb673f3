import { describe, expect, test } from 'vitest';
import { idsWith, judgeBehaviour } from './support/judge.ts';
import { variants } from './support/variants.ts';

describe('a portal that conforms and differs passes', () => {
  for (const variant of variants) {
    test.concurrent(`${variant.name}: ${variant.says}`, async ({ expect }) => {
      const { requirements, outcome, message } = await judgeBehaviour(variant, { settle: '4' });
      const broken = requirements.filter(({ status }) => status === 'fail' || status === 'warn');
      expect(broken.map(({ id, findings }) => ({ id, findings }))).toEqual([]);
      const notes = idsWith(requirements, 'note').filter((id) => id !== 'id-32-hex');
      expect(notes).toEqual(variant.trips);
      expect([outcome, message]).toEqual(['conformant', expect.any(String)]);
    });
  }
});

test('variants have names of their own', () => {
  expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length);
});
