import { quote } from '../http/curl.ts';
import type { Credential } from '../portal/credential.ts';
import type { Probe } from '../portal/requests.ts';
import { noHeader, unknownToken } from './probes.ts';

// Requests without a valid token in the header, and with all that some servers take in its place.

type Headers = Readonly<Record<string, string>>;

/** What proxies, browsers and caches add, and what is believed of it. @param base the target; @param etag of the list */
export function impersonations(base: string, etag = '*'): Probe[] {
  const { origin } = new URL(base);
  return [
    parted('headers of a trusted proxy', {
      'X-Forwarded-For': '127.0.0.1',
      'X-Real-IP': '127.0.0.1',
      'X-Forwarded-User': 'admin',
      'X-Remote-User': 'admin',
      'Remote-User': 'admin',
      'X-Authenticated-User': 'admin',
      'X-User': 'admin',
      'X-User-Id': '1',
      'X-Account-Id': '1',
      Forwarded: 'for=127.0.0.1;proto=https',
      'X-Auth-Request-User': 'admin',
      'X-Auth-Request-Email': 'admin',
      'X-Client-Cert': 'CN=admin',
    }),
    ofHeaders('a user named by a proxy', { 'X-Remote-User': 'admin' }),
    ofHeaders('an address of a private network', { 'X-Forwarded-For': '10.0.0.7' }),
    parted('what a browser sends from the portal itself', {
      Origin: origin,
      Referer: `${origin}/`,
      Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'Sec-Fetch-Site': 'same-origin',
      'X-Requested-With': 'XMLHttpRequest',
    }),
    parted('what a probe of health sends', { 'User-Agent': 'kube-probe/1.30', Accept: '*/*' }),
    parted(
      'a conditional request of a JSON client',
      {
        Accept: 'application/json',
        'If-None-Match': etag,
        'If-Modified-Since': new Date(0).toUTCString(),
      },
      // What the portal sent could be anything: a command names it.
      { 'If-None-Match': '$ETAG' },
    ),
    parted('an empty Authorization header', { Authorization: '' }),
  ];
}

function parted(what: string, headers: Headers, shell: Headers = {}): Probe {
  const parts = Object.entries(headers).map(([name, value]) =>
    ofHeaders(`the header ${name}`, { [name]: value }, shell),
  );
  return { ...ofHeaders(what, headers, shell), parts };
}

/** @param shell values that a command has in their place, as they are written between double quotes */
function ofHeaders(what: string, headers: Headers, shell: Headers = {}): Probe {
  const curl = Object.entries(headers).map(([name, value]) => {
    if (shell[name] !== undefined) return `-H "${name}: ${shell[name]}"`;
    // curl sends an empty header only when it ends in a semicolon.
    return `-H ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`;
  });
  return { what, headers, curl: curl.join(' ') };
}

/** Headers in which tokens are sent elsewhere, with what stands before them. */
const tokenHeaders = [
  ...['X-API-Key', 'X-Auth-Token', 'Api-Key', 'X-Api-Token', 'X-Access-Token'],
  ...['X-Session-Token', 'Private-Token', 'Token', 'Sec-WebSocket-Protocol'],
].map((name) => [name, ''] as const);
const bearerHeaders = [
  ...['X-Authorization', 'X-Forwarded-Authorization', 'Proxy-Authorization'],
].map((name) => [name, 'Bearer '] as const);
const cookieNames = [
  ...['token', 'access_token', 'auth_token', 'jwt', 'Authorization'],
  ...['session', 'session_token', 'session_id', 'sid', 'portal_session'],
];
const parameterNames = [
  ...['token', 'access_token', 'api_key', 'apikey', 'key', 'auth', 'authToken', 'session'],
];
/** What is sent alone, too: some servers refuse a token that comes in two ways. */
const usual = { headers: ['X-API-Key', 'X-Auth-Token'], names: ['token', 'session'] };

/** A server takes some 8,000 characters of header fields; long tokens are sent in fewer of them at once. */
const roomForTokens = 4000;

/** One probe for as many names as there is room for, and one for each of them alone. */
function inGroups<Name>(
  { token, label }: Credential,
  names: readonly Name[],
  what: string,
  probe: (names: readonly Name[], what: string) => Probe,
  alone: (name: Name) => string,
): Probe[] {
  const size = Math.max(1, Math.floor(roomForTokens / token.length));
  const groups: (readonly Name[])[] = [];
  for (let at = 0; at < names.length; at += size) groups.push(names.slice(at, at + size));
  return groups.map((group, index) => ({
    ...probe(group, `${label} in every ${what}${groups.length > 1 ? `, part ${index + 1}` : ''}`),
    parts: group.map((name) => probe([name], `${label} in ${alone(name)}`)),
  }));
}

/** A token in every header but Authorization that is usual for one. */
export function inEveryHeader(credential: Credential): Probe[] {
  const { token, variable } = credential;
  return inGroups(
    credential,
    [...tokenHeaders, ...bearerHeaders],
    'other header',
    (names, what) => ({
      what,
      headers: Object.fromEntries(names.map(([name, scheme]) => [name, scheme + token])),
      curl: names.map(([name, scheme]) => `-H "${name}: ${scheme}$${variable}"`).join(' '),
    }),
    ([name]) => name,
  );
}

/** A token in every cookie that is usual for one. */
export function inEveryCookie(credential: Credential): Probe[] {
  const { token, variable } = credential;
  return inGroups(
    credential,
    cookieNames,
    'cookie',
    (names, what) => ({
      what,
      headers: { Cookie: names.map((name) => `${name}=${token}`).join('; ') },
      curl: `-b "${names.map((name) => `${name}=$${variable}`).join('; ')}"`,
    }),
    (name) => `a cookie, as ${name}`,
  );
}

/** A token in every parameter that is usual for one. */
export function inEveryParameter(credential: Credential): Probe[] {
  const { token, variable } = credential;
  return inGroups(
    credential,
    parameterNames,
    'parameter',
    (names, what) => ({
      what,
      headers: {},
      query: {
        sent: `?${names.map((name) => `${name}=${encodeURIComponent(token)}`).join('&')}`,
        shell: `?${names.map((name) => `${name}=$${variable}`).join('&')}`,
      },
      curl: '',
    }),
    (name) => `the query, as ${name}`,
  );
}

/** Probes of everything at once, and those of what is most usual alone. */
function andAlone(all: readonly Probe[], names: readonly string[]): Probe[] {
  const parts = all.flatMap((probe) => probe.parts ?? []);
  return [...all, ...parts.filter(({ what }) => names.some((name) => what.endsWith(` ${name}`)))];
}

export function inHeaders(credential: Credential): Probe[] {
  return andAlone(inEveryHeader(credential), usual.headers);
}

export function inCookies(credential: Credential): Probe[] {
  return andAlone(inEveryCookie(credential), usual.names);
}

export function inParameters(credential: Credential): Probe[] {
  return andAlone(inEveryParameter(credential), usual.names);
}

/** Headers by which some servers choose the route, and then do not look at the token. */
export function routings(): Probe {
  return ofHeaders('headers that choose a route', {
    'X-Original-URL': '/api/portal/v1/auth/login',
    'X-Rewrite-URL': '/api/portal/v1/auth/login',
    'X-Forwarded-Host': 'localhost',
    Host: 'localhost',
  });
}

/** The path of the list as some servers take it, too. */
export function spellings(path: string): Probe[] {
  const last = path.lastIndexOf('/') + 1;
  const [before, name] = [path.slice(0, last), path.slice(last)];
  return [
    ['with a slash at its end', `${path}/`],
    ['with two slashes', `${before}/${name}`],
    ['in lower case', before + name.toLowerCase()],
    ['with a parameter of its last part', `${path};charts=1`],
    ['with an encoded letter', `${before}%${name.charCodeAt(0).toString(16)}${name.slice(1)}`],
  ].map(([how, spelling]) => ({
    ...noHeader,
    what: `no token, and the path ${how}`,
    path: spelling as string,
  }));
}

/**
 * A token that nobody has in the header, and a valid one wherever else.
 *
 * @param mayBeLogged whether the token may go into the URL
 */
export function badHeaderAndGoodElsewhere(caller: Credential, mayBeLogged: boolean): Probe[] {
  const bad = unknownToken(caller);
  const places = [
    ...inEveryHeader(caller),
    ...inEveryCookie(caller),
    ...(mayBeLogged ? inEveryParameter(caller) : []),
  ];
  return places.map(({ parts: _, ...good }) => ({
    ...good,
    what: `a token that nobody has, and ${good.what}`,
    headers: { ...good.headers, ...bad.headers },
    curl: `${bad.curl} ${good.curl}`,
  }));
}

/** The same probes with the session token: what is sent once for the API token is sent again. */
export function ofSession(probes: readonly Probe[]): Probe[] {
  return probes.map((probe) => ({ ...probe, what: `${probe.what}, of the session token` }));
}
