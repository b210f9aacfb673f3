import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { judgeShape, schema } from '../src/contract/shape.ts';
import { plain } from '../src/reference/behaviour.ts';
import { checkSaved } from '../src/run/saved.ts';
import { judgeBehaviour, tripped } from './support/judge.ts';
import { newAjv, schemaErrors } from './support/schema.ts';

interface Fixture {
  readonly name: string;
  readonly description: string;
  readonly request?: 'to be refused';
  readonly requirements?: string[];
  readonly head?: string;
  readonly text?: string;
  readonly body?: unknown;
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
const lists = all.filter(({ request }) => request === undefined);
const refusals = all.filter(({ request }) => request !== undefined);

function bodyOf({ text, body }: Fixture): string {
  return text ?? JSON.stringify(body);
}

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

test.each(lists)('$name, saved, breaks exactly what it names', async (fixture) => {
  const head = fixture.head ? `${fixture.head.replaceAll('\n', '\r\n')}\r\n\r\n` : '';
  const saved = Buffer.from(head + bodyOf(fixture));
  const report = await checkSaved(saved, { strict: false }, requirements);
  expect(schemaErrors('report', report)).toEqual([]);
  expect(tripped(report).sort()).toEqual([...(fixture.requirements ?? [])].sort());
});

/** A portal that answers what it refuses with a fixture. */
function refusing(fixture: Fixture) {
  const [status = '', ...fields] = fixture.head?.split('\n') ?? [];
  const headers = fields.map((field) => field.split(': ') as [string, string]);
  return {
    ...plain,
    rejection: () =>
      new Response(bodyOf(fixture), { status: Number(status.split(' ')[1]), headers }),
  };
}

test.each(refusals)('$name, as a refusal, breaks what it names', async (fixture) => {
  const report = await judgeBehaviour(refusing(fixture));
  expect(tripped(report).sort()).toEqual([...(fixture.requirements ?? [])].sort());
});

const withBody = (fixture: Fixture) => fixture.body !== undefined;

/** Whether a schema has a say in what a fixture breaks. */
const ofSchemas = ({ requirements: named = [] }: Fixture) => named.every((id) => decidable.has(id));

test.each(valid.filter((one) => lists.includes(one)))('$name fits the schema', ({ body }) => {
  expect(contractSchema()(body)).toBe(true);
});

test.each(invalid.filter((one) => lists.includes(one) && withBody(one) && ofSchemas(one)))(
  '$name does not fit the schema of the contract',
  ({ body }) => {
    expect(contractSchema()(body)).toBe(false);
  },
);

test('descriptions are unique', () => {
  const descriptions = all.map(({ description }) => description);
  expect(new Set(descriptions).size).toBe(descriptions.length);
});

describe('what one response can decide', () => {
  const level = (id: string) => requirements.find((one) => one.id === id)?.level;
  const shown = requirements.filter((one) => one.check && one.profiles.includes('saved'));

  test.each([...decidable])('%s is a requirement that the schemas name', (id) => {
    expect(shown.some((one) => one.id === id)).toBe(true);
  });

  test.each(shown.map(({ id }) => id))('%s has a fixture that breaks it', (id) => {
    const breaking = level(id) === 'MUST' ? invalid : [...valid, ...invalid];
    expect(breaking.some((fixture) => fixture.requirements?.includes(id))).toBe(true);
  });

  test('valid fixtures break no MUST', () => {
    const named = valid.flatMap((fixture) => fixture.requirements ?? []);
    expect(named.filter((id) => level(id) === 'MUST')).toEqual([]);
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
