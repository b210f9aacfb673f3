import { randomInt } from 'node:crypto';
import type { Credential } from '../portal/credential.ts';
import type { Probe } from '../portal/requests.ts';

/**
 * The ways in which a request for the list can fail to carry a valid token. Each
 * is the caller's own request with exactly one thing changed; for a token in
 * another place, the anonymous request with one thing added.
 */

export const noHeader: Probe = { what: 'no Authorization header', headers: {}, curl: '' };

export function schemeAlone(): Probe[] {
  return [
    authorization('the scheme alone', 'Bearer'),
    // A blank at the end of a field value is not part of it, but it is sent.
    authorization('the scheme and blanks', 'Bearer   '),
  ];
}

/** So many characters, of six kinds at least, are not drawn twice. */
const fewestDrawn = 16;

/** A token that nobody has, of the same form. */
export function unknownToken({ token }: Credential): Probe {
  const drawn = [...token].filter((one) => kinds.some((kind) => kind.includes(one)));
  return {
    ...bearer('a random token of the same form', [...token].map(anotherOfItsKind).join('')),
    isRandom: drawn.length >= fewestDrawn,
  };
}

export function alteredTokens({ token, variable }: Credential): Probe[] {
  const { length } = token;
  const half = Math.floor(length / 2);
  const more = isHex(token) ? '00' : 'AAAA';
  const altered = [
    changed('the token with its first character changed', token, 0, variable),
    changed('the token with a character in the middle changed', token, half, variable),
    bearer('the token with its last character cut off', token.slice(0, -1), `\${${variable}%?}`),
    bearer('the token with its first character cut off', token.slice(1), `\${${variable}:1}`),
    bearer('the second half of the token', token.slice(half), `\${${variable}:${half}}`),
    bearer('the first half of the token', token.slice(0, half), `\${${variable}:0:${half}}`),
    changed(
      'the token with a character of its last quarter changed',
      token,
      Math.floor(length * 0.8),
      variable,
    ),
    ...['%', '*'].map((sign) =>
      bearer(
        `the first half of the token and ${sign}`,
        token.slice(0, half) + sign,
        `\${${variable}:0:${half}}${sign}`,
      ),
    ),
    bearer('the token and a word after it', `${token} charts`, `$${variable} charts`),
    // Decoders of base64 ignore a single character at the end.
    bearer(
      `the token with ${more.length} characters added`,
      token + more,
      `\${${variable}}${more}`,
    ),
  ];
  // In base64 the last character may hold bits that no decoder looks at.
  if (isHex(token)) {
    altered.push(changed('the token with its last character changed', token, length - 1, variable));
  }
  return altered.filter((probe) => probe.bearer !== token && probe.bearer !== '');
}

export function placeholders({ token }: Credential): Probe[] {
  const { length } = token;
  return [
    bearer('underscores, as long as the token', '_'.repeat(length)),
    bearer('the name of a member of every object', 'constructor'),
    bearer('the number 1', '1'),
    bearer('an object as text', '[object Object]'),
    bearer('a token of zeros', '0'.repeat(length)),
    bearer('a token of letters that are no hexadecimal digits', 'g'.repeat(length)),
    bearer('the word null', 'null'),
    bearer('the word undefined', 'undefined'),
    bearer('a percent sign', '%'),
    bearer('an asterisk', '*'),
    bearer('an SQL condition in quotes', "' OR '1'='1"),
  ];
}

/** @param mayBeLogged whether the token may go where servers log user names */
export function otherSchemes({ token, variable }: Credential, mayBeLogged: boolean): Probe[] {
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
  const asUser = {
    what: 'the token as a Basic user',
    headers: { Authorization: basic(`${token}:`) },
    curl: `-u "$${variable}:"`,
  };
  return [
    {
      what: 'the token as a Basic password',
      headers: { Authorization: basic(`portal-conformance:${token}`) },
      curl: `-u "portal-conformance:$${variable}"`,
    },
    ...(mayBeLogged ? [asUser] : []),
    authorization('the scheme Digest', `Digest ${token}`, `Digest $${variable}`),
    authorization('the scheme Token', `Token ${token}`, `Token $${variable}`),
    authorization('the token without a scheme', token, `$${variable}`),
  ];
}

/** What a proxy may refuse in its own way before the portal sees it. */
export function unreadableTokens(): Probe[] {
  return [
    bearer('a token of 4,000 characters', 'a'.repeat(4000), `$(printf 'a%.0s' $(seq 4000))`),
    bearer(
      'a token of Latin-1 bytes',
      '\u00e9\u00fc\u00f1'.repeat(5),
      `$(printf '\\351\\374\\361%.0s' 1 2 3 4 5)`,
    ),
  ];
}

export function otherHeaders({ token, variable }: Credential): Probe[] {
  const own = ['X-API-Key', 'X-Api-Token', 'X-Auth-Token', 'X-Access-Token'];
  const like = ['X-Authorization', 'X-Forwarded-Authorization'];
  const probe = (name: string, scheme: string): Probe => ({
    what: `the token in ${name}`,
    headers: { [name]: scheme + token },
    curl: `-H "${name}: ${scheme}$${variable}"`,
  });
  return [...own.map((name) => probe(name, '')), ...like.map((name) => probe(name, 'Bearer '))];
}

export function cookies({ token, variable }: Credential): Probe[] {
  return ['token', 'access_token', 'session', 'Authorization'].map((name) => ({
    what: `the token in a cookie, as ${name}`,
    headers: { Cookie: `${name}=${token}` },
    curl: `-b "${name}=$${variable}"`,
  }));
}

export function queries({ token, variable }: Credential): Probe[] {
  return ['token', 'access_token'].map((name) => ({
    what: `the token in the query, as ${name}`,
    headers: {},
    query: { sent: `?${name}=${encodeURIComponent(token)}`, shell: `?${name}=$${variable}` },
    curl: '',
  }));
}

export function schemeCases({ token, variable }: Credential): Probe[] {
  return ['bearer', 'BEARER'].map((scheme) =>
    authorization(`the scheme written ${scheme}`, `${scheme} ${token}`, `${scheme} $${variable}`),
  );
}

/** The token with its letters in the other case; undefined when it has none. */
export function otherCase({ token, variable }: Credential): Probe | undefined {
  const swapped = [...token]
    .map((one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()))
    .join('');
  if (swapped === token) return undefined;
  return bearer(
    'the token in the other case',
    swapped,
    `$(printf %s "$${variable}" | tr 'a-zA-Z' 'A-Za-z')`,
  );
}

function isHex(token: string): boolean {
  return /^[0-9a-f]+$/i.test(token);
}

/** `shell` is what a shell makes the same bearer string from; itself, unless it holds a live token. */
function bearer(what: string, token: string, shell = token): Probe {
  return { ...authorization(what, `Bearer ${token}`, `Bearer ${shell}`), bearer: token };
}

function authorization(what: string, value: string, shell = value): Probe {
  return { what, headers: { Authorization: value }, curl: `-H "Authorization: ${shell}"` };
}

/** Changes the first letter or digit from `index` on, to one that no change of case undoes. */
function changed(what: string, token: string, index: number, variable: string): Probe {
  const from = [...token].findIndex((one, at) => at >= index && /[a-z0-9]/i.test(one));
  const at = from < 0 ? index : from;
  const other = nextOfItsKind(token[at] ?? '');
  const shell = `\${${variable}:0:${at}}${other}\${${variable}:${at + 1}}`;
  return bearer(what, token.slice(0, at) + other + token.slice(at + 1), shell);
}

const kinds = ['0123456789', 'abcdef', 'ABCDEF', 'ghijklmnopqrstuvwxyz', 'GHIJKLMNOPQRSTUVWXYZ'];

function nextOfItsKind(character: string): string {
  const kind = kinds.find((one) => one.includes(character));
  return kind ? (kind[(kind.indexOf(character) + 1) % kind.length] as string) : 'x';
}

function anotherOfItsKind(character: string): string {
  const kind = kinds.find((one) => one.includes(character));
  return kind ? (kind[randomInt(kind.length)] as string) : character;
}
