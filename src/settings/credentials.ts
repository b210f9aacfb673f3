import { Misconfigured } from '../contract/misconfigured.ts';
import type { CredentialName } from '../contract/requirement.ts';
import { credentialKinds } from '../portal/credential.ts';
import type { AdminCredentials } from '../sandbox/administrator.ts';
import type { Login } from '../sandbox/logins.ts';
import type { Environment } from './option-reader.ts';

/** The variables of the administrator, each with what it holds. */
export const adminVariables = {
  PORTAL_ADMIN_USERNAME: 'the login of an administrator',
  PORTAL_ADMIN_PASSWORD: 'their password',
  PORTAL_ADMIN_TOKEN: "an administrator's token, in place of the login",
} as const;

/** The variables of a caller's login, in place of a session token. */
export const callerVariables = {
  PORTAL_CALLER_USERNAME: 'the login of the caller, in place of a session token',
  PORTAL_CALLER_PASSWORD: 'their password: the run logs in and out',
} as const;

/** Every variable that holds a credential; their values are never in a configuration file. */
export const credentialVariables: readonly string[] = [
  ...Object.keys(adminVariables),
  ...credentialKinds.map(({ variable }) => variable),
  ...Object.keys(callerVariables),
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
  const token = readToken(variables, 'PORTAL_ADMIN_TOKEN');
  if (token !== undefined && (variables.PORTAL_ADMIN_USERNAME || variables.PORTAL_ADMIN_PASSWORD)) {
    throw new Misconfigured(
      'Give PORTAL_ADMIN_TOKEN, or PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, not both.',
    );
  }
  return token ? { token } : readLogin(variables, 'ADMIN');
}

/** The login of the caller, who has no session token then. @throws Misconfigured */
export function readCallerLogin(variables: Environment): Login | undefined {
  const login = readLogin(variables, 'CALLER');
  if (login && variables.PORTAL_CALLER_SESSION)
    throw new Misconfigured(
      'Give PORTAL_CALLER_SESSION, or PORTAL_CALLER_USERNAME and PORTAL_CALLER_PASSWORD, not both.',
    );
  return login;
}

function readLogin(variables: Environment, whose: 'ADMIN' | 'CALLER'): Login | undefined {
  const names = [`PORTAL_${whose}_USERNAME`, `PORTAL_${whose}_PASSWORD`] as const;
  const unset = names.find((name) => variables[name] === `$(${name})`);
  if (unset) throw new Misconfigured(`${unset} was not replaced by its value: is it defined?`);
  const [username, password] = names.map((name) => variables[name]);
  if (Boolean(username) !== Boolean(password))
    throw new Misconfigured(
      `${names.join(' and ')} go together, and ${username ? names[1] : names[0]} is not set.`,
    );
  if (!username || !password) return undefined;
  // A file or a secret of Kubernetes often ends so, and the portal would reject it.
  const broken = names.find((name) => /[\r\n]$/.test(variables[name] ?? ''));
  if (broken) throw new Misconfigured(`${broken} ends in a line break: remove it.`);
  return { username, password };
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function readToken(variables: Environment, variable: string): string | undefined {
  const token = variables[variable]?.trim();
  if (!token) return undefined;
  if (/^(["'`]).*\1$/s.test(token))
    throw new Misconfigured(`${variable} is in quotation marks, which are no part of a token.`);
  if (/[\r\n]/.test(token))
    throw new Misconfigured(
      `${variable} has several lines: a token has one. Is it the whole answer of a call, or two tokens?`,
    );
  if (/^[[{]/.test(token) && isJson(token))
    throw new Misconfigured(`${variable} holds JSON: give the token alone, the "id" in it.`);
  if (/^bearer\s/i.test(token)) {
    throw new Misconfigured(`${variable} must hold the token alone, without the word Bearer.`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Misconfigured(`${variable} holds characters that no bearer token has.`);
  }
  return token;
}
