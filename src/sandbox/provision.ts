import type { Persona } from '../contract/requirement.ts';
import {
  type AdminCredentials,
  type Administrator,
  becomeAdministrator,
  noSetup,
} from './administrator.ts';
import { CallFailed, type Calls, type MadeUserAnswer } from './calls.ts';
import type { Ledger } from './created.ts';
import type { Names } from './names.ts';
import {
  defaultToken,
  type MadeToken,
  type MadeUser,
  makeToken,
  Stage,
  type TokenKind,
} from './sandbox.ts';

/**
 * Makes two accounts, caller and teammate in one and the outsider in the other,
 * each with a session and with tokens of every kind.
 *
 * @param onAdministrator is told who can remove it all, before anything is made
 * @throws Misconfigured, NoSetup
 */
export async function provision(
  calls: Calls,
  ledger: Ledger,
  names: Names,
  credentials: AdminCredentials,
  onAdministrator: (administrator: Administrator) => void,
): Promise<Stage> {
  const administrator = await becomeAdministrator(calls, credentials);
  onAdministrator(administrator);
  const people = await makeUsers(calls, ledger, names, administrator).catch((error) => {
    throw noSetup(error, 'The users of the run could not be made');
  });
  const lacking = new Map<TokenKind, string>();
  const make = async (owner: MadeUser, kind: TokenKind, hosts?: readonly string[]) => {
    try {
      return await makeToken(calls, ledger, owner, kind, names.token(), hosts);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      lacking.set(kind, error.message);
      return undefined;
    }
  };
  const made = await Promise.all(
    people.flatMap(({ user }) => [
      make(user, 'persona'),
      make(user, 'unused'),
      make(user, 'restricted', names.hosts()),
    ]),
  );
  const tokens = [
    ...made.filter((token) => token !== undefined),
    ...people.map(({ user, answer }): MadeToken => defaultToken(user, answer)),
  ];
  const users = new Map(people.map(({ user }) => [user.persona, user]));
  return new Stage(administrator, users, tokens, lacking, { calls, ledger, names });
}

interface Person {
  readonly user: MadeUser;
  readonly answer: MadeUserAnswer;
}

async function makeUsers(
  calls: Calls,
  ledger: Ledger,
  names: Names,
  administrator: Administrator,
): Promise<Person[]> {
  // The first user of an account comes with it.
  const found = async (persona: Persona, draft = draftUser(names)) => {
    const { username, password } = draft;
    const answer = await calls.createAccount(administrator, names.account(), username, password);
    ledger.accounts.add(answer.account.id);
    return settleIn(persona, draft, answer.account.id, answer);
  };
  const join = async (persona: Persona, accountId: number, draft = draftUser(names)) => {
    const answer = await calls.createUser(administrator, accountId, draft.username, draft.password);
    return settleIn(persona, draft, accountId, answer);
  };
  const settleIn = async (
    persona: Persona,
    draft: Draft,
    accountId: number,
    answer: MadeUserAnswer,
  ): Promise<Person> => {
    ledger.users.add(answer.user.id);
    const token = await calls.login(draft.username, draft.password);
    ledger.sessions.add(token);
    const variable = `PORTAL_${persona.toUpperCase()}_SESSION`;
    return {
      answer,
      user: { ...draft, persona, id: answer.user.id, accountId, token, variable, made: true },
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
