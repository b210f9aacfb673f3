import type { Store } from '../../src/reference/store.ts';

/**
 * What of a portal's secrets a text holds: tokens raw, in base64 or
 * percent-encoded, and the names and addresses of its people.
 */
export function secretsIn(text: string, store: Store): string[] {
  const tokens = [...store.tokens.map(({ id }) => id), ...store.sessions.keys()].flatMap(
    (token) => [
      token,
      encodeURIComponent(token),
      ...[0, 1, 2].map((shift) => base64Within(token, shift)),
    ],
  );
  const people = [
    ...store.users.flatMap(({ username, password }) => [username, password]),
    ...store.tokens.map(({ name }) => name),
    ...store.tokens.flatMap(({ restrictions }) => restrictions?.hosts ?? []),
    ...store.accounts.map(({ name }) => name),
  ];
  return [...tokens, ...people].filter(
    (secret) => !documented.has(secret) && secret.length > 3 && text.includes(secret),
  );
}

/** The part of a token's base64 that does not depend on what stands around it. */
function base64Within(token: string, shift: number): string {
  const encoded = Buffer.from('x'.repeat(shift) + token).toString('base64');
  return encoded.slice(shift === 0 ? 0 : 4, -4);
}

/** Names that every portal has. */
const documented = new Set(['admin', 'Default']);
