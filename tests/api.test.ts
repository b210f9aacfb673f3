import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verify } from '../src/index.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { connectProxy } from './support/proxy.ts';

// What a program can call wrongly: each is told in the words of a program, and nothing is thrown.

let portal: Reference;
beforeAll(async () => {
  portal = await startReference();
});
afterAll(() => portal.close());

const token = 'of-nobody-0123456789';
const some = { 'caller.token': token };

describe('a wrong call', () => {
  test.each<[unknown, unknown, RegExp]>([
    [7, {}, /^The target must be the URL of a portal/],
    ['x', null, /^The second argument of verify\(\) must be an object\.$/],
    ['x', [], /^The second argument of verify\(\) must be an object\.$/],
    [
      'x',
      { settle: 1 },
      /^verify\(\) has no option of that name: settle\. Did you mean settleMs\?$/,
    ],
    ['x', { timeoutMs: '10' }, /^timeoutMs takes a number of milliseconds\.$/],
    ['x', { only: 'array' }, /^only takes an array of strings\.$/],
    [
      'x',
      { only: ['aray'] },
      /^only names no requirement or topic: aray\. Did you mean array\? The export requirements/,
    ],
    ['x', { allowUntested: ['none'] }, /^allowUntested names no requirement/],
    ['x', { labels: { status: 'x' } }, /^labels takes an object of strings/],
    ['x', { profile: 'saved' }, /^profile takes read-only or full\.$/],
    ['x', { credentials: 'caller' }, /^credentials must be an object\.$/],
    [
      'x',
      { credentials: { caller: token } },
      /^credentials takes caller\.token, .*outsider\.token, and no other/,
    ],
    ['x', { credentials: { 'caller.token': 7 } }, /^credentials\.caller\.token must be a string/],
    ['x', { credentials: { 'caller.token': '' } }, /^credentials\.caller\.token must be a string/],
    [
      'x',
      { credentials: { 'caller.token': `Bearer ${token}` } },
      /^credentials\['caller\.token'\] must hold the token alone/,
    ],
    [
      'x',
      { credentials: { ...some, 'teammate.token': token } },
      /^credentials\['caller\.token'\] and credentials\['teammate\.token'\] hold the same/,
    ],
    [
      'x',
      { admin: { user: 'a' } },
      /^admin takes username, password, token, and no other member\.$/,
    ],
    [
      'x',
      { admin: { username: 'a' } },
      /^admin\.username and admin\.password go together, and admin\.password is not set\.$/,
    ],
    [
      'x',
      { admin: { username: 'a', password: 'b', token } },
      /^Give admin\.token, or admin\.username and admin\.password, not both/,
    ],
    ['x', { callerLogin: { username: 'a' } }, /^callerLogin go|^callerLogin\.username and/],
    ['x', { ca: 'no certificate' }, /^ca holds no certificate in PEM\.$/],
    ['x', { ca: 7 }, /^ca must be a string/],
    ['x', { proxy: 'ftp://x' }, /^proxy names no http or https proxy/],
    ['x', { signal: {} }, /^signal must be an AbortSignal\.$/],
    ['x', { images: ['a'] }, /^verify\(\) has no option of that name: images/],
    [
      undefined,
      {},
      /^There is no target: give the URL of the portal\. 'reference' judges the portal/,
    ],
    ['ftp://x', {}, /^The target must be an http or https URL/],
    ['http://127.0.0.1:1', { profile: 'full' }, /^The full profile needs admin, or sandbox\.$/],
    ['http://127.0.0.1:1', {}, /^A target needs credentials: credentials\['caller\.token'\]/],
    ['http://127.0.0.1:1', { reference: true }, /^Give a target or reference, not both\.$/],
  ])('%j with %j', async (target, options, sentence) => {
    const report = await verify(target as string, options as object);
    expect(report).toMatchObject({
      outcome: 'misconfigured',
      exitCode: 2,
      message: expect.stringMatching(sentence),
    });
    expect(report.message).not.toMatch(/PORTAL_|--[a-z]|of-nobody/);
  });

  test('that the portal shows is told in these words, too', async () => {
    const report = await verify(portal.url, { credentials: some, settleMs: 0 });
    expect(report.outcome).toBe('misconfigured');
    expect(report.message).toMatch(/^credentials\['caller\.token'\] was rejected/);
  });
});

test('a proxy is gone through', async () => {
  const proxy = await connectProxy();
  const credentials = Object.fromEntries(portal.credentials);
  const report = await verify(portal.url, { credentials, proxy: proxy.url, settleMs: 200 });
  await proxy.close();
  expect(report.outcome).toBe('conformant');
  expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT ${new URL(portal.url).host}`]));
});
