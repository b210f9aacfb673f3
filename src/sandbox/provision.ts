import type { Persona } from '../contract/requirement.ts';
import {
  type AdminCredentials,
  type Administrator,
  becomeAdministrator,
  sandboxUnavailable,
} from './administrator.ts';
import type { UserCreated } from './answered.ts';
import type { Id } from './answers.ts';
import { CallFailed, insisting, isRefusal, mayTryAgain } from './caller.ts';
import type { Calls } from './calls.ts';
import { createToken, defaultToken } from './create-token.ts';
import type { Created } from './created.ts';
import type { CreatedToken, CreatedUser, TokenKind } from './created-users.ts';
import { logIn } from './log-in.ts';
import { hardNames, type Names, type Oddity } from './names.ts';
import type { SandboxMeans } from './people.ts';
import { Sandbox } from './sandbox.ts';

/**
 * Creates two accounts, caller and teammate in one and the outsider in the other,
 * each user with a session and with tokens of every kind.
 *
 * @param onAdministrator is given the administrator before anything is created
 * @throws Misconfigured, SandboxUnavailable
 */
export async function provision(
  calls: Calls,
  created: Created,
  names: Names,
  credentials: AdminCredentials,
  onAdministrator: (administrator: Administrator) => void,
): Promise<Sandbox> {
  const administrator = await becomeAdministrator(calls, created, credentials);
  onAdministrator(administrator);
  const factory = peopleFactory(calls, created, names, administrator);
  const people = await createUsers(factory).catch((error) => {
    throw sandboxUnavailable(error, 'The users of the run could not be created');
  });
  const lacking = new Map<TokenKind, string>();
  const create = async (owner: CreatedUser, kind: TokenKind, hardName?: string) => {
    try {
      const isRestricted = kind === 'restricted';
      const draft = { kind, isRestricted, ...(hardName === undefined ? {} : { hardName }) };
      return await createToken(calls, created, names, owner, draft);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      lacking.set(kind, error.message);
      return undefined;
    }
  };
  const createdTokens = await Promise.all(
    people.flatMap(({ user }) => [
      create(user, 'persona'),
      create(user, 'unused'),
      create(user, 'restricted'),
      ...(hardNames[user.persona] ?? []).map((name) => create(user, 'hard', name)),
    ]),
  );
  const tokens = [
    ...createdTokens.filter((token) => token !== undefined),
    ...people.map(({ user, answer }): CreatedToken => defaultToken(user, answer)),
  ];
  const users = new Map(people.map(({ user }) => [user.persona, user]));
  const newUser: SandboxMeans['newUser'] = async ({ accountId, hasSession }) => {
    const session = hasSession ? 'needed' : 'none';
    const { user, answer } = await (accountId === undefined
      ? factory.withAccount('outsider', session)
      : factory.inAccount('outsider', accountId, session));
    return { user, token: defaultToken(user, answer) };
  };
  return new Sandbox(administrator, users, tokens, lacking, { calls, created, names, newUser });
}

/** What somebody in front forbids who limits requests passes; a rule about names does not. In milliseconds. */
const forbiddenPauses = [300, 900];

/** The pauses after those where such names were accepted before: it is no rule about them. */
const morePauses = [2000, 4000];

/** So often a name may be taken by an attempt of the run whose response was lost. */
const maxTaken = 5;

interface Person {
  readonly user: CreatedUser;
  readonly answer: UserCreated;
}

/** Whether a user gets a session: `wanted` does without where an adapter has no login. */
type Wanted = 'needed' | 'wanted' | 'none';

interface PeopleFactory {
  /** The first user of an account comes with it. */
  readonly withAccount: (
    persona: Persona,
    session?: Wanted,
    /** Told of the account before its user is logged in. */
    onAccount?: (accountId: Id) => void,
  ) => Promise<Person>;
  readonly inAccount: (persona: Persona, accountId: Id, session?: Wanted) => Promise<Person>;
}

/** Creates users, each with a session unless it is not wanted: then their token is their bearer. */
function peopleFactory(
  calls: Calls,
  created: Created,
  names: Names,
  administrator: Administrator,
): PeopleFactory {
  const accepted = new Set<Oddity>();
  /** Creates somebody under plainer names when odd ones are refused, and again when it was lost. */
  const insist = async <T>(create: (draft: Draft) => Promise<T>, isAccount = false): Promise<T> => {
    const pauses = [...forbiddenPauses, ...morePauses];
    for (let lost = 0; ; ) {
      const oddity = names.oddity('people');
      try {
        const answer = await create({ username: names.username(), password: names.password() });
        accepted.add(oddity);
        return answer;
      } catch (error) {
        const isForbidden = isRefusal(error) && error.status === 403;
        const least = accepted.has(oddity) ? 0 : morePauses.length;
        if (isForbidden && pauses.length > least) {
          await calls.pause(pauses.shift() ?? 0);
          continue;
        }
        // The first of several attempts may have taken the name after all.
        const isTaken = isRefusal(error) && error.exchange.attempts > 1 && lost < maxTaken;
        const mayBePlainer = isRefusal(error) && !(isForbidden && accepted.has(oddity));
        if (!isTaken && mayBePlainer && names.becomePlainer('people', oddity)) continue;
        if (!isTaken && !mayTryAgain(error, lost, isAccount)) throw error;
        lost += 1;
      }
    }
  };
  const withAccount: PeopleFactory['withAccount'] = async (
    persona,
    wanted = 'wanted',
    onAccount,
  ) => {
    const { draft, answer } = await insist(async (draft) => {
      const account = created.account(names.account());
      try {
        const { username, password } = draft;
        const answer = await calls.createAccount(administrator, account.name, username, password);
        Object.assign(account, { id: answer.accountId, state: 'created' });
        return { draft, answer };
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        account.state = error.mayHaveWorked || error.exchange.attempts > 1 ? 'sent' : 'never';
        account.mayCome = error.isUnended;
        throw error;
      }
    }, true);
    onAccount?.(answer.accountId);
    return personOf(persona, { ...draft, accountId: answer.accountId, wanted }, answer);
  };
  const inAccount = async (persona: Persona, accountId: Id, wanted: Wanted = 'wanted') => {
    const { draft, answer } = await insist(async (draft) => ({
      draft,
      answer: await calls.createUser(administrator, accountId, draft.username, draft.password),
    }));
    return personOf(persona, { ...draft, accountId, wanted }, answer);
  };
  const personOf = async (
    persona: Persona,
    { accountId, wanted, ...draft }: Draft & { accountId: Id; wanted: Wanted },
    answer: UserCreated,
  ): Promise<Person> => {
    created.users.push({ id: answer.userId, accountId });
    const email = answer.email ?? draft.username;
    if (email !== draft.username)
      created.differences.add('the creation of a user answers another address than it was sent');
    // A session that was lost ends with its user.
    const open = async () => {
      const session = await insisting(() => logIn(calls, { ...draft, email }));
      created.sessions.set(session, accountId);
      return session;
    };
    const openAtBest = () => (wanted === 'needed' ? open() : open().catch(unlessMissing));
    const session = wanted === 'none' ? undefined : await openAtBest();
    const hasSession = session !== undefined;
    const token = session ?? answer.initialToken.id;
    const variable = hasSession ? `PORTAL_${persona.toUpperCase()}_SESSION` : 'PORTAL_NEW_TOKEN';
    const user: CreatedUser = {
      ...{ ...draft, persona, email, accountId, token, variable, createdByRun: true, hasSession },
      id: answer.userId,
    };
    const person = { answer, user: hasSession ? user : mayOpenSession(user, open) };
    created.initialTokens.set(answer.initialToken.id, person.user);
    return person;
  };
  return { withAccount, inAccount };
}

/** Some portals let sessions alone create and delete tokens: such a user is logged in, then. */
function mayOpenSession(user: CreatedUser, open: () => Promise<string>): CreatedUser {
  let { token } = user;
  let session: Promise<boolean> | undefined;
  return {
    ...user,
    get token() {
      return token;
    },
    renew: async (status) => {
      if (status !== 403) return false;
      const before = token;
      session ??= open().then(
        (opened) => {
          token = opened;
          return true;
        },
        () => false,
      );
      // Who was refused with the session is refused.
      return (await session) && token !== before;
    },
  };
}

async function createUsers({ withAccount, inAccount }: PeopleFactory): Promise<Person[]> {
  const outside = withAccount('outsider');
  let teammate: Promise<PromiseSettledResult<Person | undefined>[]> = Promise.resolve([]);
  const inside = withAccount('caller', 'wanted', (accountId) => {
    teammate = Promise.allSettled([inAccount('teammate', accountId).catch(unlessMissing)]);
  });
  // All of them come to an end before any of them fails.
  const [caller, outsider] = await Promise.allSettled([inside, outside]);
  const settled = [caller, ...(await teammate), outsider];
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
  return settled.flatMap((one) => (one.status === 'fulfilled' ? (one.value ?? []) : []));
}

/** Goes on without what the adapter of the run has no function for. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof CallFailed && error.isMissing) return undefined;
  throw error;
}

interface Draft {
  readonly username: string;
  readonly password: string;
}
