import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { startReference } from '../src/reference/start.ts';
import { headOf } from '../src/run/head.ts';
import { SecretMasker } from '../src/secrets/masker.ts';
import { secretsIn } from './support/secrets.ts';

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
