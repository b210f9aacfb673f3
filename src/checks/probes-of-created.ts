import { createHash } from 'node:crypto';
import type { Credential } from '../portal/credential.ts';
import type { Probe } from '../portal/requests.ts';
import { bearer } from './probes.ts';

// Probes with what the run created itself, in the full profile.

/** What a parser, a table of hashes or a library of tokens may find in other text. */
export function hiddenTokens({ token, variable }: Credential): Probe[] {
  const shell = `printf %s "$${variable}"`;
  return [
    bearer('a word and the token after a comma', `charts,${token}`, `charts,$${variable}`),
    bearer('a number and the token after a bar', `7|${token}`, `7|$${variable}`),
    bearer('the token after its name', `token=${token}`, `token=$${variable}`),
    bearer('the token and a parameter', `${token};v=1`, `$${variable};v=1`),
    bearer(
      'the token in base64',
      Buffer.from(token).toString('base64'),
      `$(${shell} | base64 -w0)`,
    ),
    bearer(
      'the SHA-256 of the token',
      createHash('sha256').update(token).digest('hex'),
      `$(${shell} | sha256sum | cut -d' ' -f1)`,
    ),
  ];
}

/** Name and password where a token belongs. */
export function logins({ username, password }: { username: string; password: string }): Probe[] {
  const pair = `${username}:${password}`;
  const [variable, what] = ['$PORTAL_CALLER_LOGIN', 'name and password of the user'];
  return [
    {
      what: `${what} in the scheme Basic`,
      headers: { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      curl: `-u "${variable}"`,
    },
    bearer(`${what} as a token`, pair, variable),
  ];
}
