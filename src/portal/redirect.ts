import { isIP } from 'node:net';
import type { Exchange } from '../http/exchange.ts';
import { listPath, stripEndpoint } from '../http/target.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import type { Stop } from './stop.ts';

/** A list that is answered with a redirect. */
export function redirected(
  lists: readonly { readonly exchange: Exchange }[],
  masker: SecretMasker,
): Stop | undefined {
  for (const { exchange } of lists) {
    const { response } = exchange;
    if (!response || response.status < 300 || response.status > 399) continue;
    const place = redirectPlace(exchange, masker);
    return {
      outcome: 'misconfigured',
      message: `The target redirects (${response.status}); redirects are not followed. ${place}`,
    };
  }
  return undefined;
}

/** What was asked for. */
function askedOf({ curl }: Exchange): string | undefined {
  return /https?:\/\/[^\s'"]+/.exec(curl)?.[0];
}

/** Where a redirect leads. */
function redirectOf(exchange: Exchange): URL | undefined {
  const from = askedOf(exchange);
  const location = exchange.response?.headers.location;
  if (location === undefined) return undefined;
  return URL.canParse(location, from) ? new URL(location, from) : undefined;
}

/** Whether a redirect leads to the list at another place. */
export function hasMoved(exchange: Exchange): boolean {
  return redirectOf(exchange)?.pathname.endsWith(listPath) ?? false;
}

/** Whether a redirect leads from http to https: no password is sent in the clear then. */
export function wantsTls(exchange: Exchange): boolean {
  return /http:\/\//.test(exchange.curl) && redirectOf(exchange)?.protocol === 'https:';
}

/** Whether a redirect leads to what was asked for, with a cookie to bring along. */
function isCircle(exchange: Exchange): boolean {
  const asked = askedOf(exchange) ?? '';
  const isSame = URL.canParse(asked) && redirectOf(exchange)?.href === new URL(asked).href;
  return isSame && exchange.response?.headers['set-cookie'] !== undefined;
}

/** Where a redirect leads, as far as it is safe to say. */
function redirectPlace(exchange: Exchange, masker: SecretMasker): string {
  if (isCircle(exchange))
    return 'It leads back to itself and hands out a cookie, which the suite does not keep: a firewall in front wants to see a browser. Have it let the suite pass.';
  const location = exchange.response?.headers.location ?? '';
  const to = redirectOf(exchange);
  if (!to) return 'Give the URL that it redirects to.';
  // The path of the target itself is no news; any other may be anybody's.
  const isPortal = hasMoved(exchange);
  const place = isPortal ? to.origin + stripEndpoint(to.pathname) : to.origin;
  const isSafe = isPlain(place) && !masker.isIn(place) && !masker.isIn(location);
  if (!isSafe) return 'Give the URL that it redirects to.';
  if (isPortal) return `Give ${place} as the target instead.`;
  return `It leads to another page of ${place}. If that is a login page, a gateway is in front: --header NAME=VARIABLE sends what it wants.`;
}

/** Whether an address is of words alone: what has digits in several parts could be a token in another form. */
function isPlain(place: string): boolean {
  if (!/^https?:\/\/[\w.:[\]/-]{1,200}$/.test(place)) return false;
  const { hostname, pathname } = new URL(place);
  const parts = [...(isIP(hostname) ? [] : hostname.split('.')), ...pathname.split('/')];
  return (
    parts.filter((part) => /\d/.test(part)).length <= 1 &&
    parts.every((part) => part.length < 12 || /^[a-z]{1,30}(-[a-z]{1,30})*$/.test(part))
  );
}
