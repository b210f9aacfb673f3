import type { CredentialName, Persona } from '../contract/requirement.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** Who reads the list: a bearer token and how it is named. */
export interface Reader {
  /** `the caller's API token`, as findings name it. */
  readonly label: string;
  /** The environment variable that holds it: `PORTAL_CALLER_TOKEN`. */
  readonly variable: string;
  readonly token: string;
}

/** A persona's bearer token. */
export interface Credential extends Reader {
  readonly name: CredentialName;
  readonly persona: Persona;
  readonly kind: 'API token' | 'session token';
}

/** How to give each credential. */
export const credentialKinds: readonly (Omit<Credential, 'token'> & { readonly about: string })[] =
  [
    {
      name: 'caller.token',
      persona: 'caller',
      kind: 'API token',
      label: "the caller's API token",
      variable: 'PORTAL_CALLER_TOKEN',
      about: 'an API token of a user',
    },
    {
      name: 'caller.session',
      persona: 'caller',
      kind: 'session token',
      label: "the caller's session token",
      variable: 'PORTAL_CALLER_SESSION',
      about: 'a session token of the same user, from POST /api/portal/v1/auth/login',
    },
    {
      name: 'teammate.token',
      persona: 'teammate',
      kind: 'API token',
      label: "the teammate's API token",
      variable: 'PORTAL_TEAMMATE_TOKEN',
      about: "an API token of another user in the caller's account",
    },
    {
      name: 'outsider.token',
      persona: 'outsider',
      kind: 'API token',
      label: "the outsider's API token",
      variable: 'PORTAL_OUTSIDER_TOKEN',
      about: 'an API token of a user in another account',
    },
  ];

/** `PORTAL_TEAMMATE_TOKEN (an API token of another user in the caller's account)`. */
export function howToGive(name: CredentialName): string {
  const kind = credentialKinds.find((one) => one.name === name);
  return `${kind?.variable} (${kind?.about})`;
}

/** Why a run has no such credential: nobody could create it, or its adapter has nothing for it. */
export function notCreated(
  name: CredentialName,
  sandbox: Sandbox,
): [why: string, status: 'untested' | 'inconclusive'] {
  const lack = sandbox.lackFor(name);
  if (lack !== undefined) return [lack, 'untested'];
  const label = credentialKinds.find((kind) => kind.name === name)?.label;
  return [`${label} could not be created: ${sandbox.whyLacking('persona')}`, 'inconclusive'];
}
