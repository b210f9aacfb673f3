import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Reference, startReference } from '../src/reference/start.ts';
import { portalConformance } from './support/cli.ts';
import { idsWith, variablesOf } from './support/judge.ts';
import { secretsIn } from './support/secrets.ts';
import { forwardTo, http, https, type Listening, raw } from './support/servers.ts';
import { certify } from './support/tls.ts';

let portal: Reference;
let folder: string;

beforeAll(async () => {
  portal = await startReference();
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-tls-'));
});

afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

/** Judges a server with the credentials of the portal, and within bounds. */
function judge(server: Listening | { url: string }, ...args: string[]) {
  return judgeWith(variablesOf(portal), server, args);
}

/** The same with the caller's token alone: what is large is read once for each credential. */
function judgeAlone(server: Listening, ...args: string[]) {
  const { PORTAL_CALLER_TOKEN } = variablesOf(portal);
  return judgeWith({ PORTAL_CALLER_TOKEN }, server, args);
}

async function judgeWith(
  variables: Record<string, string | undefined>,
  server: Listening | { url: string },
  args: readonly string[],
) {
  const bounds = ['--timeout', '5', '--settle', '0.2', '--deadline', '10'];
  const called = await portalConformance([...bounds, ...args], {
    ...variables,
    PORTAL_TARGET: server.url,
  });
  if ('close' in server) await server.close();
  expect(secretsIn(called.everything, portal.store)).toEqual([]);
  expect(called.report.durationMs).toBeLessThan(20_000);
  return { said: called.report.message, ...called };
}

const impatient = ['--timeout', '0.5'];

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function isList(request: IncomingMessage): boolean {
  return request.url?.includes('/apiTokens') ?? false;
}

/** A portal that answers the list in a way of its own, and the rest as it should. */
function listAnswered(listener: Listener): Promise<Listening> {
  const forward = forwardTo(portal.url);
  return http((request, response) => (isList(request) ? listener : forward)(request, response));
}

/** A portal that answers the list to the caller's token alone in a way of its own. */
function acceptedAnswered(listener: Listener): Promise<Listening> {
  const forward = forwardTo(portal.url);
  const valid = [...portal.credentials.values()].map((token) => `Bearer ${token}`);
  return http((request, response) => {
    const own = isList(request) && valid.includes(request.headers.authorization ?? '');
    (own ? listener : forward)(request, response);
  });
}

describe('nothing that could be judged', () => {
  test.concurrent('nothing listens', async () => {
    expect(await judge({ url: 'http://127.0.0.1:1' })).toMatchObject({
      code: 3,
      said: 'The target could not be judged: the connection was refused: nothing listens there.',
    });
  });

  test.concurrent('the name does not resolve', async () => {
    const { code, said } = await judge({ url: 'http://no-such-host.invalid' });
    expect([code, said]).toEqual([3, expect.stringMatching(/the host name does not resolve\.$/)]);
  });

  test.concurrent('it hangs before it answers', async () => {
    const { code, said } = await judge(await http(() => {}), ...impatient);
    expect([code, said]).toEqual([
      3,
      expect.stringMatching(/no complete answer came within 0\.5 s\.$/),
    ]);
  });

  test.concurrent('it hangs within the answer', async () => {
    const server = await http((_, response) =>
      response.writeHead(200, { 'Content-Length': 100 }).write('['),
    );
    const { code, said } = await judge(server, ...impatient);
    expect([code, said]).toEqual([3, expect.stringMatching(/no complete answer came/)]);
  });

  test.concurrent('it drips without an end', async () => {
    const server = await http((_, response) => {
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    const { code, said } = await judge(server, ...impatient);
    expect([code, said]).toEqual([3, expect.stringMatching(/no complete answer came/)]);
  });

  test.concurrent('the deadline passes', async () => {
    const { code, said } = await judge(await http(() => {}), '--timeout', '9', '--deadline', '0.3');
    expect([code, said]).toEqual([
      3,
      'The target could not be judged: the deadline of the run has passed.',
    ]);
  });

  test.concurrent('it closes the connection', async () => {
    const { code, said } = await judge(
      await raw((socket) => socket.once('data', () => socket.destroy())),
    );
    expect([code, said]).toEqual([3, expect.stringMatching(/the connection was closed before/)]);
  });

  test.concurrent('it does not speak HTTP', async () => {
    const { code, said } = await judge(
      await raw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
    );
    expect([code, said]).toEqual([
      3,
      expect.stringMatching(/what came back is not HTTP \(HPE_\w+\)\.$/),
    ]);
  });

  test.concurrent('it is out of service', async () => {
    const server = await http((_, response) =>
      response.writeHead(503, { 'Retry-After': '120' }).end(),
    );
    const { code, said } = await judge(server);
    expect([code, said]).toEqual([3, expect.stringMatching(/answered with 503 each time\.$/)]);
  });
});

describe('not a portal', () => {
  test.concurrent('a login page', async () => {
    const page = '<!doctype html><title>Sign in</title><script>alert(1)</script>';
    const server = await http((_, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(page),
    );
    const { code, said, everything } = await judge(server);
    expect([code, said]).toEqual([
      2,
      expect.stringMatching(/^This is not a portal: .* a page of HTML \(200\)/),
    ]);
    expect(everything).not.toContain('Sign in');
  });

  test.concurrent('something else altogether', async () => {
    const { code, said } = await judge(
      await http((_, response) => response.writeHead(404).end('nothing here')),
    );
    expect([code, said]).toEqual([
      2,
      expect.stringMatching(/^This is not a portal: .* answered with 404/),
    ]);
  });

  test.concurrent('a redirect to where the portal is', async () => {
    const server = await http((request, response) =>
      response
        .writeHead(308, { Location: `https://portal.example:9909/charts${request.url}` })
        .end(),
    );
    const { code, said } = await judge(server);
    expect([code, said]).toEqual([
      2,
      expect.stringMatching(/Give https:\/\/portal\.example:9909\/charts as the target/),
    ]);
  });

  test.concurrent('a redirect to a login page', async () => {
    const server = await http((_, response) =>
      response.writeHead(302, { Location: '/login?next=secret-place' }).end(),
    );
    const { code, said } = await judge(server);
    expect([code, said]).toEqual([2, expect.stringMatching(/is that a login page\?$/)]);
    expect(said).not.toContain('secret-place');
  });

  test.concurrent('a redirect takes no token anywhere', async () => {
    const seen: (string | undefined)[] = [];
    const other = await http((request, response) => {
      seen.push(request.headers.authorization);
      response.end('[]');
    });
    const server = await http((_, response) =>
      response.writeHead(307, { Location: other.url }).end(),
    );
    const { code } = await judge(server);
    await other.close();
    expect([code, seen]).toEqual([2, []]);
  });

  test.concurrent('a redirect that holds the token', async () => {
    const token = portal.credentials.get('caller.token');
    const server = await http((_, response) =>
      response.writeHead(302, { Location: `https://${token}.example/${token}` }).end(),
    );
    const { code, said } = await judge(server);
    expect([code, said]).toEqual([
      2,
      expect.stringMatching(/Give the URL that it redirects to\.$/),
    ]);
  });
});

describe('TLS', () => {
  async function behindTls(host = 'localhost', validity = {}) {
    const { ca, ...tls } = await certify(host, validity);
    const file = join(folder, `${host}-${Math.random()}.pem`);
    writeFileSync(file, ca);
    return { server: await https(tls, forwardTo(portal.url)), file };
  }

  test.concurrent('an unknown authority', async () => {
    const { server } = await behindTls();
    const { code, said } = await judge(server);
    expect([code, said]).toEqual([
      3,
      expect.stringMatching(/not signed by a known authority; give its CA with --ca FILE\.$/),
    ]);
  });

  test.concurrent('an authority that is given', async () => {
    const { server, file } = await behindTls();
    expect((await judge(server, '--ca', file)).code).toBe(0);
  });

  test.concurrent('any certificate, when it is asked for', async () => {
    const { server } = await behindTls();
    expect((await judge(server, '--insecure')).code).toBe(0);
  });

  test.concurrent('a certificate for another name', async () => {
    const { server, file } = await behindTls('elsewhere.example');
    const { code, said } = await judge(server, '--ca', file);
    expect([code, said]).toEqual([
      3,
      expect.stringMatching(/certificate is for another host name\.$/),
    ]);
  });

  test.concurrent('a certificate that has expired', async () => {
    const { server, file } = await behindTls('localhost', { from: -3, days: 1 });
    const { code, said } = await judge(server, '--ca', file);
    expect([code, said]).toEqual([3, expect.stringMatching(/certificate has expired\.$/)]);
  });

  test.concurrent('a port that does not speak it', async () => {
    const server = await http(forwardTo(portal.url));
    const { code, said } = await judge({ ...server, url: server.url.replace('http:', 'https:') });
    expect([code, said]).toEqual([3, expect.stringMatching(/http:\/\/ may be meant\.$/)]);
  });
});

describe('the credential or the portal', () => {
  test.concurrent('the list refuses everybody, and whoami lets them in: the portal', async () => {
    const { code, report } = await judge(
      await listAnswered((_, response) => response.writeHead(401).end()),
    );
    expect(code).toBe(1);
    expect(idsWith(report.requirements, 'fail').sort()).toEqual([
      'api-token-accepted',
      'session-token-accepted',
    ]);
  });

  test.concurrent('the list refuses everybody, and there is no whoami: either', async () => {
    const server = await http((request, response) =>
      response.writeHead(isList(request) ? 401 : 404).end(),
    );
    const { code, said } = await judge(server);
    expect([code, said]).toEqual([
      3,
      expect.stringMatching(/either it is not a valid token, or the portal refuses/),
    ]);
  });

  test.concurrent('everything refuses everybody: the credential', async () => {
    const { code, said } = await judge(await http((_, response) => response.writeHead(401).end()));
    expect([code, said]).toEqual([
      2,
      expect.stringMatching(/it is not a valid token of this portal, or/),
    ]);
  });
});

describe('text and JSON of bad intent', () => {
  const bodies: [string, string | Buffer, string[]][] = [
    ['nesting of 50,000', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, ['elements-are-objects']],
    [
      'objects nested as deep',
      `[{"restrictions":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}]`,
      ['id-present'],
    ],
    [
      'a number too large',
      '[{"createdAt":1e999,"userId":1e999}]',
      ['created-at-integer', 'user-id-integer'],
    ],
    ['a member __proto__', '[{"__proto__":{"id":"x"},"constructor":1}]', ['id-present']],
    [
      'control characters and escapes',
      '["\\u001b[2J\\u0007\\u0000\\r\\n::error::gone","\\ud800"]',
      ['elements-are-objects'],
    ],
    [
      'an id that is a piece of our report',
      '[{"id":"\\",\\"message\\":\\""}]',
      ['id-bearer-token'],
    ],
    ['markup', '<script>alert(1)</script>', ['utf8-json']],
    ['bytes that are no UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d]), ['utf8-json']],
  ];

  test.concurrent.each(bodies)('%s', async (_, body, expected) => {
    const server = await acceptedAnswered((_request, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body),
    );
    const { code, report, everything } = await judge(server);
    expect(code).toBe(1);
    expect(idsWith(report.requirements, 'fail')).toEqual(expect.arrayContaining(expected));
    expect(everything).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|::error|<script/);
  });
});

describe('broken on the wire', () => {
  const list = (response: ServerResponse, headers: Record<string, string | number>) =>
    response.writeHead(200, { 'Content-Type': 'application/json', ...headers });

  const broken: [string, Listener, RegExp][] = [
    [
      'a body shorter than its length',
      (_, response) =>
        list(response, { 'Content-Length': 100 }).write('[', () => response.destroy()),
      /closed before/,
    ],
    [
      'a reset in the middle',
      (_, response) => list(response, {}).write('[', () => response.destroy()),
      /closed before/,
    ],
    [
      'compression that is none',
      (_, response) => list(response, { 'Content-Encoding': 'gzip' }).end('[]'),
      /compression is broken/,
    ],
    [
      'a header of 20 KiB',
      (_, response) => list(response, { 'X-Long': 'x'.repeat(20_000) }).end('[]'),
      /header is larger/,
    ],
    ['502', (_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'), /502/],
    ['504', (_, response) => response.writeHead(504).end(), /504/],
    ['521 of an edge proxy', (_, response) => response.writeHead(521).end(), /521/],
    ['500', (_, response) => response.writeHead(500).end('Error: secret stack'), /500/],
  ];

  test.concurrent.each(broken)('%s is no finding', async (_, listener, why) => {
    const { code, report, everything } = await judge(await acceptedAnswered(listener));
    expect([code, idsWith(report.requirements, 'fail', 'warn')]).toEqual([3, []]);
    const [first] = report.requirements;
    expect(first?.message).toMatch(why);
    expect(everything).not.toMatch(/secret stack|Bad gateway/);
  });

  test.concurrent('a gzip of which the end is missing is not taken for whole', async () => {
    const whole = gzipSync(JSON.stringify(Array(200).fill({ id: 'x' })));
    const server = await acceptedAnswered((_, response) =>
      list(response, { 'Content-Encoding': 'gzip' }).end(whole.subarray(0, whole.length - 20)),
    );
    const { code, report } = await judge(server);
    expect([code, idsWith(report.requirements, 'fail')]).toEqual([1, ['utf8-json']]);
  });

  test.concurrent('a body without an end, and one that swells to more than 200 MiB', async () => {
    const bomb = gzipSync(Buffer.alloc(201 * 1024 * 1024, 0x20), { level: 1 });
    const swelling = await acceptedAnswered((_, response) =>
      list(response, { 'Content-Encoding': 'gzip' }).end(bomb),
    );
    const { code, report } = await judgeAlone(
      swelling,
      '--only',
      'array',
      '--concurrency',
      '1',
      '--timeout',
      '4',
    );
    expect([code, idsWith(report.requirements, 'fail')]).toEqual([3, []]);
    expect(report.message).toMatch(/larger than this suite reads|complete answer/);
    const endless = await acceptedAnswered((_, response) => {
      list(response, {});
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const second = await judgeAlone(
      endless,
      '--only',
      'array',
      '--concurrency',
      '1',
      '--timeout',
      '0.3',
    );
    expect([second.code, second.said]).toEqual([
      3,
      expect.stringMatching(/complete answer|larger than/),
    ]);
  });

  test.concurrent('every third answer fails, and the rest is judged', async () => {
    let count = 0;
    const forward = forwardTo(portal.url);
    const server = await http((request, response) => {
      count += 1;
      if (count % 3 === 0) request.socket.destroy();
      else forward(request, response);
    });
    const { code, report } = await judge(server);
    expect(idsWith(report.requirements, 'fail', 'warn')).toEqual([]);
    expect([0, 3]).toContain(code);
  });

  test.concurrent('a redirect that leads in circles', async () => {
    const server = await http((request, response) =>
      response.writeHead(301, { Location: request.url }).end(),
    );
    const { code, said } = await judge(server);
    expect([code, said]).toEqual([2, expect.stringMatching(/^The target redirects \(301\)/)]);
  });
});

test('a ban after ten refusals is no finding', async () => {
  let refused = 0;
  const forward = forwardTo(portal.url);
  const valid = [...portal.credentials.values()].map((token) => `Bearer ${token}`);
  const server = await http((request, response) => {
    if (!valid.includes(request.headers.authorization ?? '')) refused += 1;
    if (refused > 10) response.writeHead(403).end('banned');
    else forward(request, response);
  });
  const { code, report } = await judge(server);
  expect([code, idsWith(report.requirements, 'fail', 'warn')]).toEqual([3, []]);
  expect(idsWith(report.requirements, 'inconclusive')).toContain('unknown-token-refused');
});

test.each([
  ['a token that is refused from the second read on', 1, ['control before', 'control after']],
  ['a token that is refused after the reads', 2, ['control after']],
])('%s makes refusals prove nothing', async (_, letIn, controls) => {
  let asked = 0;
  const seen: string[] = [];
  const caller = `Bearer ${portal.credentials.get('caller.token')}`;
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    if (request.headers.authorization !== caller || !isList(request)) {
      return forward(request, response);
    }
    asked += 1;
    seen.push(/control \w+/.exec(request.headers['user-agent'] ?? '')?.[0] ?? '');
    if (asked <= letIn) forward(request, response);
    else response.writeHead(401).end();
  });
  const only = ['--only', 'api-token-accepted,unknown-token-refused'];
  const { report } = await judge(server, ...only);
  const refused = report.requirements.find(({ id }) => id === 'unknown-token-refused');
  expect(refused).toMatchObject({
    status: 'inconclusive',
    message: expect.stringContaining(
      `the ${controls[0]?.replace('control', 'control request')} the negative tests failed`,
    ),
  });
  expect(seen.filter((one) => one !== '')).toEqual(controls);
});

test('a second wave of refusals has a control of its own before it', async () => {
  const controls: string[] = [];
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    const control = /control \w+/.exec(request.headers['user-agent'] ?? '')?.[0];
    if (control) controls.push(control);
    if (request.headers.authorization) forward(request, response);
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]');
  });
  const { code } = await judge(server, '--only', 'missing-header-refused');
  expect(code).toBe(1);
  // The failure was asked for again; the read before the first wave is no control of the second.
  expect(controls).toEqual(['control after', 'control before', 'control after']);
});

test('a read of more than a second ago is no control before refusals', async () => {
  const controls: string[] = [];
  const forward = forwardTo(portal.url);
  const teammate = `Bearer ${portal.credentials.get('teammate.token')}`;
  const server = await http((request, response) => {
    const agent = request.headers['user-agent'] ?? '';
    const control = /control \w+/.exec(agent)?.[0];
    if (control) controls.push(control);
    const isLate = agent.includes('read 2') && request.headers.authorization === teammate;
    // The caller was answered at once; what follows waits for the teammate.
    setTimeout(() => forward(request, response), isLate ? 1100 : 0);
  });
  const { code } = await judge(server, '--only', 'api-token-accepted,unknown-token-refused');
  expect([code, controls]).toEqual([0, ['control before', 'control after']]);
});

test('refusals that hang are no finding', async () => {
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    if (request.headers.authorization) forward(request, response);
  });
  const { code, report } = await judge(server, ...impatient);
  expect([code, idsWith(report.requirements, 'fail', 'warn')]).toEqual([3, []]);
  expect(idsWith(report.requirements, 'inconclusive')).toContain('missing-header-refused');
});

test('a portal that changes its mind is broken, and the report says that it did', async () => {
  let answers = 0;
  const forward = forwardTo(portal.url);
  const server = await acceptedAnswered((request, response) => {
    answers += 1;
    if (answers <= 4) response.writeHead(200, { 'Content-Type': 'text/plain' }).end('[]');
    else forward(request, response);
  });
  const { code, report } = await judge(server, '--only', 'json-media-type');
  const [judged] = report.requirements.filter(({ status }) => status === 'fail');
  expect([code, judged?.id, judged?.message]).toEqual([
    1,
    'json-media-type',
    expect.stringMatching(/changed its mind$/),
  ]);
  expect(judged?.exchanges.map(({ mediaType }) => mediaType)).toEqual([
    ...Array(4).fill('text/plain'),
    ...Array(16).fill('application/json'),
  ]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s in the middle leaves a partial report', async (signal, expected) => {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    if (request.headers.authorization) forward(request, response);
    else begin();
  });
  const called = await portalConformance([server.url], variablesOf(portal), async (kill) => {
    await begun;
    kill(signal);
  });
  await server.close();
  expect([called.code, called.report.outcome]).toEqual([expected, 'interrupted']);
  expect(idsWith(called.report.requirements, 'pass')).toContain('status-200');
  expect(idsWith(called.report.requirements, 'inconclusive')).toContain('missing-header-refused');
  expect(called.stdout.trim().split('\n').at(-1)).toMatch(
    new RegExp(`^interrupted: The run was ended by ${signal}`),
  );
});
