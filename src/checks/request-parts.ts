import { randomUUID } from 'node:crypto';
import type { RequestPart } from '../portal/requests.ts';

// What requests with a valid token may hold beside it, by whoever sends them.

function ofHeaders(what: string, headers: Readonly<Record<string, string>>): RequestPart {
  const curl = Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`);
  return { what, headers, curl: curl.join(' ') };
}

/** Requests as other clients send them. @param isRestricted whether the token works from some origins alone */
export function clients(isRestricted: boolean): RequestPart[] {
  const origin = ofHeaders('from another origin', { Origin: 'https://charts.example.com' });
  return [
    ofHeaders('as curl sends it', { 'User-Agent': 'curl/8.5.0' }),
    ofHeaders('as a browser sends it', {
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'Accept-Language': 'de-DE,de;q=0.8,en;q=0.5',
      // Stale, as in every browser.
      Cookie: `theme=dark; session=${randomUUID()}; token=${randomUUID()}`,
    }),
    ofHeaders('as a JSON client sends it', {
      Accept: 'application/json',
      'Accept-Encoding': 'identity',
      'X-Requested-With': 'XMLHttpRequest',
    }),
    ...(isRestricted ? [] : [origin]),
  ];
}

/** Parameters and headers that choose an account or a user on some servers. */
export function choices(account: string, user: string): RequestPart[] {
  const parameters = {
    accountId: account,
    account_id: account,
    account,
    tenant: account,
    userId: user,
    user_id: user,
    all: 'true',
    scope: 'all',
  };
  const query = `?${new URLSearchParams(parameters)}`;
  return [
    {
      what: 'with parameters that name another account',
      headers: {},
      query: { sent: query, shell: query },
      curl: '',
    },
    ofHeaders('with headers that name another account', {
      'X-Account-Id': account,
      'X-Account': account,
      'X-Tenant-Id': account,
      'X-Organization-Id': account,
      'X-User-Id': user,
      'X-Impersonate-User': user,
      'X-On-Behalf-Of': user,
    }),
  ];
}
