import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createSecureSocketServer } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certify } from '../src/reference/certify.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { portalConformance } from './support/cli.ts';
import { adminVariablesOf, variablesOf } from './support/judge.ts';
import { forwardTo, http, https, type Listening, listening, raw } from './support/servers.ts';
import { certifyChain } from './support/tls.ts';

// What stands between the call and a portal is named for what it is, with what to do.

let portal: Reference;
let folder: string;
let tls: Awaited<ReturnType<typeof certify>>;

beforeAll(async () => {
  portal = await startReference();
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-front-'));
  tls = await certify(['localhost']);
  writeFileSync(join(folder, 'ca.pem'), tls.ca);
});

afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

const quick = ['--settle', '0.2', '--timeout', '3'];

/** What the outcome says of a server in front, and the exit code, in both profiles. */
async function saidOf(url: string, ...args: string[]) {
  const target = { PORTAL_TARGET: url };
  const [readOnly, full] = await Promise.all([
    portalConformance([...quick, ...args], { ...variablesOf(portal), ...target }),
    portalConformance([...quick, ...args], { ...adminVariablesOf(portal), ...target }),
  ]);
  const said = [readOnly, full].map(({ code, report }) => ({ code, message: report.message }));
  return said;
}

const plainHttp = /^The target speaks TLS on this port: give https:\/\/\S+ as the target\.$/;
const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  http((_, response) => void response.writeHead(status, headers).end(body));

const cases: [string, () => Promise<Listening>, number, RegExp, string[]?][] = [
  [
    'a firewall that hands out a cookie and asks again',
    () =>
      http(({ url }, response) => {
        response.writeHead(302, { Location: `${url}`, 'Set-Cookie': 'seen=1' }).end();
      }),
    2,
    /^The target redirects \(302\); redirects are not followed\. It leads back to itself and hands out a cookie/,
  ],
  [
    'a firewall that wants to see a browser',
    () => answering(202, '', { 'X-Amzn-Waf-Action': 'challenge' }),
    2,
    /^A firewall in front answers in place of the portal, .* \(202, x-amzn-waf-action\)\. Let the suite pass there/,
  ],
  [
    "http to a TLS port of Node's",
    async () => {
      const server = await https(tls, forwardTo(portal.url));
      return { ...server, url: server.url.replace('https:', 'http:') };
    },
    2,
    plainHttp,
  ],
  [
    "http to a TLS port of Go's",
    () => answering(400, 'Client sent an HTTP request to an HTTPS server.\n'),
    2,
    plainHttp,
  ],
  [
    'http to a TLS port of nginx',
    () =>
      answering(
        400,
        '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
        { 'Content-Type': 'text/html' },
      ),
    2,
    plainHttp,
  ],
  [
    'http to a port that answers with an alert of TLS',
    () => raw((socket) => void socket.end(Buffer.from('15030100020246', 'hex'))),
    3,
    /the server speaks TLS on this port \(try https:\/\/\)/,
  ],
  [
    'a proxy that wants a login',
    () => answering(407, ''),
    2,
    /^A proxy on the way, which was not named, wants a login \(407\)/,
  ],
  ['a captive portal', () => answering(511, ''), 2, /^The network wants a sign-in .* \(511\)/],
  [
    'nginx that wants a client certificate',
    () => answering(400, '<center>No required SSL certificate was sent</center>'),
    2,
    /^The server wants a client certificate/,
  ],
  [
    'TLS that wants a client certificate',
    () =>
      listening(
        createTlsServer(
          { ...tls, requestCert: true, rejectUnauthorized: true },
          forwardTo(portal.url),
        ),
        'https',
      ),
    2,
    /^The server wants a client certificate/,
    ['--insecure'],
  ],
  [
    'TLS of old versions alone',
    () =>
      listening(
        createTlsServer(
          { ...tls, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
          forwardTo(portal.url),
        ),
        'https',
      ),
    3,
    /versions before 1\.2 alone/,
    ['--insecure'],
  ],
  [
    'HTTP/2 alone',
    () =>
      listening(
        // The SETTINGS with which a server of HTTP/2 begins.
        createSecureSocketServer(tls, (socket) => {
          socket.on('error', () => {});
          socket.on('data', () => socket.end(Buffer.from('000000040000000000', 'hex')));
        }),
        'https',
      ),
    3,
    /the server speaks HTTP\/2 alone/,
    ['--insecure'],
  ],
  [
    'Basic authentication',
    () => answering(401, 'who are you', { 'WWW-Authenticate': 'Basic realm="staging"' }),
    2,
    /somebody in front of it wants a login of another kind/,
  ],
];

test.each(cases)('%s is named', async (_, start, code, sentence, args = []) => {
  const server = await start();
  const said = await saidOf(server.url, ...args);
  await server.close();
  for (const one of said) expect(one).toEqual({ code, message: expect.stringMatching(sentence) });
});

test('a chain that lacks its middle is named where --ca is given', async () => {
  const chain = await certifyChain('localhost');
  const ca = join(folder, 'root.pem');
  writeFileSync(ca, chain.ca);
  const lacking = await https({ key: chain.key, cert: chain.cert }, forwardTo(portal.url));
  const [said] = await saidOf(lacking.url, '--ca', ca);
  await lacking.close();
  expect(said).toEqual({
    code: 3,
    message: expect.stringMatching(/does not send its intermediate certificates/),
  });
  const whole = await https(
    { key: chain.key, cert: `${chain.cert}\n${chain.middle}` },
    forwardTo(portal.url),
  );
  const [held] = await saidOf(whole.url, '--ca', ca);
  await whole.close();
  expect(held?.code).toBe(0);
});

test('whatever drops Authorization is asked for where no token is accepted', async () => {
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    delete request.headers.authorization;
    forward(request, response);
  });
  const { code, report } = await portalConformance(quick, {
    ...variablesOf(portal),
    PORTAL_TARGET: server.url,
  });
  await server.close();
  expect([code, report.message]).toEqual([
    2,
    expect.stringMatching(/does something on the way drop the Authorization header\?$/),
  ]);
});

test('a proxy that routes by Host, and knows no other, is not taken for a busy server', async () => {
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    if (request.headers.host === 'localhost') response.writeHead(503).end('cannot forward');
    else forward(request, response);
  });
  const { code, report } = await portalConformance([], {
    ...variablesOf(portal),
    PORTAL_TARGET: server.url,
  });
  await server.close();
  expect({ code, message: report.message }).toMatchObject({ code: 0 });
  // The parts of one request, and no more.
  expect(report.requests).toBeLessThan(130);
});

test('a server that hangs up on requests for another host leaves nothing undecided', async () => {
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    if (request.headers.host === new URL(server.url).host) forward(request, response);
    else response.destroy();
  });
  const variables = { ...variablesOf(portal), PORTAL_TARGET: server.url };
  const { code, report } = await portalConformance(['--only', 'no-way-around'], variables);
  await server.close();
  expect({ code, message: report.message }).toMatchObject({ code: 0 });
});
