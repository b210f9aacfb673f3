import type { CredentialName } from '../contract/requirement.ts';
import { type Credential, credentialKinds } from '../portal/credential.ts';
import type { Identity } from '../portal/identity.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** Bearer tokens with their personas, in the order of the register of credentials. */
export function credentialsOf(tokens: ReadonlyMap<CredentialName, string>): Credential[] {
  return credentialKinds.flatMap((kind) => {
    const token = tokens.get(kind.name);
    return token === undefined ? [] : [{ ...kind, token }];
  });
}

/** The personas of a sandbox, by the names under which checks know them. */
export function personasOf(sandbox: Sandbox): ReadonlyMap<CredentialName, string> {
  const personas = new Map<CredentialName, string>();
  const { token, hasSession } = sandbox.user('caller');
  if (hasSession) personas.set('caller.session', token);
  for (const { kind, owner, id } of sandbox.tokens) {
    if (kind === 'persona') personas.set(`${owner.persona}.token`, id);
  }
  return personas;
}

/** Whose the credentials are that a run created. */
export function identitiesOf(
  sandbox: Sandbox,
  credentials: readonly Credential[],
): ReadonlyMap<Credential, Identity> {
  return new Map(
    credentials.map((credential) => {
      const { id: userId, accountId } = sandbox.user(credential.persona);
      return [credential, { userId, accountId }];
    }),
  );
}
