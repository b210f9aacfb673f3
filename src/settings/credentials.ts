import { Misconfigured } from '../contract/misconfigured.ts';
import type { CredentialName } from '../contract/requirement.ts';
import { credentialKinds } from '../portal/credential.ts';
import type { AdminCredentials } from '../sandbox/administrator.ts';
import type { Environment } from './option-reader.ts';

/** The variables of the administrator, each with what it holds. */
export const adminVariables = {
  PORTAL_ADMIN_USERNAME: 'the login of an administrator',
  PORTAL_ADMIN_PASSWORD: 'their password',
  PORTAL_ADMIN_TOKEN: "an administrator's token, in place of the login",
} as const;

/** Every variable that holds a credential; their values are never in a configuration file. */
export const credentialVariables: readonly string[] = [
  ...Object.keys(adminVariables),
  ...credentialKinds.map(({ variable }) => variable),
];

/** The bearer tokens of personas. @throws Misconfigured */
export function readCredentials(variables: Environment): Map<CredentialName, string> {
  const credentials = new Map<CredentialName, string>();
  for (const { name, variable } of credentialKinds) {
    const token = readToken(variables, variable);
    if (token === undefined) continue;
    const twin = credentialKinds.find((kind) => credentials.get(kind.name) === token);
    if (twin) throw new Misconfigured(`${twin.variable} and ${variable} hold the same token.`);
    credentials.set(name, token);
  }
  return credentials;
}

/** The administrator, by login or by token. @throws Misconfigured */
export function readAdmin(variables: Environment): AdminCredentials | undefined {
  const { PORTAL_ADMIN_USERNAME: username, PORTAL_ADMIN_PASSWORD: password } = variables;
  const token = readToken(variables, 'PORTAL_ADMIN_TOKEN');
  if (token !== undefined && (username || password)) {
    throw new Misconfigured(
      'Give PORTAL_ADMIN_TOKEN, or PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, not both.',
    );
  }
  if (Boolean(username) !== Boolean(password)) {
    throw new Misconfigured('PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD go together.');
  }
  return token ? { token } : username ? { username, password } : undefined;
}

function readToken(variables: Environment, variable: string): string | undefined {
  const token = variables[variable]?.trim();
  if (!token) return undefined;
  if (/^bearer\s/i.test(token)) {
    throw new Misconfigured(`${variable} must hold the token alone, without the word Bearer.`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Misconfigured(`${variable} holds characters that no bearer token has.`);
  }
  return token;
}
