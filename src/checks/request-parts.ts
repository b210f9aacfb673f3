import { randomUUID } from 'node:crypto';
import { isObject } from '../contract/json.ts';
import type { RequestPart } from '../portal/requests.ts';
import type { CreatedToken } from '../sandbox/created-users.ts';

// What a request with a valid token may hold beside it.

type Headers = Readonly<Record<string, string>>;

/** @param shell the same headers as a shell writes them between double quotes */
function ofHeaders(what: string, headers: Headers, shell = headers): RequestPart {
  const curl = Object.entries(shell).map(([name, value]) => `-H "${name}: ${value}"`);
  return { what, headers, curl: curl.join(' ') };
}

export const otherOrigin = 'https://charts.example.com';

export const fromElsewhere = ofHeaders('from another origin', { Origin: otherOrigin });

/**
 * From a host that a token is restricted to; undefined when no name of one is known. The portal
 * answered it: a command names it by a variable, for it may be anything.
 */
export function fromItsHost({ restrictions }: CreatedToken): RequestPart | undefined {
  const hosts = isObject(restrictions) ? restrictions.hosts : undefined;
  const [host] = Array.isArray(hosts) ? hosts : [];
  if (typeof host !== 'string' || !/^[a-z0-9.-]+(:\d+)?$/i.test(host)) return undefined;
  const shell = { Origin: 'https://$HOST_OF_TOKEN' };
  return ofHeaders('from a host of its own', { Origin: `https://${host}` }, shell);
}

/** Requests as other clients send them. @param isRestricted whether the token works from some origins alone */
export function clients(isRestricted: boolean): RequestPart[] {
  return [
    ofHeaders('as curl sends it', { 'User-Agent': 'curl/8.5.0' }),
    ofHeaders('as a browser sends it', {
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'Accept-Language': 'de-DE,de;q=0.8,en;q=0.5',
      // Stale, as in every browser.
      Cookie: `theme=dark; session=${randomUUID()}; token=${randomUUID()}`,
    }),
    {
      ...ofHeaders('as a JSON client sends it', {
        Accept: 'application/json',
        'Accept-Encoding': 'identity',
        'X-Requested-With': 'XMLHttpRequest',
        // That of a file, or of a frame in a sandbox.
        ...(isRestricted ? {} : { Origin: 'null' }),
      }),
      inLowerCase: true,
    },
    ...(isRestricted ? [] : [fromElsewhere]),
  ];
}

/** Parameters and headers that choose an account or a user on some servers. */
export function choices(account: string, user: string): RequestPart[] {
  const parameters = (theirs: string, own: string) => ({
    accountId: theirs,
    account_id: theirs,
    account: theirs,
    tenant: theirs,
    tenantId: theirs,
    organizationId: theirs,
    userId: own,
    user_id: own,
    all: 'true',
    scope: 'all',
  });
  const headers = (theirs: string, own: string) => ({
    'X-Account-Id': theirs,
    'X-Account': theirs,
    Cookie: `accountId=${theirs}; account=${theirs}; tenant=${theirs}`,
    'X-Tenant-Id': theirs,
    'X-Organization-Id': theirs,
    'X-User-Id': own,
    'X-Impersonate-User': own,
    'X-On-Behalf-Of': own,
  });
  // Ids of the target are its own, and could be anything: a command names them.
  const [theirs, own] = ['$PORTAL_OUTSIDER_ACCOUNT', '$PORTAL_OUTSIDER_USER'];
  const shell = Object.entries(parameters(theirs, own)).map(([name, value]) => `${name}=${value}`);
  return [
    {
      what: 'with the parameter accountId alone',
      headers: {},
      query: {
        sent: `?accountId=${encodeURIComponent(account)}`,
        shell: `?accountId=${theirs}`,
      },
      curl: '',
    },
    {
      what: 'with parameters that name another account',
      headers: {},
      query: {
        sent: `?${new URLSearchParams(parameters(account, user))}`,
        shell: `?${shell.join('&')}`,
      },
      curl: '',
    },
    ofHeaders(
      'with headers and cookies that name another account',
      headers(account, user),
      headers(theirs, own),
    ),
  ];
}
