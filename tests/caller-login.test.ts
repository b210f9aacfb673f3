import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseTarget } from '../src/http/target.ts';
import { verify } from '../src/index.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { newClient } from '../src/run/client.ts';
import { defaultSettings } from '../src/settings/settings.ts';
import { portalConformance } from './support/cli.ts';
import { variablesOf } from './support/judge.ts';
import type { Listening } from './support/servers.ts';
import { answered, behind, failing, type Interception, isCall, stateOf } from './support/shims.ts';

// A login in place of a session token: the only exception to GET alone in the read-only profile.

let portal: Reference;
let login: { PORTAL_CALLER_USERNAME: string; PORTAL_CALLER_PASSWORD: string };
let tokens: Record<string, string>;
let before: string;

beforeAll(async () => {
  portal = await startReference();
  const [caller] = portal.store.users;
  login = {
    PORTAL_CALLER_USERNAME: caller?.username ?? '',
    PORTAL_CALLER_PASSWORD: caller?.password ?? '',
  };
  const { PORTAL_CALLER_SESSION: _, PORTAL_TARGET: __, ...others } = variablesOf(portal);
  tokens = others;
});

beforeEach(() => {
  before = stateOf(portal.store);
});

afterAll(() => portal.close());

const quick = ['--settle', '0.3', '--timeout', '5'];

/** Runs against a portal of which somebody in between answers some calls. @returns what was written, too */
async function runThrough(
  server: Listening,
  variables: Record<string, string> = { ...tokens, ...login },
  onStart?: Parameters<typeof portalConformance>[2],
) {
  const called = await portalConformance([server.url, ...quick], variables, onStart);
  await server.close();
  return called;
}

const noting = (writes: string[], intercept: Interception = () => false) =>
  behind(portal, (request, response) => {
    if (request.method !== 'GET') writes.push(`${request.method} ${request.url}`);
    return intercept(request, response);
  });
const bothCalls = ['POST /api/portal/v1/auth/login', 'POST /api/portal/v1/auth/logout'];

test('the run logs in and out, says so, and sends GET alone beside that', async () => {
  const writes: string[] = [];
  const called = await runThrough(await noting(writes));
  expect({ code: called.code, message: called.report.message }).toMatchObject({ code: 0 });
  expect(writes).toEqual(bothCalls);
  expect(stateOf(portal.store)).toBe(before);
  const session = called.report.requirements.find(({ id }) => id === 'session-token-accepted');
  expect(session?.status).toBe('pass');
  expect(called.report.credentials).toContain('caller.session');
  expect(called.report.profile).toBe('read-only');
  expect(called.stderr).toContain('logs PORTAL_CALLER_USERNAME in on');
  expect(called.report.notices.join()).toContain('PORTAL_CALLER_USERNAME was logged in');
  expect(called.everything).not.toContain(login.PORTAL_CALLER_PASSWORD);
});

test('a login alone is enough to begin with', async () => {
  const writes: string[] = [];
  const { report } = await runThrough(await noting(writes), login);
  expect(report.requirements.find(({ id }) => id === 'array')?.status).toBe('pass');
  expect(report.credentials).toEqual(['caller.session']);
  expect(writes).toEqual(bothCalls);
});

test('a wrong password is a wrong call, and the login is not sent again', async () => {
  const writes: string[] = [];
  const { code, report } = await runThrough(await noting(writes), {
    ...tokens,
    ...login,
    PORTAL_CALLER_PASSWORD: 'not-theirs',
  });
  expect({ code, message: report.message }).toEqual({
    code: 2,
    message: 'PORTAL_CALLER_USERNAME and PORTAL_CALLER_PASSWORD were rejected (401).',
  });
  expect(writes).toEqual([bothCalls[0]]);
  expect(stateOf(portal.store)).toBe(before);
});

test('where the portal is elsewhere no password is sent', async () => {
  const writes: string[] = [];
  const server = await noting(writes, (_, response) => {
    response.writeHead(301, { Location: 'https://portal.example.com/' }).end();
    return true;
  });
  const { code } = await runThrough(server);
  expect({ code, writes }).toEqual({ code: 2, writes: [] });
});

describe('a session that may be left', () => {
  const itsSession = [expect.objectContaining({ what: "a session of the caller's login" })];

  test('because the logout fails is named, with exit code 4', async () => {
    const server = await behind(portal, failing('POST /auth/logout', 500));
    const { code, report } = await runThrough(server);
    expect({ code, left: report.leftovers }).toEqual({ code: 4, left: itsSession });
  });

  test('because the response to the login was lost is named', async () => {
    const isLogin = (request: IncomingMessage) => isCall(request, 'POST /auth/login');
    const server = await answered(portal, isLogin, (_, response) => {
      response.destroy();
    });
    const { code, report } = await runThrough(server);
    expect({ code, left: report.leftovers }).toEqual({ code: 4, left: itsSession });
  });
});

test('SIGTERM in the middle still logs out', async () => {
  let kill = (_: NodeJS.Signals) => {};
  const server = await behind(portal, (request) => {
    if (request.headers.authorization !== undefined && request.method === 'GET') kill('SIGTERM');
    return false;
  });
  const called = await runThrough(server, { ...tokens, ...login }, (end) => {
    kill = end;
  });
  expect({ code: called.code, left: called.report.leftovers }).toEqual({ code: 143, left: [] });
  expect(stateOf(portal.store)).toBe(before);
});

test.each([
  ['none', 'POST', '/auth/login'],
  ['none', 'DELETE', '/apiTokens/some'],
  ['sessions', 'POST', '/apiTokens'],
  ['sessions', 'DELETE', '/auth/logout'],
] as const)('a client that writes %s sends no %s %s', async (writes, method, path) => {
  const client = newClient(defaultSettings(), parseTarget(portal.url), {
    ...{ purpose: 'test', writes, signal: new AbortController().signal },
  });
  const request = { headers: {}, credential: 'nobody', purpose: 'setup', curl: '' } as const;
  const sent = client.send({ ...request, method, path: `/api/portal/v1${path}` });
  await expect(sent).rejects.toThrow('a read-only client');
  expect(client.sent).toBe(0);
  client.close();
});

test('the API takes one, too', async () => {
  const [caller] = portal.store.users;
  const { username = '', password = '' } = caller ?? {};
  const token = portal.credentials.get('caller.token') ?? '';
  const report = await verify(portal.url, {
    credentials: { 'caller.token': token },
    callerLogin: { username, password },
    settleMs: 200,
    allowUntested: true,
  });
  expect(report).toMatchObject({ outcome: 'conformant-partial', profile: 'read-only' });
  expect(report.credentials).toContain('caller.session');
  expect(stateOf(portal.store)).toBe(before);
});

test.each([
  [{ PORTAL_CALLER_SESSION: 'of-somebody' }, /PORTAL_CALLER_SESSION, or .* not both/],
  [{ PORTAL_CALLER_PASSWORD: '' }, /PORTAL_CALLER_USERNAME and PORTAL_CALLER_PASSWORD go together/],
  [{ PORTAL_CALLER_PASSWORD: 'secret-of-it\n' }, /PORTAL_CALLER_PASSWORD ends in a line break/],
])('%o beside it is a wrong call', async (variables, sentence) => {
  const called = await portalConformance([portal.url], { ...tokens, ...login, ...variables });
  expect({ code: called.code, message: called.report.message }).toEqual({
    code: 2,
    message: expect.stringMatching(sentence),
  });
});

test('a token in braces is no JSON', async () => {
  const called = await portalConformance([portal.url], {
    PORTAL_CALLER_TOKEN: '{3f2504e0-4f89-11d3}',
  });
  expect(called.report.message).toMatch(/^PORTAL_CALLER_TOKEN was rejected/);
});

test.each([
  ['"quoted-token"', /is in quotation marks/],
  ["'quoted-token'", /is in quotation marks/],
  ['one-token\nanother-token', /has several lines/],
  ['{"token":{"id":"some-token"}}', /holds JSON: give the token alone/],
])('the token %j is told as what it is', async (token, sentence) => {
  const called = await portalConformance([portal.url], { PORTAL_CALLER_TOKEN: token });
  expect({ code: called.code, message: called.report.message }).toEqual({
    code: 2,
    message: expect.stringMatching(sentence),
  });
  expect(called.everything).not.toMatch(/quoted-token|another-token|some-token/);
});
