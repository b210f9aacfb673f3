import type { Credential } from '../portal/credential.ts';
import type { Probe } from '../portal/requests.ts';
import { unknownToken } from './probes.ts';

// Requests without a valid token in the header, and with all that some servers take in its place.

/** A probe of several headers, and the probes of each of them alone. */
export type Parted = Probe & { readonly parts: readonly Probe[] };

type Headers = Readonly<Record<string, string>>;

/** What proxies, browsers and caches add, and what is believed of it. @param base the target */
export function impersonations(base: string): Parted[] {
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
    }),
    parted('what a browser sends from the portal itself', {
      Origin: origin,
      Referer: `${origin}/`,
      Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'Sec-Fetch-Site': 'same-origin',
      'X-Requested-With': 'XMLHttpRequest',
    }),
    parted('a conditional request of a JSON client', {
      Accept: 'application/json',
      'If-None-Match': '*',
      'If-Modified-Since': new Date(0).toUTCString(),
    }),
    parted('an empty Authorization header', { Authorization: '' }),
  ];
}

function parted(what: string, headers: Headers): Parted {
  const parts = Object.entries(headers).map(([name, value]) =>
    ofHeaders(`the header ${name}`, { [name]: value }),
  );
  return { ...ofHeaders(what, headers), parts };
}

function ofHeaders(what: string, headers: Headers): Probe {
  // curl sends an empty header only when it ends in a semicolon.
  const curl = Object.entries(headers)
    .map(([name, value]) => (value === '' ? `-H '${name};'` : `-H '${name}: ${value}'`))
    .join(' ');
  return { what, headers, curl };
}

const tokenHeaders = [
  'X-API-Key',
  'X-Api-Token',
  'X-Auth-Token',
  'X-Access-Token',
  'X-Session-Token',
  'Token',
];
const cookieNames = ['token', 'access_token', 'session', 'session_token', 'sid', 'Authorization'];

/** A token in every header but Authorization that is usual for one. */
export function inEveryHeader({ token, variable, label }: Credential): Probe {
  return {
    what: `${label} in every other header`,
    headers: Object.fromEntries(tokenHeaders.map((name) => [name, token])),
    curl: tokenHeaders.map((name) => `-H "${name}: $${variable}"`).join(' '),
  };
}

/** A token in every cookie that is usual for one. */
export function inEveryCookie({ token, variable, label }: Credential): Probe {
  return {
    what: `${label} in every cookie`,
    headers: { Cookie: cookieNames.map((name) => `${name}=${token}`).join('; ') },
    curl: `-b "${cookieNames.map((name) => `${name}=$${variable}`).join('; ')}"`,
  };
}

/** A token that nobody has in the header, and a valid one wherever else. */
export function badHeaderAndGoodElsewhere(caller: Credential): Probe[] {
  const { headers, curl } = unknownToken(caller);
  return [inEveryHeader(caller), inEveryCookie(caller)].map((good) => ({
    what: `a token that nobody has, and ${good.what}`,
    headers: { ...good.headers, ...headers },
    curl: `${curl} ${good.curl}`,
  }));
}

/** The same probes with the session token: what is sent once for the API token is sent again. */
export function ofSession(probes: readonly Probe[]): Probe[] {
  return probes.map((probe) => ({ ...probe, what: `${probe.what}, of the session token` }));
}
