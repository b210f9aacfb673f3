import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { judgeShape } from '../src/contract/shape.ts';
import { readJson } from '../src/http/json-text.ts';
import { plain } from '../src/reference/behaviour.ts';
import { startReference } from '../src/reference/start.ts';
import { renderText } from '../src/report/formats/text.ts';
import { SecretMasker } from '../src/secrets/masker.ts';
import { Search } from '../src/secrets/search.ts';
import { judge } from './support/judge.ts';

// Random disagreement: what the schemas and the reports make of what nobody thought of.

const levels = new Map(requirements.map(({ id, level }) => [id, level]));

const milliseconds = fc.integer({ min: 1e11, max: 1e14 - 1 });
const restrictions = fc.option(
  fc.oneof(
    fc.record({ hosts: fc.array(fc.string()) }),
    fc.dictionary(
      fc.string().filter((name) => name !== 'hosts'),
      fc.jsonValue(),
    ),
  ),
);
const record = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9._~+/-]+=*$/),
  name: fc.string({ unit: 'binary' }),
  userId: fc.integer(),
  userEmail: fc.string({ unit: 'binary', minLength: 1 }),
  createdAt: milliseconds,
  lastUsedAt: fc.option(milliseconds),
  restrictions,
});
const list = fc.array(record, { minLength: 1, maxLength: 5 });

/** One edit that the contract does not allow, and the requirement that it breaks. */
const isText = (value: unknown) => typeof value === 'string';
const isWhole = (value: unknown) => Number.isInteger(value);
const isPlain = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const otherwise = (allowed: (value: unknown) => boolean) =>
  fc.jsonValue().filter((value) => !allowed(value));
const outOfRange = fc.oneof(
  fc.maxSafeInteger().filter((one) => one < 1e11),
  fc.maxSafeInteger().filter((one) => one >= 1e14),
);
const edits: readonly (readonly [string, string, fc.Arbitrary<unknown>])[] = [
  ['id', 'id-bearer-token', otherwise(isText)],
  ['id', 'id-bearer-token', fc.string().filter((text) => !/^[!-~]+$/.test(text))],
  ['name', 'name-string', otherwise(isText)],
  ['userId', 'user-id-integer', otherwise(isWhole)],
  ['userEmail', 'user-email-string', otherwise((value) => isText(value) && value !== '')],
  ['createdAt', 'created-at-integer', otherwise((value) => typeof value === 'number')],
  ['createdAt', 'created-at-milliseconds', outOfRange],
  [
    'lastUsedAt',
    'last-used-at-null-or-integer',
    otherwise((value) => value === null || typeof value === 'number'),
  ],
  ['lastUsedAt', 'last-used-at-milliseconds', outOfRange],
  [
    'restrictions',
    'restrictions-null-or-object',
    otherwise((value) => value === null || isPlain(value)),
  ],
  ['restrictions', 'restrictions-hosts', otherwise(Array.isArray).map((hosts) => ({ hosts }))],
  [
    'restrictions',
    'restrictions-hosts',
    fc
      .tuple(fc.array(fc.string()), otherwise(isText))
      .map(([hosts, one]) => ({ hosts: [...hosts, one] })),
  ],
];

function broken(body: unknown): string[] {
  return [...judgeShape(body).keys()].filter((id) => levels.get(id) === 'MUST');
}

test('any conformant list passes', () => {
  fc.assert(
    fc.property(list, (body) => {
      expect(broken(body)).toEqual([]);
    }),
  );
});

describe('any edit that breaks the schema is found, and is what it is', () => {
  test.each(edits.map(([member, id, values], index) => ({ member, id, values, index })))(
    '$id ($index)',
    ({ member, id, values }) => {
      fc.assert(
        fc.property(list, fc.nat(), values, (body, at, value) => {
          const edited = body.map((one, index) =>
            index === at % body.length ? { ...one, [member]: value } : one,
          );
          expect(broken(edited)).toEqual([id]);
        }),
      );
    },
  );

  test('an absent member', () => {
    const presence = new Map([
      ['id', 'id-present'],
      ['name', 'name-present'],
      ['userId', 'user-id-present'],
      ['userEmail', 'user-email-present'],
      ['createdAt', 'created-at-present'],
      ['lastUsedAt', 'last-used-at-present'],
      ['restrictions', 'restrictions-present'],
    ]);
    fc.assert(
      fc.property(list, fc.nat(), fc.constantFrom(...presence.keys()), (body, at, member) => {
        const edited = body.map((one, index) =>
          index === at % body.length
            ? Object.fromEntries(Object.entries(one).filter(([name]) => name !== member))
            : one,
        );
        expect(broken(edited)).toEqual([presence.get(member)]);
      }),
    );
  });

  test('an element that is no object', () => {
    fc.assert(
      fc.property(list, otherwise(isPlain), (body, element) => {
        expect(broken([...body, element])).toEqual(['elements-are-objects']);
      }),
    );
  });
});

test('any text in any string member reaches no output', async () => {
  const text = fc
    .string({ unit: 'binary', minLength: 12, maxLength: 60 })
    .filter((one) => one.trim().length >= 12);
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.constantFrom(
        'id',
        'name',
        'userId',
        'userEmail',
        'createdAt',
        'lastUsedAt',
        'restrictions',
      ),
      async (hostile, member) => {
        const portal = await startReference({
          ...plain,
          record: (one, _, index) =>
            index === 1 ? { ...one, [member]: hostile, [hostile]: hostile } : one,
        });
        const report = await judge(portal, { settle: '0' });
        await portal.close();
        const told = renderText(report, { color: false, detail: 'verbose' });
        expect(report.outcome).not.toBe('suite-error');
        expect(told).not.toContain(hostile);
        expect(JSON.stringify(report)).not.toContain(JSON.stringify(hostile).slice(1, -1));
      },
    ),
    { numRuns: 20 },
  );
});

test('a masker finds what a plain search finds, however much texts are alike', () => {
  const alike = (minLength: number, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...'aaaaaaaaab'), minLength, maxLength });
  fc.assert(
    fc.property(fc.array(alike(12, 15), { maxLength: 4 }), alike(0, 200), (secrets, text) => {
      const masker = new SecretMasker();
      const search = new Search();
      for (const secret of secrets) {
        masker.add(secret);
        search.add(secret);
      }
      let left = text;
      for (const secret of secrets) left = left.replaceAll(secret, '');
      expect(search.isIn(text)).toBe(left !== text);
      // Each is cut out whole, wherever it stands between other text.
      for (const secret of secrets) {
        expect(masker.mask(`<${secret}>${text}`).text).toMatch(/^<\[secret\]>/);
        expect(search.countIn(`<${secret}><${secret}>`)).toBe(2);
      }
      for (const secret of secrets) expect(masker.mask(text).text).not.toContain(secret);
    }),
    { numRuns: 300 },
  );
});

test('member names that are repeated are counted, in whatever they stand', () => {
  const names = fc.array(fc.constantFrom('a', '"', ':', '\\', '{', '\u00e9'), { maxLength: 4 });
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), tie('object')),
    // A name for each member, and a text that repeats them.
    object: fc.tuple(names, fc.array(tie('value'), { minLength: 4, maxLength: 4 })),
  }));
  const write = (one: unknown): [string, number] => {
    if (!Array.isArray(one)) return [JSON.stringify(one), 0];
    const [keys, values] = one as [string[], unknown[]];
    const members = keys.map((key, index) => [JSON.stringify(key), write(values[index])] as const);
    const repeated = keys.length - new Set(keys).size;
    const text = members.map(([key, [member]]) => `${key} :${member}`).join(', ');
    return [`{${text}}`, members.reduce((sum, [, [, count]]) => sum + count, repeated)];
  };
  fc.assert(
    fc.property(value, (one) => {
      const [text, count] = write(one);
      expect(readJson(Buffer.from(text)).repeatedNames()).toBe(count);
    }),
    { numRuns: 500 },
  );
});
