import type { Behaviour } from '../../src/reference/behaviour.ts';
import { certify } from '../../src/reference/certify.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { forwardTo, http } from '../support/servers.ts';
import { shim, type Weather } from './network.ts';
import type { Tool } from './program.ts';
import {
  coreRuleSet,
  type Front,
  forwardProxy,
  haproxy,
  inspectingProxy,
  nginx,
  prefix,
  squid,
  varnish,
} from './servers.ts';

type Profile = 'read-only' | 'full';

interface Started extends Pick<Front, 'url' | 'close'> {
  readonly ca?: string;
  /** Files that the command is given, by their option. */
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** Something that stands in front of a portal, and the verdict that is right. */
export interface Setup {
  readonly name: string;
  readonly needs?: Tool;
  readonly outcome: string;
  /** What has to be among the failed requirements. */
  readonly failed?: readonly string[];
  readonly profiles?: readonly Profile[];
  readonly args?: readonly string[];
  /** Starts it, in front of a portal. */
  readonly start: (portal: Reference) => Promise<Started>;
}

const conformant = 'conformant';

/** Two processes of one portal, of which one learns what was created a while later. */
async function lagging(portal: Reference, ms: number): Promise<Reference> {
  return startReference(
    { name: 'late', says: 'a process lags', trips: [], ignores: (at) => Date.now() - at < ms },
    { of: portal },
  );
}

async function inBadWeather(portal: Reference, weather: Weather) {
  const between = await shim(Number(new URL(portal.url).port), weather);
  return { url: `http://127.0.0.1:${between.port}`, close: between.close };
}

async function behindSquid({ url }: Reference, peer?: string) {
  const below = await http(forwardTo(url, prefix));
  const front = await squid(below.url, peer);
  const close = async () => {
    await front.close();
    await below.close();
  };
  return { ...front, close };
}

/** A forward proxy on the way to nginx: it sees a name and a port. */
async function throughSquid({ url }: Reference, rules?: string): Promise<Started> {
  const front = await nginx([url]);
  const proxy = await forwardProxy(rules);
  const close = async () => {
    await proxy.close();
    await front.close();
  };
  return { ...front, args: ['--proxy', proxy.url], close };
}

/** A proxy that reads what is sent to nginx, with certificates of its own. */
async function throughInspector({ url }: Reference): Promise<Started> {
  const front = await nginx([url]);
  const { url: proxy, ca, close: closeProxy } = await inspectingProxy();
  const close = async () => {
    await closeProxy();
    await front.close();
  };
  return { ...front, ca, args: ['--proxy', proxy], close };
}

async function forClients({ url }: Reference): Promise<Started> {
  const client = await certify(['somebody']);
  const front = await nginx([url], {
    tls: 'ssl_client_certificate FOLDER/clients.pem; ssl_verify_client on;',
    files: { 'clients.pem': client.ca },
  });
  return { ...front, files: { '--cert': client.cert, '--key': client.key } };
}

const zones = `
  limit_req_zone $binary_remote_addr zone=few:1m rate=20r/s;
  limit_req_zone $binary_remote_addr zone=some:1m rate=60r/s;
  limit_conn_zone $binary_remote_addr zone=connections:1m;`;

/** Checks the token at the portal, and serves the list from a cache that knows the URL alone. */
const sharedCache = {
  http: 'proxy_cache_path FOLDER/cache keys_zone=lists:1m;',
  server: `
    location = /check {
      internal;
      proxy_pass http://portal/api/portal/v1/auth/whoami;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }
    location = ${prefix}/api/portal/v1/apiTokens {
      auth_request /check;
      proxy_pass http://portal/api/portal/v1/apiTokens;
      proxy_cache lists;
      proxy_cache_key $uri;
      proxy_cache_methods GET;
      proxy_cache_valid 200 2s;
      proxy_ignore_headers Cache-Control Expires Vary Set-Cookie;
    }`,
};

export const setups: readonly Setup[] = [
  {
    name: 'nginx',
    needs: 'nginx',
    outcome: conformant,
    start: ({ url }) =>
      nginx([url], { location: 'gzip on; gzip_proxied any; gzip_types application/json;' }),
  },
  {
    name: 'nginx, which asks for a client certificate',
    needs: 'nginx',
    outcome: conformant,
    start: forClients,
  },
  {
    name: 'squid as a forward proxy, then nginx',
    needs: 'squid',
    outcome: conformant,
    start: (portal) => throughSquid(portal),
  },
  {
    name: 'squid that inspects TLS, then nginx',
    needs: 'squid',
    outcome: conformant,
    start: throughInspector,
  },
  {
    name: 'squid as a forward proxy with 30 connections at most (403), then nginx',
    needs: 'squid',
    outcome: conformant,
    start: (portal) => throughSquid(portal, 'acl many maxconn 30\nhttp_access deny many'),
  },
  {
    name: 'nginx, 20 requests a second (429)',
    needs: 'nginx',
    outcome: conformant,
    start: ({ url }) =>
      nginx([url], {
        http: zones,
        location: 'limit_req zone=few burst=10 nodelay; limit_req_status 429;',
      }),
  },
  {
    name: 'nginx, 60 requests a second (503)',
    needs: 'nginx',
    outcome: conformant,
    start: ({ url }) => nginx([url], { http: zones, location: 'limit_req zone=some burst=5;' }),
  },
  {
    name: 'nginx, four connections at once (503)',
    needs: 'nginx',
    outcome: conformant,
    start: ({ url }) => nginx([url], { http: zones, location: 'limit_conn connections 4;' }),
  },
  {
    name: 'nginx, --rate 15 below 20 requests a second',
    needs: 'nginx',
    outcome: conformant,
    profiles: ['read-only'],
    args: ['--rate', '15'],
    start: ({ url }) =>
      nginx([url], { http: zones, location: 'limit_req zone=few; limit_req_status 429;' }),
  },
  {
    name: 'nginx, a shared cache behind the check of the token',
    needs: 'nginx',
    outcome: 'non-conformant',
    failed: ['outsider-token-hidden'],
    start: ({ url }) => nginx([url], sharedCache),
  },
  {
    name: 'nginx, the portal restarts for 2 s in between',
    needs: 'nginx',
    outcome: conformant,
    start: async (portal) => {
      let count = 0;
      let again: Promise<Reference> | undefined;
      const restart = async () => {
        await first.close();
        await new Promise((resolve) => setTimeout(resolve, 2000));
        return startReference(undefined, { port: Number(new URL(first.url).port), of: portal });
      };
      const around: Behaviour['around'] = (request, usual) => {
        count += 1;
        if (count === 20) again = restart();
        return usual(request);
      };
      const first = await startReference(
        { name: 'restarting', says: 'it restarts', trips: [], around },
        { of: portal },
      );
      const front = await nginx([first.url]);
      const close = async () => {
        await front.close();
        await (await again)?.close();
      };
      return { ...front, close };
    },
  },
  {
    name: 'nginx, two processes, one 1.5 s late, kept connections',
    needs: 'nginx',
    outcome: conformant,
    start: async (portal) => {
      const late = await lagging(portal, 1500);
      const front = await nginx([portal.url, late.url]);
      const close = async () => {
        await front.close();
        await late.close();
      };
      return { ...front, close };
    },
  },
  ...[1, 2, 3, 4].map(
    (paranoia): Setup => ({
      name: `nginx with the OWASP core rule set, paranoia ${paranoia}`,
      needs: 'the OWASP CRS',
      outcome: conformant,
      start: ({ url }) => coreRuleSet(url, paranoia),
    }),
  ),
  {
    name: 'haproxy',
    needs: 'haproxy',
    outcome: conformant,
    start: ({ url }) => haproxy([url]),
  },
  {
    name: 'haproxy, 15 requests in 500 ms (429)',
    needs: 'haproxy',
    outcome: conformant,
    start: ({ url }) =>
      haproxy(
        [url],
        'stick-table type ip size 1k expire 10s store http_req_rate(500ms)\n  http-request track-sc0 src\n  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 15 }',
      ),
  },
  {
    name: 'haproxy, two processes, one 1.5 s late, by source',
    needs: 'haproxy',
    outcome: conformant,
    start: async (portal) => {
      const late = await lagging(portal, 1500);
      const front = await haproxy([portal.url, late.url], '', 'roundrobin');
      const close = async () => {
        await front.close();
        await late.close();
      };
      return { ...front, close };
    },
  },
  {
    name: 'varnish',
    needs: 'varnish',
    outcome: conformant,
    start: ({ url }) => varnish(url),
  },
  {
    name: 'varnish that caches what needs a token',
    needs: 'varnish',
    outcome: 'non-conformant',
    failed: ['outsider-token-hidden'],
    start: ({ url }) =>
      varnish(
        url,
        'sub vcl_recv { if (req.url ~ "apiTokens$" && req.method == "GET" && req.http.Authorization) { return (hash); } }\nsub vcl_backend_response { if (beresp.status == 200) { set beresp.ttl = 2s; return (deliver); } }',
      ),
  },
  {
    name: 'squid',
    needs: 'squid',
    outcome: conformant,
    start: (portal) => behindSquid(portal),
  },
  {
    name: 'squid that drops Authorization',
    needs: 'squid',
    outcome: 'misconfigured',
    profiles: ['read-only'],
    start: (portal) => behindSquid(portal, ''),
  },
  {
    name: '40 ms on the way',
    outcome: conformant,
    start: (portal) => inBadWeather(portal, { delayMs: 20 }),
  },
  {
    name: 'all but four connections at once are reset',
    outcome: conformant,
    start: (portal) => inBadWeather(portal, { resets: (_, open) => open >= 4 }),
  },
  {
    name: 'every fifth connection is reset',
    outcome: conformant,
    start: (portal) => inBadWeather(portal, { resets: (count) => count % 5 === 4 }),
  },
  {
    name: 'connections are reset for half a second',
    outcome: conformant,
    start: (portal) => {
      let first: number | undefined;
      const resets = (count: number) => {
        if (count < 12) return false;
        first ??= Date.now();
        return Date.now() - first < 500;
      };
      return inBadWeather(portal, { resets });
    },
  },
  {
    name: 'two connections stall',
    outcome: conformant,
    args: ['--timeout', '2'],
    profiles: ['read-only'],
    start: (portal) => inBadWeather(portal, { stalls: (count) => count === 7 || count === 11 }),
  },
  {
    name: 'two responses are cut',
    outcome: conformant,
    start: (portal) => inBadWeather(portal, { cuts: (count) => count === 7 || count === 11 }),
  },
];
