import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describe as describeValue } from '../src/contract/describe.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { headOf } from '../src/run/head.ts';
import { SecretMasker } from '../src/secrets/masker.ts';
import { Search, searchFor } from '../src/secrets/search.ts';
import { portalConformance } from './support/cli.ts';
import { adminVariablesOf, variablesOf } from './support/judge.ts';
import { secretsIn } from './support/secrets.ts';
import { http } from './support/servers.ts';
import { answered, isCall } from './support/shims.ts';

test('the search for secrets finds each form of them', async () => {
  const { store, close } = await startReference();
  await close();
  const [token] = store.tokens;
  const id = token?.id ?? '';
  const forms = [
    id,
    `x${Buffer.from(`portal:${id}`).toString('base64')}`,
    store.users[0]?.username,
    token?.name,
  ];
  for (const form of forms) expect(secretsIn(`text with ${form} in it`, store)).not.toEqual([]);
});

test('a masker finds what it was given, in every form', () => {
  for (const secret of [randomBytes(16).toString('hex'), 'a+b/c.d~e_f-g==', 'x'.repeat(12)]) {
    const masker = new SecretMasker();
    masker.add(secret);
    const basic = (before: string) => Buffer.from(`${before}${secret}`).toString('base64');
    const percent = [...secret].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('');
    const forms = [
      secret,
      `"${secret}"`,
      encodeURIComponent(secret),
      percent,
      basic(''),
      basic('a:'),
      basic('ab:'),
    ];
    for (const form of forms) {
      const { text, hits } = masker.mask(`before ${form} after`);
      expect(hits).toBe(1);
      expect(text).not.toContain(secret);
      expect(text).toMatch(/^before .*\[secret\].* after$/);
    }
    expect(masker.mask('before and after').hits).toBe(0);
  }
});

test('a masker finds base64 that follows on a letter', () => {
  const masker = new SecretMasker();
  masker.add('5f8e7d6c5b4a3210');
  const encoded = Buffer.from('5f8e7d6c5b4a3210').toString('base64');
  for (const before of ['', 'x', 'xy', 'xyz'])
    expect(masker.mask(`${before}${encoded}`)).toEqual({ text: '[secret]', hits: 1 });
  expect([masker.isIn(`x${encoded}`), masker.isIn('nothing of it')]).toEqual([true, false]);
  expect(new SecretMasker().mask(encoded)).toEqual({ text: encoded, hits: 0 });
});

test('a masker takes a long password for a token, and leaves one that is public', () => {
  const masker = new SecretMasker();
  masker.addPassword('12 chars pwd');
  masker.addPassword('8 public');
  masker.allow('what is 8 public');
  const encoded = Buffer.from('12 chars pwd').toString('base64');
  expect(masker.mask(`${encoded} and 8 public`)).toEqual({
    text: '[secret] and 8 public',
    hits: 1,
  });
});

test('a search finds the longest of many strings, wherever they are', () => {
  const search = searchFor(['abcdefghijkl', 'abcdefghijklmnop', 'short']);
  expect([search.size, search.add('abcdefghijkl'), search.add('elevenchars')]).toEqual([
    2,
    false,
    false,
  ]);
  expect(search.add('012345678901')).toBe(true);
  const text = 'abcdefghijkl abcdefghijklmnop x012345678901';
  expect(search.replaceIn(text, (found) => `<${found}>`)).toBe(
    '<abcdefghijkl> <abcdefghijklmnop> x<012345678901>',
  );
  expect([search.countIn(text), search.countIn(text, (found) => /\d/.test(found))]).toEqual([3, 1]);
  expect(['abcdefghijk', '012345678901', ''].map((one) => search.isIn(one))).toEqual([
    false,
    true,
    false,
  ]);
  const longFirst = searchFor(['abcdefghijklmnop', 'abcdefghijkl']);
  expect(longFirst.replaceIn(text, () => '*')).toBe('* * x012345678901');
  const exempt = new Search((found) => found === 'abcdefghijklmnop');
  for (const one of ['abcdefghijklmnop', 'abcdefghijkl']) exempt.add(one);
  expect(exempt.replaceIn(text, () => '*')).toBe('* *mnop x012345678901');
});

test('a search finds what looking at every place finds', () => {
  // Few letters, so that much is nearly one of the strings, begins it or overlaps the one before.
  const textOf = (length: number) =>
    [...randomBytes(length)].map((byte) => 'ab0'[byte % 3]).join('');
  for (let round = 0; round < 50; round += 1) {
    const strings = Array.from({ length: 1 + round * 4 }, (_, index) => textOf(12 + (index % 9)));
    const text = Array.from({ length: 60 }, (_, index) =>
      index % 2 === 0 ? textOf(index % 23) : (strings[index % strings.length] as string),
    ).join('');
    let expected = '';
    for (let at = 0; at < text.length; ) {
      const here = strings.filter((string) => text.startsWith(string, at));
      const longest = Math.max(0, ...here.map(({ length }) => length));
      expected += longest > 0 ? '*' : text[at];
      at += Math.max(1, longest);
    }
    expect(searchFor(strings).replaceIn(text, () => '*')).toBe(expected);
  }
});

test('a masker watches for nothing that is short, or public before', () => {
  const masker = new SecretMasker();
  masker.allow('https://staging.example.com');
  for (const text of ['elevenchars', 'staging.example.com']) masker.add(text);
  expect(masker.mask('elevenchars of staging.example.com').hits).toBe(0);
});

test('a masker looks anew at a text when it watches for more', () => {
  const masker = new SecretMasker();
  masker.add('x'.repeat(12));
  const text = 'a text with a-later-secret in it';
  expect(masker.mask(text).hits).toBe(0);
  masker.add('a-later-secret');
  expect(masker.mask(text).hits).toBe(1);
});

test('a masker watches for a password that is shorter than a token, not for a word', () => {
  const masker = new SecretMasker();
  masker.addPassword('8 chars!');
  masker.addPassword('admin');
  expect(masker.mask('admin / 8 chars!')).toEqual({ text: 'admin / [secret]', hits: 1 });
});

test('the fields of a response are named only where their names are well known, and described', () => {
  const [token, value] = ['abcdefabcdefabcdefabcdefabcdefab', '0123456789abcdef0123456789abcdef'];
  const fields = [`access-control-${token}`, `x-ratelimit-${token}`, token, 'ETag', 'Content-Type'];
  const rawHeaders = fields.flatMap((name) => [
    name,
    name === 'Content-Type' ? 'application/json' : value,
  ]);
  const head = headOf({ status: 200, headers: {}, rawHeaders, body: Buffer.alloc(0) });
  expect(head).not.toContain(token);
  expect(head).not.toContain(value);
  expect(head.split('\n')).toMatchObject([
    'status 200',
    expect.stringMatching(/^a field whose name has 47 characters: a string of 32/),
    expect.stringMatching(/^a field whose name has 44 characters/),
    expect.stringMatching(/^a field whose name has 32 characters/),
    expect.stringMatching(/^ETag: a string of 32 characters/),
    'Content-Type: application/json',
  ]);
});

describe('what a portal chooses, and a report tells', () => {
  let portal: Reference;
  beforeAll(async () => {
    portal = await startReference();
  });
  afterAll(() => portal.close());

  test('is no ETag: a command that is pasted would run what is in it', async () => {
    const etag = `"x'; touch pwned; '"`;
    const server = await answered(
      portal,
      (request) => isCall(request, 'GET /apiTokens'),
      async (answer, response) => {
        const type = answer.headers.get('content-type') ?? 'application/json';
        const headers = { 'Content-Type': type, ETag: etag };
        response.writeHead(answer.status, headers).end(await answer.text());
      },
    );
    const variables = { ...variablesOf(portal), PORTAL_TARGET: server.url };
    const called = await portalConformance(['--only', 'nothing-else-authenticates'], variables);
    await server.close();
    expect(called.everything).not.toContain('touch pwned');
    const [requirement] = called.report.requirements.filter(({ status }) => status === 'pass');
    expect(requirement?.exchanges.map(({ curl }) => curl).join('\n')).toContain(
      '-H "If-None-Match: $ETAG"',
    );
  });

  test('is no host that a token is restricted to: it may be anything', async () => {
    const server = await answered(
      portal,
      (request) => isCall(request, 'POST /apiTokens'),
      async (answer, response) => {
        const record = await answer.json();
        const hosts = ['x" ; touch pwned ; echo "'];
        const body = { ...record, restrictions: record.restrictions && { hosts } };
        response.writeHead(answer.status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
      },
    );
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const only = ['--only', 'restricted-sees-the-same,last-used-at-any-use', '--settle', '0.2'];
    const called = await portalConformance(only, variables);
    await server.close();
    expect(called.everything).not.toContain('touch pwned');
    expect(
      called.report.requirements.find(({ id }) => id === 'restricted-sees-the-same'),
    ).toMatchObject({
      status: 'pass',
      message: 'not checked: the run has no token whose host is known',
    });
  });

  test('is no host that could be a token in parts', async () => {
    const secret = '5f8e7d6c.5b4a3210.fedcba98.765432aa';
    const server = await http((_, response) =>
      response.writeHead(302, { Location: `https://${secret}.example/login` }).end(),
    );
    const called = await portalConformance([server.url], variablesOf(portal));
    await server.close();
    expect(called.code).toBe(2);
    expect(called.everything).not.toContain('5f8e7d6c');
  });

  test('is no number with the digits of a token', () => {
    for (const value of [-2_883_324_209_784_100, 0.129201975484704]) {
      const digits = String(Math.abs(value)).replace(/^0\./, '').slice(0, 6);
      expect(describeValue(value)).not.toContain(digits);
    }
    expect([describeValue(-5), describeValue(1.5)]).toEqual([
      'a negative integer (-5)',
      'a number with a fraction (1.5)',
    ]);
    expect(describeValue(1_736_942_400.123)).toBe('a number with a fraction, looks like seconds');
  });
});

test('a target that holds a token that was given is a wrong call, which does not repeat it', async () => {
  const token = randomBytes(16).toString('hex');
  const { code, everything } = await portalConformance([`http://127.0.0.1:1/${token}`], {
    PORTAL_CALLER_TOKEN: token,
  });
  expect(code).toBe(2);
  expect(everything).toContain('The target holds a token that was given');
  expect(everything).not.toContain(token);
});
