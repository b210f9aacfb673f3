import { describe, expect, test } from 'vitest';
import { bugSite } from '../src/contract/bug-site.ts';
import { describe as words } from '../src/contract/describe.ts';
import { failIf, Inconclusive, Violation } from '../src/contract/finding.ts';
import { isMilliseconds, sameId, saysTheSame } from '../src/contract/json.ts';
import { judgeShape } from '../src/contract/shape.ts';
import { structureOf } from '../src/contract/structure.ts';

// How values are told without being quoted, and compared without being trusted.

describe('a value in words', () => {
  test.each<[unknown, string]>([
    [undefined, 'absent'],
    [null, 'null'],
    [true, 'the boolean true'],
    [0, 'the integer 0'],
    [999, 'the integer 999'],
    [1000, 'an integer of 4 digits'],
    [-5, 'a negative integer (-5)'],
    [-1_234_567, 'a negative integer (-1234567)'],
    [-12_345_678, 'a negative integer'],
    [1.5, 'a number with a fraction (1.5)'],
    [123.45678, 'a number with a fraction'],
    [1_736_942_400.5, 'a number with a fraction, looks like seconds'],
    [Number.POSITIVE_INFINITY, 'a number too large for JSON implementations'],
    [946_684_799, 'an integer of 9 digits'],
    [946_684_800, 'an integer of 9 digits, looks like seconds'],
    [4_102_444_799, 'an integer of 10 digits, looks like seconds'],
    [4_102_444_800, 'an integer of 10 digits'],
    [1_736_942_400_000, 'an integer of 13 digits, looks like milliseconds'],
    [1_736_942_400_000_000, 'an integer of 16 digits, looks like microseconds'],
    [1_736_942_400_000_000_000, 'an integer of 19 digits, looks like nanoseconds'],
    [1e21, 'an integer of 22 digits'],
    ['', 'an empty string'],
    ['x', 'a string of 1 character'],
    ['🙂🙂', 'a string of 2 characters'],
    ['x'.repeat(10_001), 'a string of 10001 characters'],
    ['-12', 'a string of 3 characters, looks like an integer in a string'],
    ['12.5', 'a string of 4 characters, looks like a number in a string'],
    ['2026-01-15', 'a string of 10 characters, looks like an ISO 8601 time'],
    ['2026-01-15 10:00', 'a string of 16 characters, looks like an ISO 8601 time'],
    ['2026-01-15T10:00:00.123Z', 'a string of 24 characters, looks like an ISO 8601 time'],
    ['2026-01-15T10:00:00+0100', 'a string of 24 characters, looks like an ISO 8601 time'],
    ['x2026-01-15', 'a string of 11 characters'],
    ['2026-01-15x', 'a string of 11 characters'],
    ['Thu, 15 Jan 2026 10:00:00 GMT', 'a string of 29 characters, looks like an HTTP date'],
    ['Thu, 15 Jan 2026 10:00:00 GMT.', 'a string of 30 characters'],
    ['> Thu, 15 Jan 2026 10:00:00 GMT', 'a string of 31 characters'],
    ['01234567-89ab-cdef-0123-456789ABCDEF', 'a string of 36 characters, looks like a UUID'],
    ['01234567-89ab-cdef-0123-456789abcdefa', 'a string of 37 characters'],
    ['a01234567-89ab-cdef-0123-456789abcdef', 'a string of 37 characters'],
    [' {"a": 1}\n', 'a string of 10 characters, looks like JSON text'],
    ['[1]', 'a string of 3 characters, looks like JSON text'],
    ['x[1]', 'a string of 4 characters'],
    ['[1]x', 'a string of 4 characters'],
    ['null', 'a string of 4 characters, looks like the word null in a string'],
    ['nullable', 'a string of 8 characters'],
    ['annull', 'a string of 6 characters'],
    ['299c****', 'a string of 8 characters, looks like a masked value'],
    ['299c...', 'a string of 7 characters, looks like a masked value'],
    ['299c**', 'a string of 6 characters'],
    ['0123abcd', 'a string of 8 characters, looks like hexadecimal digits'],
    ['0123abc', 'a string of 7 characters'],
    ['0123abcdx', 'a string of 9 characters'],
    ['x0123abcd', 'a string of 9 characters'],
    [[], 'an empty array'],
    [[1], 'an array of 1 element'],
    [{}, 'an object with 0 members'],
    [{ a: 1, b: 2 }, 'an object with 2 members'],
  ])('%j', (value, expected) => {
    expect(words(value)).toBe(expected);
  });
});

describe('a structure', () => {
  const lines = (value: unknown) => structureOf(value).split('\n');

  test('shows documented names, and no other', () => {
    const body = [{ id: 'x', restrictions: { hosts: ['a'] }, 'secret-name': 1 }];
    expect(lines(body)).toEqual([
      '[',
      '  {',
      '    id: a string of 1 character',
      '    restrictions: {',
      '      hosts: [',
      '        a string of 1 character',
      '      ]',
      '    }',
      '    a name of 11 characters: the integer 1',
      '  }',
      ']',
    ]);
  });

  test('of what is empty, or no list, is a line', () => {
    expect([[], {}, 'x', null].map((value) => structureOf(value))).toEqual([
      '[]',
      '{}',
      'a string of 1 character',
      'null',
    ]);
  });

  test('of a long list is its first three elements', () => {
    expect(lines([1, 2, 3])).toEqual([
      '[',
      '  the integer 1',
      '  the integer 2',
      '  the integer 3',
      ']',
    ]);
    expect(lines([1, 2, 3, 4, 5]).slice(-2)).toEqual(['  … 2 more', ']']);
  });

  test('of a large object is its first twenty members', () => {
    const large = (size: number) =>
      Object.fromEntries(Array.from({ length: size }, (_, at) => [`m${at}`, at]));
    expect(lines(large(20))).toHaveLength(22);
    expect(lines(large(23)).slice(-3)).toEqual([
      '  a name of 3 characters: the integer 19',
      '  … 3 more',
      '}',
    ]);
  });

  test('ends six levels down', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    expect(lines(deep(7))[7]).toBe(`${' '.repeat(14)}the integer 1`);
    expect(lines(deep(8))[7]).toBe(`${' '.repeat(14)}an array of 1 element`);
  });
});

describe('two values', () => {
  test.each([
    [1, 1, true],
    [1, '1', false],
    [null, undefined, false],
    [{ hosts: ['a', 'b'] }, { hosts: ['b', 'a'] }, true],
    [{ hosts: ['a'] }, { hosts: ['b'] }, false],
    [{ hosts: ['a'] }, { hosts: [] }, false],
    [{ hosts: [1, 'a'] }, { hosts: ['a', 1] }, false],
    [{ hosts: ['a', 1] }, { hosts: [1, 'a'] }, false],
    [{ hosts: [2, 1] }, { hosts: [1, 2] }, false],
    [{ hosts: 'ab' }, { hosts: 'ba' }, false],
    [{ a: 1 }, { b: 1 }, false],
    [['a', 'b'], ['b', 'a'], false],
  ])('%j and %j say the same: %s', (one, other, expected) => {
    expect(saysTheSame(one, other)).toBe(expected);
  });

  test('that are nested too deep are not compared', () => {
    const deep = () => {
      let value: unknown = 1;
      for (let level = 0; level < 100_000; level += 1) value = [value];
      return value;
    };
    expect(() => saysTheSame(deep(), deep())).toThrow(
      new Inconclusive('values are nested too deep to compare'),
    );
  });

  test('an error that is not of the depth is one', () => {
    const broken = new Proxy({}, { ownKeys: () => ['a', 'a'] });
    expect(() => saysTheSame(broken, {})).toThrow(TypeError);
  });

  test.each([
    [7, '7', true],
    [7, 8, false],
    ['x', 'y', false],
    ['7', '07', false],
    [2 ** 53, '9007199254740993', true],
    ['9007199254740993', 2 ** 53, true],
    [2 ** 53, '7', false],
    ['9007199254740992', '9007199254740993', false],
    [1, '1.0', false],
    [true, '1', false],
  ])('%j and %j are ids of one thing: %s', (one, other, expected) => {
    expect(sameId(one, other)).toBe(expected);
  });

  test.each([
    [99_999_999_999, false],
    [100_000_000_000, true],
    [99_999_999_999_999, true],
    [100_000_000_000_000, false],
    [1_736_942_400_000.5, false],
    ['1736942400000', false],
  ])('%j is a time in milliseconds: %s', (value, expected) => {
    expect(isMilliseconds(value)).toBe(expected);
  });
});

describe('a mismatch with the schemas', () => {
  const sound = {
    id: '299ce9bf4f244300a96f3926240f9c0d',
    name: 'A token',
    userId: 1,
    userEmail: 'somebody@example.com',
    createdAt: 1_736_942_400_000,
    lastUsedAt: null,
    restrictions: null,
  };
  const found = (...records: readonly object[]) =>
    Object.fromEntries([...judgeShape(records)].map(([id, findings]) => [id, findings]));
  const received = (id: string, ...records: readonly object[]) =>
    found(...records)[id]?.map((one) => one.received);
  const without = (name: keyof typeof sound, more: object = {}) => {
    const { [name]: _, ...rest } = sound;
    return { ...rest, ...more };
  };

  test('of a sound record there is none', () => {
    expect(found(sound)).toEqual({});
  });

  test('is a body that is no list, which has no records', () => {
    expect([...judgeShape({ id: 7 })]).toEqual([
      [
        'array',
        [
          {
            expected: 'a JSON array',
            received: 'an object with 1 member',
            where: [''],
            count: 1,
          },
        ],
      ],
    ]);
    expect([...judgeShape([])]).toEqual([]);
  });

  test('is told with its place', () => {
    const odd = { ...sound, id: 'x'.repeat(32) };
    expect(found(sound, odd)['id-32-hex']?.map(({ where }) => where)).toEqual([['/1/id']]);
  });

  test('of another type has no form', () => {
    expect(received('created-at-integer', { ...sound, createdAt: 'x' })).toEqual([
      'a string of 1 character',
    ]);
  });

  test('is an absent member, which may be spelled otherwise', () => {
    expect(received('created-at-present', without('createdAt'))).toEqual(['absent']);
    expect(received('created-at-present', without('createdAt', { created_at: 1 }))).toEqual([
      'absent; a member of another spelling is there',
    ]);
    expect(received('created-at-present', without('createdAt', { CREATEDAT: 1, b: 1 }))).toEqual([
      'absent; a member of another spelling is there',
    ]);
    expect(received('created-at-present', without('createdAt', { created: 1 }))).toEqual([
      'absent',
    ]);
  });

  test('is a member that is not documented', () => {
    expect(received('undocumented-members', { ...sound, note: '' })).toEqual([
      'undocumented members',
    ]);
  });

  test('is a string of another form, or no string', () => {
    expect(received('id-32-hex', { ...sound, id: 'x'.repeat(32) })).toEqual([
      'a string of 32 characters, of another form',
    ]);
    expect(received('id-bearer-token', { ...sound, id: 7 })).toEqual(['the integer 7']);
  });

  test('is counted for each kind, with its first three places', () => {
    const records = Array.from({ length: 5 }, () => ({ ...sound, name: 7 }));
    expect(found(...records)['name-string']).toEqual([
      {
        expected: 'a string',
        received: 'the integer 7',
        where: ['/0/name', '/1/name', '/2/name'],
        count: 5,
      },
    ]);
  });

  test('is one of five kinds, or another', () => {
    const records = [1, 2, 3, 4, 5, 6, 7, 1].map((name) => ({ ...sound, name }));
    const kinds = found(...records)['name-string'] ?? [];
    expect(kinds.map((one) => [one.received, one.count])).toEqual([
      ['the integer 1', 2],
      ['the integer 2', 1],
      ['the integer 3', 1],
      ['the integer 4', 1],
      ['the integer 5', 1],
      ['other values that do not fit', 2],
    ]);
  });

  test('of very many hosts is told of the first thousand that are no string', () => {
    const hosts = (length: number, host: unknown) => ({
      ...sound,
      restrictions: { hosts: Array.from({ length }, () => host) },
    });
    const counts = (record: object) =>
      found(record)['restrictions-hosts']?.map(({ count }) => count);
    expect(counts(hosts(1000, 7))).toEqual([1000]);
    expect(counts(hosts(2000, 7))).toEqual([1000]);
    expect(counts(hosts(2000, 'a.example.com'))).toBeUndefined();
    const mixed = hosts(1500, 'a.example.com');
    mixed.restrictions.hosts.push(7);
    expect(counts(mixed)).toEqual([1]);
  });

  test('is no longer counted after ten thousand broken records', () => {
    const broken = (length: number) =>
      judgeShape(Array.from({ length }, () => ({ ...sound, name: 7 }))).get('name-string')?.[0];
    expect(broken(10_000)).toMatchObject({ count: 10_000 });
    expect(broken(10_000)).not.toHaveProperty('hint');
    expect(broken(10_001)).toMatchObject({
      count: 10_000,
      hint: 'or more: counting ended after 10000 broken records',
    });
  });

  test('of a schema that names no requirement is a bug', () => {
    const error = { schemaPath: '#/x', parentSchema: {}, instancePath: '', keyword: 'type' };
    const list = Object.assign(() => false, { errors: [error] });
    const never = Object.assign(() => true, { errors: [] });
    const broken = { list, quick: never, record: never, documented: never };
    expect(() => judgeShape([], broken as never)).toThrow('schema without a requirement: #/x');
  });
});

describe('an error', () => {
  test('is told by class and place, never by its message', () => {
    const error = new TypeError('a secret');
    error.stack =
      'TypeError: a secret\n    at node:internal/x:1:2 and more\n    at f (/a/b/judge.ts:12:3)\n    at g (/a/c.js:4:5)';
    expect(bugSite(error)).toBe('TypeError at judge.ts:12');
    error.stack = 'TypeError: a secret\n    at file:///a/b/c.mjs:4:5';
    expect(bugSite(error)).toBe('TypeError at c.mjs:4');
    error.stack = 'at f (/a/b/judge.ts:12:3) of a secret';
    expect(bugSite(error)).toBe('TypeError');
    Object.assign(error, { stack: undefined });
    expect(bugSite(error)).toBe('TypeError');
    expect(bugSite('a secret')).toBe('something other than an Error was thrown');
  });

  test('of a check says what was expected and received', () => {
    const violation = new Violation([
      { expected: 'one', received: 'two', count: 1 },
      { expected: 'three', received: 'four', count: 1 },
    ]);
    expect(String(violation)).toBe('Violation: one; two\nthree; four');
    expect(failIf([])).toBeUndefined();
    expect(() => failIf([{ expected: 'one', received: 'two' }])).toThrow('one; two');
    expect(String(new Inconclusive('nobody knows'))).toBe('Inconclusive: nobody knows');
  });
});
