import type { Credential } from './credential.ts';
import type { Identity } from './identity.ts';
import type { ListRead } from './list-read.ts';
import type { Stop } from './stop.ts';

/**
 * Tells a session token that was given as an API token from an API token that is not listed:
 * `/auth/whoami` accepts it, no list of the run holds it, and another API token is in its own list.
 */
export function sessionGiven(
  reads: readonly ListRead[],
  credentials: readonly Credential[],
  identities: ReadonlyMap<Credential, Identity>,
): Stop | undefined {
  const lists = reads.filter(({ usable }) => usable);
  // A cache that mixes accounts would make anybody's token look like a session.
  if (lists.some((list) => isMixed(list, credentials))) return undefined;
  const isListed = ({ token }: Credential) => lists.some(({ byId }) => byId.has(token));
  const ofKind = (kind: Credential['kind']) => credentials.filter((one) => one.kind === kind);
  const unlisted = ofKind('API token').filter((one) => identities.has(one) && !isListed(one));
  const [session] = unlisted;
  if (!session || lists.length < reads.length) return undefined;
  const swapped = ofKind('session token').find(isListed);
  if (swapped) {
    return {
      outcome: 'misconfigured',
      message: `${session.variable} is a session token and ${swapped.variable} an API token, for it is listed: give each in the place of the other.`,
    };
  }
  // A portal that hides the token in use would look the same.
  const other = ofKind('API token').find(({ token }) =>
    lists.some(({ credential, byId }) => credential.token === token && byId.has(token)),
  );
  if (!other) return undefined;
  return {
    outcome: 'misconfigured',
    message: `${session.variable} is a session token, or the portal does not list it: /auth/whoami accepts it, and no list holds it, while ${other.variable} is in its own list. Give an API token of that user; if it is one, the portal breaks own-token-listed.`,
  };
}

/** Whether somebody's list holds a token that was given as one of another account. */
function isMixed({ credential, byId }: ListRead, credentials: readonly Credential[]): boolean {
  const reader = credentials.find(({ token }) => token === credential.token);
  const isOutside = (one: Credential | undefined) => one?.persona === 'outsider';
  return credentials.some((one) => isOutside(one) !== isOutside(reader) && byId.has(one.token));
}
