import { settingsOf } from '../api/settings.ts';
import type { VerifyOptions } from '../api/verify.ts';
import { parseTarget } from '../http/target.ts';
import { eventually } from '../portal/eventually.ts';
import { ListRead } from '../portal/list-read.ts';
import { listRequest } from '../portal/requests.ts';
import { adapterOf, type SandboxSource } from '../run/adapter.ts';
import { newClient } from '../run/client.ts';
import { openSubject, type Subject } from '../run/subject.ts';
import type { AdapterFunction, SandboxAdapter, SandboxUser } from '../sandbox/adapter.ts';
import { newRunId, prefixOf } from '../sandbox/names.ts';
import { maskSecrets } from '../secrets/mask.ts';
import { SecretMasker } from '../secrets/masker.ts';

/** What a function of an adapter did not do. */
export interface SandboxProblem {
  readonly function: AdapterFunction;
  readonly problem: string;
}

/** The options that say how a portal is reached, and how long a change may take to show (`settleMs`). */
export type TryOptions = Pick<
  VerifyOptions,
  'settleMs' | 'timeoutMs' | 'ca' | 'insecure' | 'origin'
>;

/**
 * Tries an adapter against a portal: calls every function once, on accounts that it creates and removes,
 * and looks in the list whether it did what it must. What is left out is not tried.
 *
 * @returns what is wrong, in the order of the calls; empty when all is well
 * @throws Misconfigured for a call that is wrong
 */
export async function trySandbox(
  subject: Subject,
  source: SandboxSource,
  options: TryOptions = {},
): Promise<readonly SandboxProblem[]> {
  const { url: target, close } = await openSubject(subject);
  const { signal } = new AbortController();
  const settings = { ...settingsOf(target, options), target };
  const client = newClient(settings, parseTarget(target), {
    ...{ purpose: 'trySandbox', writes: 'none', signal },
  });
  try {
    const adapter = await adapterOf(source, target);
    const read = async (token: string) => {
      const reader = { label: 'a token of the sandbox', variable: 'TOKEN', token };
      const exchange = await client.send({ ...listRequest(reader, 'trySandbox'), fresh: true });
      return new ListRead(reader, exchange);
    };
    /** Whether the list comes to be as it should be for a token, within the bound. */
    const shows = async (token: string, holds: (list: ListRead) => boolean) =>
      !(await eventually(() => read(token), holds, {
        ...{ boundMs: settings.settleMs, signal, wait: (ms) => client.pause(ms) },
      }));
    return await tryAll(adapter, shows);
  } finally {
    client.close();
    await close();
  }
}

type Shows = (token: string, holds: (list: ListRead) => boolean) => Promise<boolean>;

type Attempt = <T>(
  name: AdapterFunction,
  call: () => Promise<T>,
  wrong: (result: T) => Promise<string | false | undefined>,
) => Promise<T | undefined>;

const isRejected = ({ rejected }: ListRead) => rejected;

async function tryAll(adapter: SandboxAdapter, shows: Shows): Promise<readonly SandboxProblem[]> {
  const problems: SandboxProblem[] = [];
  const masker = new SecretMasker();
  const prefix = prefixOf(newRunId());
  /** Makes a call, and notes what is wrong with what it did. */
  const attempt: Attempt = async (name, call, wrong) => {
    try {
      const result = await call();
      const problem = await wrong(result);
      if (problem) problems.push({ function: name, problem });
      return result;
    } catch (error) {
      const said = error instanceof Error ? error.message : 'something other than an Error';
      problems.push({ function: name, problem: `it failed: ${maskSecrets(said, masker).value}` });
      return undefined;
    }
  };
  const login = (name: string) => ({
    username: `${prefix}${name}@example.com`,
    password: `Aa1-${prefix}`,
  });
  masker.add(login('').password);
  const first = login('first');
  let account: Awaited<ReturnType<SandboxAdapter['createAccount']>> | undefined;
  await attempt(
    'createAccount',
    async () => {
      account = await adapter.createAccount({ name: `${prefix}account`, ...first });
      return account;
    },
    async ({ accountId, userId, token }) =>
      (!isId(accountId) && 'accountId is not a number or a string that is not empty') ||
      (!isId(userId) && 'userId is not a number or a string that is not empty') ||
      (token && !(await shows(token.id, ({ byId }) => byId.has(token.id))) && notListed),
  );
  if (!account || !isId(account.accountId)) return problems;
  const { accountId, userId, token } = account;
  const by: SandboxUser = { userId, accountId, ...first, bearer: token?.id ?? '' };
  if (problems.length > 0) {
    // An id that is wrong may be that of somebody else's account.
    const problem = `account ${accountId}, whose name begins with ${prefix}, is left: remove it`;
    return [...problems, { function: 'deleteAccount', problem }];
  }
  const tokens = await tryTokens(adapter, by, prefix, attempt, shows);
  await tryPeople(adapter, accountId, first, login('second'), attempt, shows);
  const [last] = tokens;
  await attempt(
    'deleteAccount',
    () => adapter.deleteAccount({ accountId }),
    async () =>
      last !== undefined && !(await shows(last, isRejected)) && 'a token of it is still accepted',
  );
  return problems;
}

type Login = Pick<SandboxUser, 'username' | 'password'>;

/** Creates another user and removes them, and opens a session and ends it. */
async function tryPeople(
  adapter: SandboxAdapter,
  accountId: SandboxUser['accountId'],
  first: Login,
  second: Login,
  attempt: Attempt,
  shows: Shows,
): Promise<void> {
  const user = await (adapter.createUser &&
    attempt(
      'createUser',
      async () => adapter.createUser?.({ accountId, ...second }),
      async (created) =>
        !isId(created?.userId) && 'userId is not a number or a string that is not empty',
    ));
  const session = await (adapter.login &&
    attempt(
      'login',
      async () => adapter.login?.(first),
      async (token) =>
        !(typeof token === 'string' && (await shows(token, ({ accepted }) => accepted))) &&
        'the list does not accept the session',
    ));
  if (session !== undefined && adapter.logout)
    await attempt(
      'logout',
      async () => adapter.logout?.(session),
      async () => !(await shows(session, isRejected)) && 'the session is still accepted',
    );
  const theirs = user?.token?.id;
  if (user && adapter.deleteUser)
    await attempt(
      'deleteUser',
      async () => adapter.deleteUser?.({ userId: user.userId, accountId }),
      async () =>
        theirs !== undefined &&
        !(await shows(theirs, isRejected)) &&
        'their token is still accepted',
    );
}

const notListed = 'its token is not listed to itself';

/** Creates, changes and deletes tokens of a user. @returns those that are still there */
async function tryTokens(
  adapter: SandboxAdapter,
  by: SandboxUser,
  prefix: string,
  attempt: Attempt,
  shows: Shows,
): Promise<readonly string[]> {
  /** @param reader whose list shows it, where a restriction keeps it from its own */
  const create = (name: string, restrictions: unknown, reader?: string) =>
    attempt(
      'createToken',
      () => adapter.createToken({ by, name, restrictions }),
      async ({ id }) => {
        const named = ({ byId }: ListRead) => byId.get(id)?.name === name;
        const isThere = typeof id === 'string' && (await shows(reader ?? id, named));
        return !isThere && 'the token is not listed with its name';
      },
    );
  const kept = await create(`${prefix}kept`, null);
  const token = kept && (await create(`${prefix}token`, null));
  if (!token) return [];
  await create(`${prefix}restricted`, { hosts: ['example.com'] }, kept.id);
  const { id } = token;
  const name = `${prefix}renamed`;
  if (adapter.updateToken)
    await attempt(
      'updateToken',
      async () => adapter.updateToken?.({ by, id, name }),
      async () =>
        !(await shows(kept.id, ({ byId }) => byId.get(id)?.name === name)) &&
        'the list does not show the new name',
    );
  if (adapter.deleteToken)
    await attempt(
      'deleteToken',
      async () => adapter.deleteToken?.({ by, id }),
      async () => !(await shows(id, isRejected)) && 'the token is still accepted',
    );
  return [kept.id];
}

function isId(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'bigint' || Number.isInteger(value);
}
