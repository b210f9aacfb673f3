import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { certify } from '../../src/reference/certify.ts';
import type { Reference } from '../../src/reference/start.ts';
import { forwardTo, http, https, type Listening, raw } from './servers.ts';

/** A server that a run must survive: within its bounds, with the right verdict, and inert text. */
export interface HostileServer {
  readonly name: string;
  /** Starts it, in front of a sound portal that it may use; it may want arguments of its own. */
  readonly serve: (portal: Reference) => Promise<Served>;
  readonly args?: readonly string[];
  /** Whether the caller's token alone is given: what is large is read once for each credential. */
  readonly callerAlone?: boolean;
  readonly code: number | readonly number[];
  /** What the outcome's sentence says. */
  readonly says?: RegExp;
  /** What the first requirement says. */
  readonly firstSays?: RegExp;
  /** Ids that fail, exactly, or among others. */
  readonly fails?: readonly string[];
  readonly failsAmongOthers?: readonly string[];
  readonly inconclusive?: readonly string[];
  readonly passes?: readonly string[];
  /** What of the server's text must not be in any output. */
  readonly never?: RegExp;
}

type Served = Pick<Listening, 'url'> & Partial<Listening> & { readonly args?: readonly string[] };

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export function isList(request: IncomingMessage): boolean {
  return request.url?.includes('/apiTokens') ?? false;
}

/** A portal that answers the list in a way of its own, and the rest as it should. */
export function listAnswered(portal: Reference, listener: Listener): Promise<Listening> {
  const forward = forwardTo(portal.url);
  return http((request, response) => (isList(request) ? listener : forward)(request, response));
}

/** A portal that answers requests for the list with a valid token in a way of its own. */
export function acceptedAnswered(portal: Reference, listener: Listener): Promise<Listening> {
  const forward = forwardTo(portal.url);
  const valid = [...portal.credentials.values()].map((token) => `Bearer ${token}`);
  return http((request, response) => {
    const own = isList(request) && valid.includes(request.headers.authorization ?? '');
    (own ? listener : forward)(request, response);
  });
}

const impatient = ['--timeout', '0.5'];

/** Nothing comes back that could be judged. */
const silent: readonly HostileServer[] = [
  {
    name: 'nothing listens',
    serve: async () => ({ url: 'http://127.0.0.1:1' }),
    code: 3,
    says: /^The target could not be judged: the connection was refused: nothing listens there\.$/,
  },
  {
    name: 'the name does not resolve',
    serve: async () => ({ url: 'http://no-such-host.invalid' }),
    code: 3,
    says: /the host name does not resolve\.$/,
  },
  {
    name: 'it hangs before it answers',
    serve: () => http(() => {}),
    args: impatient,
    code: 3,
    says: /no complete answer came within 0\.5 s\.$/,
  },
  {
    name: 'it hangs within the answer',
    serve: () =>
      http((_, response) => response.writeHead(200, { 'Content-Length': 100 }).write('[')),
    args: impatient,
    code: 3,
    says: /no complete answer came/,
  },
  {
    name: 'it drips without an end',
    serve: () =>
      http((_, response) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      }),
    args: impatient,
    code: 3,
    says: /no complete answer came/,
  },
  {
    name: 'the deadline passes',
    serve: () => http(() => {}),
    args: ['--timeout', '9', '--deadline', '0.3'],
    code: 3,
    says: /^The target could not be judged: the deadline of the run has passed\.$/,
  },
  {
    name: 'it closes the connection',
    serve: () => raw((socket) => socket.once('data', () => socket.destroy())),
    code: 3,
    says: /the connection was closed before/,
  },
  {
    name: 'it does not speak HTTP',
    serve: () => raw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
    code: 3,
    says: /what came back is not HTTP \(HPE_\w+\)\.$/,
  },
  {
    name: 'it is out of service',
    serve: () => http((_, response) => response.writeHead(503, { 'Retry-After': '120' }).end()),
    code: 3,
    says: /answered with 503 each time\.$/,
  },
];

const page = '<!doctype html><title>Sign in</title><script>alert(1)</script>';

const notAPortal: readonly HostileServer[] = [
  {
    name: 'a login page',
    serve: () =>
      http((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)),
    code: 2,
    says: /^This is not a portal: .* a page of HTML \(200\)/,
    never: /Sign in/,
  },
  {
    name: 'something else altogether',
    serve: () => http((_, response) => response.writeHead(404).end('nothing here')),
    code: 2,
    says: /^This is not a portal: .* answered with 404/,
  },
  {
    name: 'a redirect to where the portal is',
    serve: () =>
      http((request, response) => {
        const location = `https://portal.example:9909/charts${request.url}`;
        response.writeHead(308, { Location: location }).end();
      }),
    code: 2,
    says: /Give https:\/\/portal\.example:9909\/charts as the target/,
  },
  {
    name: 'a redirect to a login page',
    serve: () =>
      http((_, response) =>
        response.writeHead(302, { Location: '/login?next=secret-place' }).end(),
      ),
    code: 2,
    says: /If that is a login page.*--header NAME=VARIABLE/,
    never: /secret-place/,
  },
  {
    name: 'a redirect that holds the token',
    serve: (portal) => {
      const token = portal.credentials.get('caller.token');
      return http((_, response) =>
        response.writeHead(302, { Location: `https://${token}.example/${token}` }).end(),
      );
    },
    code: 2,
    says: /Give the URL that it redirects to\.$/,
  },
  {
    name: 'a redirect that leads in circles',
    serve: () =>
      http((request, response) => response.writeHead(301, { Location: request.url }).end()),
    code: 2,
    says: /^The target redirects \(301\)/,
  },
];

const credentialOrPortal: readonly HostileServer[] = [
  {
    name: 'the list refuses everybody, and whoami lets them in: the portal',
    serve: (portal) => listAnswered(portal, (_, response) => response.writeHead(401).end()),
    code: 1,
    fails: ['api-token-accepted', 'session-token-accepted'],
  },
  {
    name: 'the list refuses everybody, and there is no whoami: either',
    serve: () => http((request, response) => response.writeHead(isList(request) ? 401 : 404).end()),
    code: 3,
    says: /either it is not a valid token, or the portal rejects/,
  },
  {
    name: 'everything refuses everybody: the credential',
    serve: () => http((_, response) => response.writeHead(401).end()),
    code: 2,
    says: /it is not a valid token of this portal, or/,
  },
];

const bodies: readonly (readonly [name: string, body: string | Buffer, fails: string[]])[] = [
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
  ['an id that is a piece of our report', '[{"id":"\\",\\"message\\":\\""}]', ['name-present']],
  ['markup', '<script>alert(1)</script>', ['utf8-json']],
  ['bytes that are no UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d]), ['utf8-json']],
];

const badIntent: readonly HostileServer[] = bodies.map(([name, body, fails]) => ({
  name,
  serve: (portal) => acceptedAnswered(portal, (_, response) => list(response, {}).end(body)),
  code: 1,
  failsAmongOthers: fails,
  never: /[\u0000-\u0009\u000b-\u001f]|::error|<script/,
}));

function list(response: ServerResponse, headers: Record<string, string | number>) {
  return response.writeHead(200, { 'Content-Type': 'application/json', ...headers });
}

const broken: readonly (readonly [name: string, listener: Listener, says: RegExp])[] = [
  [
    'a body shorter than its length',
    (_, response) => list(response, { 'Content-Length': 100 }).write('[', () => response.destroy()),
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

const brokenOnTheWire: readonly HostileServer[] = broken.map(([name, listener, firstSays]) => ({
  name: `${name} is no finding`,
  serve: (portal) => acceptedAnswered(portal, listener),
  code: 3,
  fails: [],
  firstSays,
  never: /secret stack|Bad gateway/,
}));

const onlyArray = ['--only', 'array', '--concurrency', '1'];

const large: readonly HostileServer[] = [
  {
    name: 'a gzip of which the end is missing is not taken for whole',
    serve: (portal) => {
      const whole = gzipSync(JSON.stringify(Array(200).fill({ id: 'x' })));
      return acceptedAnswered(portal, (_, response) =>
        list(response, { 'Content-Encoding': 'gzip' }).end(whole.subarray(0, whole.length - 20)),
      );
    },
    code: 1,
    fails: ['utf8-json'],
  },
  {
    name: 'a body that swells to more than 200 MiB',
    serve: (portal) => {
      const bomb = gzipSync(Buffer.alloc(201 * 1024 * 1024, 0x20), { level: 1 });
      return acceptedAnswered(portal, (_, response) =>
        list(response, { 'Content-Encoding': 'gzip' }).end(bomb),
      );
    },
    args: [...onlyArray, '--timeout', '4'],
    callerAlone: true,
    code: 3,
    fails: [],
    says: /larger than this suite reads|complete answer/,
  },
  {
    name: 'a body without an end',
    serve: (portal) =>
      acceptedAnswered(portal, (_, response) => {
        list(response, {});
        const more = () => {
          while (!response.destroyed && response.write(' '.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      }),
    args: [...onlyArray, '--timeout', '0.3'],
    callerAlone: true,
    code: 3,
    says: /complete answer|larger than/,
  },
];

const nowAndThen: readonly HostileServer[] = [
  {
    name: 'every third answer fails, and the rest is judged',
    serve: (portal) => {
      let count = 0;
      const forward = forwardTo(portal.url);
      return http((request, response) => {
        count += 1;
        if (count % 3 === 0) request.socket.destroy();
        else forward(request, response);
      });
    },
    code: [0, 3],
    fails: [],
  },
  {
    name: 'a ban after ten refusals is no finding',
    serve: (portal) => {
      let refused = 0;
      const forward = forwardTo(portal.url);
      const valid = [...portal.credentials.values()].map((token) => `Bearer ${token}`);
      return http((request, response) => {
        if (!valid.includes(request.headers.authorization ?? '')) refused += 1;
        if (refused > 10) response.writeHead(403).end('banned');
        else forward(request, response);
      });
    },
    code: 3,
    fails: [],
    // What the contract names went out first, and stands.
    passes: ['missing-header-refused', 'unknown-token-refused'],
    inconclusive: ['altered-token-refused'],
  },
  {
    name: 'refusals that hang are no finding',
    serve: (portal) => {
      const forward = forwardTo(portal.url);
      return http((request, response) => {
        if (request.headers.authorization) forward(request, response);
      });
    },
    args: impatient,
    code: 3,
    fails: [],
    inconclusive: ['missing-header-refused'],
  },
];

/** A portal behind TLS, whose authority is given to the run if it is to be trusted. */
function behindTls(host = 'localhost', validity = {}) {
  return async (portal: Reference, isTrusted = false): Promise<Served> => {
    const { ca, ...tls } = await certify([host], validity);
    const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-tls-'));
    const file = join(folder, 'ca.pem');
    writeFileSync(file, ca);
    const server = await https(tls, forwardTo(portal.url));
    const close = async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    };
    return { url: server.url, close, ...(isTrusted ? { args: ['--ca', file] } : {}) };
  };
}

const tls: readonly HostileServer[] = [
  {
    name: 'an unknown authority',
    serve: (portal) => behindTls()(portal),
    code: 3,
    says: /not signed by a known authority; give its CA with --ca FILE\.$/,
  },
  {
    name: 'an authority that is given',
    serve: (portal) => behindTls()(portal, true),
    code: 0,
  },
  {
    name: 'any certificate, when it is asked for',
    serve: (portal) => behindTls()(portal),
    args: ['--insecure'],
    code: 0,
  },
  {
    name: 'a certificate for another name',
    serve: (portal) => behindTls('elsewhere.example')(portal, true),
    code: 3,
    says: /certificate is for another host name\.$/,
  },
  {
    name: 'a certificate that has expired',
    serve: (portal) => behindTls('localhost', { from: -3, days: 1 })(portal, true),
    code: 3,
    says: /certificate has expired\.$/,
  },
  {
    name: 'a port that does not speak it',
    serve: async (portal) => {
      const server = await http(forwardTo(portal.url));
      return { ...server, url: server.url.replace('http:', 'https:') };
    },
    code: 2,
    says: /does not use TLS on this port: give http:\/\/\S+ as the target\.$/,
  },
];

/** Every hostile server, as data; docs/proof.md lists them. */
export const hostileServers: readonly HostileServer[] = [
  ...silent,
  ...notAPortal,
  ...tls,
  ...credentialOrPortal,
  ...badIntent,
  ...brokenOnTheWire,
  ...large,
  ...nowAndThen,
];
