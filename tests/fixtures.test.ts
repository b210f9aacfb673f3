import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { judgeShape, newAjv, schema } from '../src/contract/shape.ts';
import { schemaErrors } from './support/schema.ts';

interface Fixture {
  readonly name: string;
  readonly description: string;
  readonly requirements?: string[];
  readonly body: unknown;
}

function read(kind: 'valid' | 'invalid'): Fixture[] {
  const folder = new URL(`../fixtures/${kind}/`, import.meta.url);
  return readdirSync(folder).map((name) => ({
    name,
    ...JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
  }));
}

const valid = read('valid');
const invalid = read('invalid');
const all = [...valid, ...invalid];

/** The ids that the schemas name with their keyword `requirement`. */
const decidable = new Set(
  ['api-token-list', 'api-token', 'restrictions', 'documented-form'].flatMap((name) =>
    [...JSON.stringify(schema(name)).matchAll(/"requirement":"([^"]+)"/g)].map(([, id]) => id),
  ),
);

function contractSchema() {
  const ajv = newAjv();
  for (const name of ['restrictions', 'api-token']) ajv.addSchema(schema(name));
  return ajv.compile(schema('api-token-list'));
}

test.each(all)('$name has the form of a fixture', ({ name: _, ...fixture }) => {
  expect(schemaErrors('fixture', fixture)).toEqual([]);
});

test.each(all)('$name breaks exactly what it names', ({ body, requirements: named = [] }) => {
  expect([...judgeShape(body).keys()].sort()).toEqual([...named].sort());
});

test.each(valid)('$name fits the schema of the contract', ({ body }) => {
  expect(contractSchema()(body)).toBe(true);
});

test.each(invalid)('$name does not fit the schema of the contract', ({ body }) => {
  expect(contractSchema()(body)).toBe(false);
});

test('descriptions are unique', () => {
  const descriptions = all.map(({ description }) => description);
  expect(new Set(descriptions).size).toBe(descriptions.length);
});

describe('what a schema can decide', () => {
  const level = (id: string) => requirements.find((one) => one.id === id)?.level;

  test.each([...decidable])('%s is a requirement with a fixture that breaks it', (id) => {
    expect(level(id ?? '')).toBeDefined();
    const breaking = level(id ?? '') === 'NOTE' ? valid : invalid;
    expect(breaking.some((fixture) => fixture.requirements?.includes(id ?? ''))).toBe(true);
  });

  test('valid fixtures show nothing but what never counts', () => {
    const shown = valid.flatMap((fixture) => fixture.requirements ?? []);
    expect(shown.filter((id) => level(id) !== 'NOTE')).toEqual([]);
  });
});

test('each mismatch is described, counted and placed, and never quoted', () => {
  const [record] = valid.find(({ name }) => name === 'never-used.json')!.body as [object];
  const body = Array.from({ length: 1000 }, (_, index) => ({
    ...record,
    createdAt: index % 2 === 0 ? 1736942400 : 'not-a-time-at-all',
  }));
  const findings = judgeShape(body);
  expect(findings.get('created-at-milliseconds')).toEqual([
    {
      expected: 'a time in milliseconds since the Unix epoch: 12 to 14 digits',
      received: 'an integer of 10 digits, looks like seconds',
      where: ['/0/createdAt', '/2/createdAt', '/4/createdAt'],
      count: 500,
    },
  ]);
  expect(findings.get('created-at-integer')).toEqual([
    {
      expected: 'an integer',
      received: 'a string of 17 characters',
      where: ['/1/createdAt', '/3/createdAt', '/5/createdAt'],
      count: 500,
    },
  ]);
});
