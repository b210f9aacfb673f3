import type { Persona } from '../contract/requirement.ts';
import {
  type AdminCredentials,
  type Administrator,
  becomeAdministrator,
  sandboxUnavailable,
} from './administrator.ts';
import { CallFailed, type Calls, type UserCreated } from './calls.ts';
import type { Created } from './created.ts';
import type { Names } from './names.ts';
import {
  type CreatedToken,
  type CreatedUser,
  createToken,
  defaultToken,
  Sandbox,
  type TokenKind,
} from './sandbox.ts';

/**
 * Makes two accounts, caller and teammate in one and the outsider in the other,
 * each with a session and with tokens of every kind.
 *
 * @param onAdministrator is given the administrator before anything is created
 * @throws Misconfigured, NoSetup
 */
export async function provision(
  calls: Calls,
  created: Created,
  names: Names,
  credentials: AdminCredentials,
  onAdministrator: (administrator: Administrator) => void,
): Promise<Sandbox> {
  const administrator = await becomeAdministrator(calls, credentials);
  onAdministrator(administrator);
  const people = await createUsers(calls, created, names, administrator).catch((error) => {
    throw sandboxUnavailable(error, 'The users of the run could not be created');
  });
  const lacking = new Map<TokenKind, string>();
  const create = async (owner: CreatedUser, kind: TokenKind, hosts?: readonly string[]) => {
    try {
      return await createToken(calls, created, owner, kind, names.token(), hosts);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      lacking.set(kind, error.message);
      return undefined;
    }
  };
  const tokensCreated = await Promise.all(
    people.flatMap(({ user }) => [
      create(user, 'persona'),
      create(user, 'unused'),
      create(user, 'restricted', names.hosts()),
    ]),
  );
  const tokens = [
    ...tokensCreated.filter((token) => token !== undefined),
    ...people.map(({ user, response }): CreatedToken => defaultToken(user, response)),
  ];
  const users = new Map(people.map(({ user }) => [user.persona, user]));
  return new Sandbox(administrator, users, tokens, lacking, { calls, created, names });
}

interface Person {
  readonly user: CreatedUser;
  readonly response: UserCreated;
}

async function createUsers(
  calls: Calls,
  created: Created,
  names: Names,
  administrator: Administrator,
): Promise<Person[]> {
  // The first user of an account comes with it.
  const found = async (persona: Persona, draft = draftUser(names)) => {
    const { username, password } = draft;
    const response = await calls.createAccount(administrator, names.account(), username, password);
    created.accounts.add(response.account.id);
    return settleIn(persona, draft, response.account.id, response);
  };
  const join = async (persona: Persona, accountId: number, draft = draftUser(names)) => {
    const response = await calls.createUser(
      administrator,
      accountId,
      draft.username,
      draft.password,
    );
    return settleIn(persona, draft, accountId, response);
  };
  const settleIn = async (
    persona: Persona,
    draft: Draft,
    accountId: number,
    response: UserCreated,
  ): Promise<Person> => {
    created.users.add(response.user.id);
    const token = await calls.login(draft.username, draft.password);
    created.sessions.add(token);
    const variable = `PORTAL_${persona.toUpperCase()}_SESSION`;
    return {
      response,
      user: {
        ...draft,
        persona,
        id: response.user.id,
        accountId,
        token,
        variable,
        createdByRun: true,
      },
    };
  };
  const outside = found('outsider');
  const inside = found('caller');
  const teammate = inside.then(({ user }) => join('teammate', user.accountId));
  // All of them come to an end before any of them fails.
  const settled = await Promise.allSettled([inside, teammate, outside]);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
  return settled.map((one) => (one as PromiseFulfilledResult<Person>).value);
}

interface Draft {
  readonly username: string;
  readonly password: string;
}

function draftUser(names: Names): Draft {
  return { username: names.username(), password: names.password() };
}
