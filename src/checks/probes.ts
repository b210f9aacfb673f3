import { randomInt } from 'node:crypto';
import type { Credential } from '../portal/credential.ts';
import type { Probe } from '../portal/requests.ts';

/**
 * The ways in which a request for the list can fail to carry a valid token. Each
 * is the caller's own request with exactly one thing changed; for a token in
 * another place, the anonymous request with one thing added.
 */

export const noHeader: Probe = {
  what: 'no Authorization header',
  headers: {},
  curl: '',
  isNamed: true,
};

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
    isNamed: true,
  };
}

/** What is altered of a token; the first of them are tried with a session token, too. */
export function alteredTokens({ token, variable }: Credential): Probe[] {
  const { length } = token;
  const half = Math.floor(length / 2);
  const more = isHex(token) ? '00' : 'AAAA';
  const at = (part: number) => Math.floor(length * part);
  const altered = [
    changed('the token with its first character changed', token, 0, variable),
    changed('the token with a character of its second quarter changed', token, at(0.3), variable),
    changed('the token with a character in the middle changed', token, half, variable),
    changed('the token with a character of its last quarter changed', token, at(0.8), variable),
    lastChanged(token, variable),
    hasBothCases(token) ? otherCase({ token, variable }) : undefined,
    signChanged(token, variable),
    bearer('the token with its last character cut off', token.slice(0, -1), `\${${variable}%?}`),
    bearer('the token with its first character cut off', token.slice(1), `\${${variable}:1}`),
    bearer('the second half of the token', token.slice(half), `\${${variable}:${half}}`),
    bearer('the first half of the token', token.slice(0, half), `\${${variable}:0:${half}}`),
    // Decoders of base64 ignore a single character at the end.
    bearer(
      `the token with ${more.length} characters added`,
      token + more,
      `\${${variable}}${more}`,
    ),
    ...['%', '*'].map((sign) =>
      bearer(
        `the first half of the token and ${sign}`,
        token.slice(0, half) + sign,
        `\${${variable}:0:${half}}${sign}`,
      ),
    ),
    bearer('the token and a word after it', `${token} charts`, `$${variable} charts`),
    bearer('the token and more after a comma', `${token},charts`, `$${variable},charts`),
    bearer('the token in quotes', `"${token}"`, `\\"$${variable}\\"`),
    bearer('the scheme twice and the token', `Bearer ${token}`, `Bearer $${variable}`),
    bearer(
      'the token with its first character percent-encoded',
      `%${token.charCodeAt(0).toString(16).toUpperCase()}${token.slice(1)}`,
      `$(printf '%%%02X' "'$${variable}")\${${variable}:1}`,
    ),
  ];
  // A column of UUIDs takes them with dashes and without.
  if (!isUuid(token))
    altered.push(
      bearer(
        'the token with a dash in the middle',
        `${token.slice(0, half)}-${token.slice(half)}`,
        `\${${variable}:0:${half}}-\${${variable}:${half}}`,
      ),
    );
  return altered.filter(
    (probe) => probe !== undefined && probe.bearer !== token && probe.bearer !== '',
  ) as Probe[];
}

/** So many of the alterations are tried with a session token, too. */
const ofSessionToo = 12;

export function alteredSessions(session: Credential): Probe[] {
  return alteredTokens(session).slice(0, ofSessionToo);
}

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Changes the last character; in base64 so that it is no other only in bits that no decoder looks at. */
function lastChanged(token: string, variable: string): Probe | undefined {
  const what = 'the token with its last character changed';
  if (isHex(token)) return changed(what, token, token.length - 1, variable);
  const index = base64.indexOf(token.at(-1) ?? '');
  if (index < 0) return undefined;
  const other = base64.charAt(index ^ 32);
  return /[a-z0-9]/i.test(other)
    ? bearer(what, token.slice(0, -1) + other, `\${${variable}%?}${other}`)
    : undefined;
}

/** Puts a letter in place of a sign, which a pattern may take for any character. */
function signChanged(token: string, variable: string): Probe | undefined {
  const at = token.search(/[^a-z0-9]/i);
  if (at < 0 || isUuid(token)) return undefined;
  return bearer(
    'the token with a letter in place of a sign',
    `${token.slice(0, at)}x${token.slice(at + 1)}`,
    `\${${variable}:0:${at}}x\${${variable}:${at + 1}}`,
  );
}

function isUuid(token: string): boolean {
  return /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(token);
}

export function placeholders({ token }: Credential): Probe[] {
  const { length } = token;
  return [
    bearer('underscores, as long as the token', '_'.repeat(length)),
    bearer('the name of a member of every object', 'constructor'),
    bearer('the number 1', '1'),
    bearer('the number 12', '12'),
    bearer('three words with dots', 'a.b.c'),
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
      headers: { Authorization: basic(`token:${token}`) },
      curl: `-u "token:$${variable}"`,
    },
    authorization('the scheme Token', `Token ${token}`, `Token $${variable}`),
    authorization('the token without a scheme', token, `$${variable}`),
    ...(mayBeLogged ? [asUser] : []),
    authorization('the scheme Digest', `Digest ${token}`, `Digest $${variable}`),
    authorization('the scheme ApiKey', `ApiKey ${token}`, `ApiKey $${variable}`),
    authorization('the scheme Bearer with a colon', `Bearer: ${token}`, `Bearer: $${variable}`),
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
    bearer(
      'a token of UTF-8 bytes',
      Buffer.from('船 é').toString('latin1'),
      `$(printf '\\350\\210\\271 \\303\\251')`,
    ),
  ];
}

export function schemeCases({ token, variable }: Credential): Probe[] {
  return ['bearer', 'BEARER'].map((scheme) =>
    authorization(`the scheme written ${scheme}`, `${scheme} ${token}`, `${scheme} $${variable}`),
  );
}

/** The token with its letters in the other case; undefined when it has none. */
export function otherCase({
  token,
  variable,
}: Pick<Credential, 'token' | 'variable'>): Probe | undefined {
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

/** Whether case carries information: a prefix in capitals before digits of base 16 or 32 carries none. */
function hasBothCases(token: string): boolean {
  const [longest = ''] = token.split(/[^a-z0-9]+/i).sort((one, other) => other.length - one.length);
  const isMixed = /[a-z].*[A-Z].*[a-z]|[A-Z].*[a-z].*[A-Z]/.test(longest);
  return isMixed && longest.length >= fewestDrawn;
}

function isHex(token: string): boolean {
  return /^[0-9a-f]+$/i.test(token);
}

/** `shell` is what a shell makes the same bearer string from; itself, unless it holds a live token. */
export function bearer(what: string, token: string, shell = token): Probe {
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
