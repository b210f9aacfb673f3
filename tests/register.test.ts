import { expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { outline } from '../src/contract/outline.ts';
import { topics } from '../src/contract/requirement.ts';

test('ids and levels stay what users have pinned', () => {
  const pinned = requirements.map(({ id, topic, level }) => `${topic} ${level} ${id}`);
  expect(pinned).toMatchSnapshot();
});

test('ids are unique and none is a topic', () => {
  const ids = requirements.map(({ id }) => id);
  expect(new Set([...ids, ...topics]).size).toBe(ids.length + topics.length);
});

test('a requirement is judged or excluded with a reason', () => {
  for (const { check, excluded } of requirements) {
    expect([typeof check, typeof excluded].sort()).toEqual(
      check ? ['function', 'undefined'] : ['string', 'undefined'],
    );
  }
});

test.each(outline)('the contract is covered under %s', (heading) => {
  expect(requirements.filter(({ source }) => source === heading)).not.toEqual([]);
});

test('a MUST comes from the contract, a SHOULD from an RFC', () => {
  for (const { id, level, source } of requirements) {
    if (level === 'NOTE') continue;
    expect(`${id} ${source.startsWith('RFC')}`).toBe(`${id} ${level === 'SHOULD'}`);
  }
});

test('texts are sentences, titles are not', () => {
  for (const { title, text } of requirements) {
    expect(text).toMatch(/^[A-Za-z].*\.$/);
    expect(title).not.toMatch(/\.$/);
  }
});
