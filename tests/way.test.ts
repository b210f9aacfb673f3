import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certify } from '../src/reference/certify.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import type { Report } from '../src/report/report.ts';
import { readProxy } from '../src/settings/proxy.ts';
import { portalConformance } from './support/cli.ts';
import { adminVariablesOf, idsWith, variablesOf } from './support/judge.ts';
import { connectProxy } from './support/proxy.ts';
import { forwardTo, http, https, listening, raw } from './support/servers.ts';
import { certifyChain } from './support/tls.ts';

// The way from the run to the portal: proxies, gateways, client certificates, other addresses.

let portal: Reference;
let folder: string;
let tls: Awaited<ReturnType<typeof certify>>;

beforeAll(async () => {
  portal = await startReference();
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-way-'));
  tls = await certify(['portal.test']);
  writeFileSync(join(folder, 'ca.pem'), tls.ca);
});

afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

/** The command that reads the list again. */
const curlOf = ({ requirements }: Report) =>
  requirements.find(({ id }) => id === 'status-200')?.exchanges[0]?.curl ?? '';
const quick = ['--settle', '0.2', '--timeout', '5'];
const portOf = (url: string) => new URL(url).port;
/** A name that resolves nowhere, for the port of a server of ours. */
const named = (url: string) => url.replace(/127\.0\.0\.1|localhost/, 'portal.test');

describe('a proxy', () => {
  test('tunnels to an https target, in both profiles, and is named', async () => {
    const proxy = await connectProxy('user:pass-word-of-the-proxy');
    const server = await https(tls, forwardTo(portal.url));
    const url = named(server.url);
    const variables = { HTTPS_PROXY: proxy.url.replace('//', '//user:pass-word-of-the-proxy@') };
    const args = [url, '--ca', join(folder, 'ca.pem'), ...quick];
    const readOnly = await portalConformance(args, { ...variablesOf(portal), ...variables });
    const full = await portalConformance(args, { ...adminVariablesOf(portal), ...variables });
    await server.close();
    await proxy.close();
    for (const { code, report, everything } of [readOnly, full]) {
      expect({ code, message: report.message }).toMatchObject({ code: 0 });
      const host = `127.0.0.1:${proxy.port}`;
      expect(report.notices).toContain(`Requests go through the proxy ${host} (HTTPS_PROXY).`);
      expect(everything).not.toContain('pass-word-of-the-proxy');
    }
    expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT portal.test:${portOf(url)}`]));
  });

  test.each(['http', 'https'])(
    'is asked for a tunnel once, where one is free (%s)',
    async (scheme) => {
      const proxy = await connectProxy();
      const server = await (scheme === 'https'
        ? https(tls, forwardTo(portal.url))
        : http(forwardTo(portal.url)));
      const { report } = await portalConformance(
        [
          named(server.url),
          '--ca',
          join(folder, 'ca.pem'),
          '--proxy',
          proxy.url,
          '--concurrency',
          '1',
          ...quick,
        ],
        variablesOf(portal),
      );
      await server.close();
      await proxy.close();
      expect(report).toMatchObject({ outcome: 'conformant' });
      // Some requests need a connection of their own.
      expect(proxy.seen.length).toBeLessThan(report.requests / 4);
    },
  );

  test('tunnels to an http target, too: it sees no path', async () => {
    const proxy = await connectProxy();
    const target = named(portal.url);
    const { code, report } = await portalConformance(
      [target, '--proxy', proxy.url, ...quick],
      variablesOf(portal),
    );
    await proxy.close();
    expect({ code, message: report.message }).toMatchObject({ code: 0 });
    expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT portal.test:${portOf(target)}`]));
    expect(curlOf(report)).toContain(`--proxytunnel --proxy ${proxy.url}`);
  });

  test('that wants a login is named for it', async () => {
    const proxy = await connectProxy('user:secret-of-it');
    const { code, report } = await portalConformance(
      [named(portal.url), '--proxy', proxy.url, ...quick],
      variablesOf(portal),
    );
    await proxy.close();
    expect({ code, message: report.message }).toEqual({
      code: 2,
      message: expect.stringMatching(/proxy.*407|407.*proxy/),
    });
  });

  test.concurrent.each(['http', 'https'])(
    'that never answers is not waited for longer than a request may take (%s)',
    async (scheme) => {
      const silent = await raw(() => {});
      const proxy = silent.url.replace('http:', `${scheme}:`);
      const { code, report } = await portalConformance(
        [named(portal.url), '--proxy', proxy, '--timeout', '2'],
        variablesOf(portal),
      );
      await silent.close();
      expect({ code, message: report.message }).toEqual({
        code: 3,
        message: `The target could not be judged: at the proxy ${new URL(silent.url).host} (--proxy), no complete answer came within 2 s.`,
      });
    },
  );

  test.concurrent.each([
    ['403 Forbidden', 2, /The proxy \S+ \(--proxy\) refused to connect to the target \(403\)/],
    ['401 Unauthorized', 2, /refused to connect to the target \(401\)/],
    ['201 Created', 2, /refused to connect to the target \(201\)/],
    ['302 Found\r\nLocation: https://x.test', 2, /refused to connect to the target \(302\)/],
    ['503 Service Unavailable', 3, /The target could not be judged: the proxy .* \(503\)\.$/],
    ['407 No\r\nProxy-Authenticate: Negotiate', 2, /wants a login by negotiate \(407\)/],
    [
      `407 No\r\nProxy-Authenticate: ${'X'.repeat(500)}`,
      2,
      /wants a login by another scheme \(407\)/,
    ],
    ['407 No\r\nProxy-Authenticate: Basic realm=x', 2, /wants a login \(407\): give its user/],
  ])('that answers CONNECT with %j is named, and not the portal', async (answer, code, says) => {
    const proxy = await connectProxy(undefined, () => answer);
    const called = await portalConformance(
      [named(portal.url), '--proxy', proxy.url, ...quick],
      variablesOf(portal),
    );
    await proxy.close();
    expect({ code: called.code, message: called.report.message }).toEqual({
      code,
      message: expect.stringMatching(says),
    });
    expect(called.report.message).not.toContain('limits requests');
  });

  test.concurrent('that refuses the login it was given says so', async () => {
    const proxy = await connectProxy('user:right-one');
    const { code, report } = await portalConformance([named(portal.url), ...quick], {
      ...variablesOf(portal),
      PORTAL_PROXY: proxy.url.replace('//', '//user:another-one@'),
    });
    await proxy.close();
    expect({ code, message: report.message }).toEqual({
      code: 2,
      message: expect.stringMatching(/refused the user and password in its URL \(407\)\.$/),
    });
  });

  test.concurrent.each(['403 Forbidden', '407 No', '401 No'])(
    'that begins to answer %s in the middle of a run breaks no requirement',
    async (answer) => {
      const proxy = await connectProxy(undefined, (count) => (count > 12 ? answer : undefined));
      const { code, report } = await portalConformance(
        [named(portal.url), '--proxy', proxy.url, ...quick],
        variablesOf(portal),
      );
      await proxy.close();
      expect({ code, failed: idsWith(report.requirements, 'fail') }).toEqual({
        code: 3,
        failed: [],
      });
    },
  );

  test.concurrent('that an http target goes through is in the command, too', async () => {
    const proxy = await connectProxy();
    const { code, report } = await portalConformance([named(portal.url), ...quick], {
      ...variablesOf(portal),
      HTTP_PROXY: proxy.url,
    });
    await proxy.close();
    expect({ code, curl: curlOf(report) }).toEqual({
      code: 0,
      curl: expect.stringContaining('--proxytunnel --proxy "$HTTP_PROXY" '),
    });
  });

  test('that is not there is named, and not the portal', async () => {
    const proxy = await connectProxy();
    await proxy.close();
    const { code, report } = await portalConformance([named(portal.url), ...quick], {
      ...variablesOf(portal),
      http_proxy: proxy.url,
    });
    expect(code).not.toBe(0);
    expect(report.message).toMatch(/at the proxy \S+ \(http_proxy\), the connection was refused/);
  });

  test('stays out for what is on this machine, unless it is named', async () => {
    const proxy = await connectProxy();
    const { code, report } = await portalConformance([portal.url, ...quick], {
      ...variablesOf(portal),
      HTTP_PROXY: proxy.url,
    });
    await proxy.close();
    expect({ code, seen: proxy.seen, notices: report.notices }).toEqual({
      code: 0,
      seen: [],
      notices: [],
    });
  });

  const through = (target: string, variables: Record<string, string>) =>
    readProxy(undefined, variables, target)?.url.host;
  const proxied = { HTTPS_PROXY: 'proxy.test:3128' };
  test.each([
    ['', 'proxy.test:3128'],
    ['*', undefined],
    ['example.com', undefined],
    ['.example.com', undefined],
    ['*.example.com', undefined],
    ['ample.com', 'proxy.test:3128'],
    ['other.org, PORTAL.example.com', undefined],
    ['portal.example.com:8443', undefined],
    ['portal.example.com:443', 'proxy.test:3128'],
  ])('NO_PROXY=%s is read as curl reads it', (exceptions, host) => {
    const variables = { ...proxied, NO_PROXY: exceptions };
    expect(through('https://portal.example.com:8443/charts', variables)).toBe(host);
  });

  test.each([
    ['10.0.0.0/8', undefined],
    ['10.1.2.3', undefined],
    ['192.0.2.0/24', 'proxy.test:3128'],
    ['10.0.0.0/99', 'proxy.test:3128'],
  ])('NO_PROXY=%s may be a network', (exceptions, host) => {
    expect(through('https://10.1.2.3', { ...proxied, no_proxy: exceptions })).toBe(host);
  });

  test('the variable of the scheme counts, in lower case first', () => {
    const variables = { https_proxy: 'a.test', HTTPS_PROXY: 'b.test', HTTP_PROXY: 'c.test' };
    expect(through('https://portal.example.com', variables)).toBe('a.test');
    expect(through('http://portal.example.com', variables)).toBe('c.test');
    expect(readProxy('none', variables, 'https://portal.example.com')).toBeUndefined();
  });

  test.each(['http://user:100%@proxy.test:3128', 'http://us%er:x@proxy.test'])(
    'whose password cannot be read is a wrong call: %s',
    async (proxy) => {
      const { code, report } = await portalConformance([named(portal.url)], {
        ...variablesOf(portal),
        PORTAL_PROXY: proxy,
      });
      expect([code, report.message]).toEqual([
        2,
        'The user or password in --proxy has a % that is not written %25, as URLs want it.',
      ]);
    },
  );

  test('of another kind is a wrong call', async () => {
    const { code, report } = await portalConformance([named(portal.url)], {
      ...variablesOf(portal),
      ALL_PROXY: 'socks5://127.0.0.1:1080',
    });
    expect([code, report.message]).toEqual([
      2,
      'ALL_PROXY names no http or https proxy, such as http://proxy.example.com:3128; a / or # in its password is written %2F or %23.',
    ]);
  });
});

describe('a gateway that wants a header', () => {
  const forward = () => forwardTo(portal.url);
  const gateway = () => {
    const pass = forward();
    return http((request, response) => {
      if (request.headers['cf-access-client-secret'] === 'secret-of-the-gateway')
        return pass(request, response);
      response.writeHead(302, { Location: 'https://sign-in.example.com/' }).end();
    });
  };

  test.each([
    ['read-only', () => variablesOf(portal)],
    ['full', () => adminVariablesOf(portal)],
  ])('is passed in the profile %s, and the value is told nowhere', async (_, variables) => {
    const server = await gateway();
    const args = [server.url, '--header', 'CF-Access-Client-Secret=GATEWAY_SECRET', ...quick];
    const { code, report, everything } = await portalConformance(args, {
      ...variables(),
      GATEWAY_SECRET: 'secret-of-the-gateway',
    });
    await server.close();
    expect({ code, message: report.message }).toMatchObject({ code: 0 });
    expect(everything).not.toContain('secret-of-the-gateway');
    expect(report.notices).toContain('Every request has, too: CF-Access-Client-Secret.');
    expect(curlOf(report)).toContain('-H "CF-Access-Client-Secret: $GATEWAY_SECRET"');
  });

  test('without it, the message of the redirect names --header', async () => {
    const server = await gateway();
    const { code, report } = await portalConformance([server.url, ...quick], variablesOf(portal));
    await server.close();
    expect([code, report.message]).toEqual([2, expect.stringContaining('--header NAME=VARIABLE')]);
  });

  test.each([
    ['Authorization=X', '--header cannot set Authorization'],
    ['host=X', '--header cannot set host'],
    ['Cookie=X', '--header cannot set Cookie'],
    ['X-Gateway=NOT_SET', 'The variable that --header names for X-Gateway is not set'],
    ['X-Gateway: value', 'takes NAME=VARIABLE'],
    ['X-Gateway=LINES', 'names for X-Gateway holds what cannot be the value of a header'],
  ])('%s is a wrong call', async (header, message) => {
    const { code, report } = await portalConformance([portal.url, '--header', header], {
      ...variablesOf(portal),
      X: 'x',
      LINES: 'a\nb',
    });
    expect([code, report.message]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('a client certificate', () => {
  let client: Awaited<ReturnType<typeof certify>>;
  beforeAll(async () => {
    client = await certify(['somebody']);
    for (const [name, pem] of [
      ['client.pem', client.cert],
      ['client.key', client.key],
      ['both.pem', `${client.cert}\n${client.key}`],
      ['other.key', tls.key],
    ] as const)
      writeFileSync(join(folder, name), pem);
  });
  const asking = () => {
    const server = createTlsServer(
      { ...tls, ca: client.ca, requestCert: true, rejectUnauthorized: true },
      forwardTo(portal.url),
    );
    return listening(server, 'https');
  };
  const file = (name: string) => join(folder, name);
  const at = (url: string) => [
    ...['--resolve', `portal.test:${portOf(url)}:127.0.0.1`],
    ...['--ca', file('ca.pem'), ...quick],
  ];

  test.each([
    ['in two files', ['--cert', 'client.pem', '--key', 'client.key']],
    ['in one file', ['--cert', 'both.pem']],
  ])('%s opens a server that asks for one, in both profiles', async (_, files) => {
    const server = await asking();
    const args = [
      named(server.url),
      ...at(server.url),
      ...files.map((one) => (one.startsWith('-') ? one : file(one))),
    ];
    const readOnly = await portalConformance(args, variablesOf(portal));
    const full = await portalConformance(args, adminVariablesOf(portal));
    await server.close();
    for (const { code, report } of [readOnly, full])
      expect({ code, message: report.message }).toMatchObject({ code: 0 });
    expect(curlOf(readOnly.report)).toContain(`--cert ${file(files[1] as string)}`);
  });

  test('that has expired is refused, which is told', async () => {
    const { cert, key } = await certify(['somebody'], { from: -3, days: 1 });
    writeFileSync(file('old.pem'), `${cert}\n${key}`);
    // As nginx tells it.
    const refusing = createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false });
    refusing.on('request', (_, response) => {
      response.writeHead(400).end('<center>The SSL certificate error</center>');
    });
    const server = await listening(refusing, 'https');
    const { code, report } = await portalConformance(
      [named(server.url), ...at(server.url), '--cert', file('old.pem')],
      variablesOf(portal),
    );
    await server.close();
    expect({ code, message: report.message }).toEqual({
      code: 2,
      message: expect.stringMatching(/refused the client certificate of --cert, which expired/),
    });
  });

  test('that is lacking is asked for', async () => {
    const server = await asking();
    const { code, report } = await portalConformance(
      [named(server.url), ...at(server.url)],
      variablesOf(portal),
    );
    await server.close();
    expect(code).toBe(2);
    expect(report.message).toMatch(/client certificate.*--cert FILE/);
  });

  test.each([
    [['--cert', 'client.pem', '--key', 'other.key'], 'The client certificate cannot be used'],
    [['--cert', 'client.pem'], 'The client certificate cannot be used'],
    [['--key', 'client.key'], '--key is for --cert, which is not given'],
    [['--cert', 'client.key'], 'The file of --cert holds no certificate in PEM'],
    [['--cert', 'client.pem', '--key', 'client.pem'], 'The file of --key holds no private key'],
  ])('%j is a wrong call', async (files, message) => {
    const args = files.map((one) => (one.startsWith('-') ? one : file(one)));
    const { code, report } = await portalConformance(
      ['https://x.test', ...args],
      variablesOf(portal),
    );
    expect([code, report.message]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('--resolve', () => {
  test('finds a host that no name server knows, and says so', async () => {
    const url = named(portal.url);
    const resolve = `portal.test:${portOf(url)}:127.0.0.1`;
    const { code, report } = await portalConformance(
      [url, '--resolve', resolve, ...quick],
      variablesOf(portal),
    );
    expect(code).toBe(0);
    expect(report.notices).toContain('The host of the target is taken to be at 127.0.0.1.');
    expect(curlOf(report)).toContain(`--resolve ${resolve}`);
  });

  test.each([
    ['portal.test', 'takes HOST:PORT:ADDRESS'],
    ['portal.test:1:localhost', 'takes HOST:PORT:ADDRESS'],
    ['other.test:443:127.0.0.1', '--resolve is for other.test:443, but the target is'],
  ])('%s is a wrong call', async (resolve, message) => {
    const { code, report } = await portalConformance(
      [named(portal.url), '--resolve', resolve],
      variablesOf(portal),
    );
    expect([code, report.message]).toEqual([2, expect.stringContaining(message)]);
  });
});

test('--ca does not replace the authorities of the environment', async () => {
  // Of another name: of two authorities with one name the first counts.
  const other = await certifyChain('elsewhere');
  writeFileSync(join(folder, 'other.pem'), other.ca);
  const server = await https(tls, forwardTo(portal.url));
  const args = [
    ...[named(server.url), '--resolve', `portal.test:${portOf(server.url)}:127.0.0.1`],
    ...['--ca', join(folder, 'other.pem'), ...quick],
  ];
  const codes = await Promise.all(
    [{}, { NODE_EXTRA_CA_CERTS: 'ca.pem' }, { SSL_CERT_FILE: 'ca.pem' }].map(async (names) => {
      const files = Object.entries(names).map(([name, file]) => [name, join(folder, file)]);
      const variables = { ...variablesOf(portal), ...Object.fromEntries(files) };
      return (await portalConformance(args, variables)).code;
    }),
  );
  await server.close();
  expect(codes).toEqual([3, 0, 0]);
});
