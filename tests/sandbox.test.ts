import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Report, type SandboxAdapter, trySandbox, verify } from '../src/index.ts';
import { isRestrictions } from '../src/reference/answers.ts';
import { type Behaviour, plain } from '../src/reference/behaviour.ts';
import { faults } from '../src/reference/faults.ts';
import { createPortal } from '../src/reference/portal.ts';
import { seed } from '../src/reference/seed.ts';
import { startReference } from '../src/reference/start.ts';
import { portalConformance, run } from './support/cli.ts';
import { tripped } from './support/judge.ts';

/** A portal that answers the list alone, with an adapter that works on its store, as a seed would. */
function listAlone(behaviour: Behaviour = plain) {
  const { store } = seed();
  const portal = createPortal(store, behaviour);
  const fetch = async (request: Request) => {
    const { pathname } = new URL(request.url);
    const isOther = /^\/api\/portal\/v1\/(auth|admin|jobs|apiTokens\/.)/.test(pathname);
    return isOther || request.method !== 'GET'
      ? new Response('nothing here', { status: 404 })
      : portal.fetch(request);
  };
  const userOf = (id: unknown) => {
    const user = store.user(Number(id));
    if (!user) throw new Error('no such user');
    return user;
  };
  const ownToken = (by: { userId: unknown }, id: string) => {
    const { accountId } = userOf(by.userId);
    const token = store.tokensOf(accountId).find((one) => one.id === id);
    if (!token) throw new Error('not a token of that account');
    return token;
  };
  const valid = (name: unknown, restrictions: unknown) => {
    const isName = name === undefined || typeof name === 'string';
    if (!isName || !isRestrictions(restrictions ?? null)) throw new Error('not valid');
  };
  const adapter = {
    createAccount: async ({ name, username, password }) => {
      const account = store.addAccount(name);
      const user = store.addUser(account, username, password);
      return { accountId: account.id, userId: user.id };
    },
    createUser: async ({ accountId, username, password }) => {
      const account = store.account(Number(accountId));
      if (!account) throw new Error('no such account');
      return { userId: store.addUser(account, username, password).id };
    },
    createToken: async ({ by, name, restrictions }) => {
      valid(name, restrictions);
      return store.addToken(userOf(by.userId), name, restrictions as null);
    },
    updateToken: async ({ by, id, name, restrictions }) => {
      valid(name, restrictions);
      const token = ownToken(by, id);
      if (name !== undefined) token.name = name;
      if (restrictions !== undefined) token.restrictions = restrictions as null;
      return token;
    },
    deleteToken: async ({ by, id }) => store.removeToken(ownToken(by, id)),
    login: async ({ username, password }) => {
      const user = store.users.find((one) => one.username === username);
      if (user?.password !== password) throw new Error('wrong password');
      return store.addSession(user);
    },
    logout: async (session) => store.sessions.delete(session),
    deleteUser: async ({ userId }) => store.removeUser(userOf(userId)),
    deleteAccount: async ({ accountId }) => {
      const account = store.account(Number(accountId));
      if (!account) throw new Error('no such account');
      store.removeAccount(account);
    },
  } satisfies SandboxAdapter;
  return { store, fetch, adapter };
}

const open = ({ requirements }: Report) =>
  requirements
    .filter(({ status }) => status !== 'pass' && status !== 'excluded')
    .map(({ id, status, message }) => `${id} ${status}: ${message}`);

test('a portal whose administration differs is judged in full', async () => {
  const { store, fetch, adapter } = listAlone();
  const before = [store.accounts.length, store.users.length, store.tokens.length];
  const report = await verify({ fetch }, { sandbox: adapter, settleMs: 500 });
  expect(open(report)).toEqual([]);
  expect(report.cleanup).toMatchObject({ unverified: 0, left: [] });
  expect(report.outcome).toBe('conformant');
  expect([store.accounts.length, store.users.length, store.tokens.length]).toEqual(before);
});

test('a portal that is broken is found out through an adapter, too', async () => {
  const fault = faults.find(({ name }) => name === 'default-hidden') ?? plain;
  const { fetch, adapter } = listAlone(fault);
  const report = await verify({ fetch }, { sandbox: adapter, settleMs: 100 });
  expect(report).toMatchObject({ outcome: 'non-conformant', leftovers: [] });
  expect(tripped(report)).toEqual(expect.arrayContaining(['every-kind-listed']));
});

test('a function gives the adapter for the URL of the portal', async () => {
  const { fetch, adapter } = listAlone();
  const targets: string[] = [];
  const sandbox = (target: string) => {
    targets.push(target);
    return Promise.resolve(adapter);
  };
  const report = await verify({ fetch }, { sandbox, only: ['array'], settleMs: 100 });
  expect([report.outcome, targets]).toEqual(['conformant-partial', [report.target]]);
});

describe('an adapter that fails', () => {
  const judge = (more: Partial<SandboxAdapter>, options: object = {}) => {
    const { fetch, adapter, store } = listAlone();
    const given = { ...adapter, ...more };
    const judged = verify(
      { fetch },
      { sandbox: given, only: ['array'], settleMs: 100, ...options },
    );
    return judged.then((report) => ({ report, store }));
  };

  test('ends the run with its own words, secrets masked', async () => {
    const passwords: string[] = [];
    const createAccount = async ({ password }: { password: string }) => {
      passwords.push(password);
      throw new Error(`duplicate key for ${password}\nat line 7`);
    };
    const { report } = await judge({ createAccount });
    expect(report).toMatchObject({ outcome: 'undecided', leftovers: [] });
    const said = 'createAccount() of the sandbox failed: duplicate key for ';
    expect(report.message).toContain(said);
    expect(passwords.length).toBeGreaterThan(0);
    for (const password of passwords) expect(JSON.stringify(report)).not.toContain(password);
    expect(report.message).not.toContain('line 7');
  });

  test('by not ending is waited for no longer than a request', async () => {
    const { report } = await judge(
      { createAccount: () => new Promise(() => {}) },
      { timeoutMs: 200 },
    );
    expect(report.message).toContain('createAccount() of the sandbox did not end within 0.2 s');
    // It may have been created.
    expect(report.exitCode).toBe(4);
  });

  test('after the account was created leaves no account', async () => {
    const createToken = async () => {
      throw new Error('no tokens today');
    };
    const { report, store } = await judge({ createToken });
    expect(report).toMatchObject({ outcome: 'undecided', leftovers: [] });
    expect(report.message).toContain('no tokens today');
    // Those of the portal itself.
    expect(store.accounts).toHaveLength(3);
    const deleteAccount = async () => {
      throw new Error('locked');
    };
    const stuck = await judge({ createToken, deleteAccount });
    expect(stuck.report.exitCode).toBe(4);
    expect(stuck.report.leftovers.length).toBeGreaterThan(0);
  });

  test('to remove an account leaves it named, with what removes it', async () => {
    const deleteAccount = async () => {
      throw new Error('still in use');
    };
    const { report } = await judge({ deleteAccount }, { cleanupTimeoutMs: 1500 });
    expect(report.exitCode).toBe(4);
    expect(report.leftovers[0]).toMatchObject({
      why: expect.stringContaining('deleteAccount() of the sandbox failed: still in use'),
      curl: expect.stringMatching(/^# deleteAccount\(\) of the sandbox, with \{"id":\d+\}$/),
    });
  });

  test('to remove an account, and says that it did, is not believed', async () => {
    const deleteAccount = async () => {};
    const { report } = await judge({ deleteAccount }, { cleanupTimeoutMs: 1500 });
    expect(report.exitCode).toBe(4);
    expect(report.leftovers.length).toBeGreaterThan(0);
  });

  test.each([
    [{ createToken: undefined }, 'The sandbox must have createToken().'],
    [{ login: 'x' }, 'login of the sandbox must be a function.'],
  ])('to be one is a wrong call: %#', async (more, message) => {
    const { report } = await judge(more as unknown as Partial<SandboxAdapter>);
    expect(report).toMatchObject({ outcome: 'misconfigured', message });
  });
});

describe('--sandbox', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portal-conformance-sandbox-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** An adapter that calls the vendor's API, and awaits at its top. */
  const module = `
    const { PORTAL_TARGET: target, LOGIN: login } = process.env;
    const api = async (path, json, bearer) => {
      const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer ' + bearer };
      const body = json && JSON.stringify(json);
      const response = await fetch(target + '/api/portal/v1' + path, { method: 'POST', headers, body });
      if (!response.ok) throw new Error('status ' + response.status);
      return response.status === 204 ? undefined : response.json();
    };
    const { token: { id: admin } } = await api('/auth/login', JSON.parse(login));
    const userOf = ({ user, initialToken }) => ({ userId: user.id, email: user.email, token: initialToken });
    export default {
      createAccount: async (draft) => {
        const created = await api('/admin/createAccount', draft, admin);
        return { accountId: created.account.id, ...userOf(created) };
      },
      createUser: async (draft) => userOf(await api('/admin/createUser', draft, admin)),
      createToken: ({ by, name, restrictions, more }) =>
        api('/apiTokens', { name, ...(restrictions ? { restrictions } : {}), ...more }, by.bearer),
      deleteAccount: async ({ accountId }) => {
        await api('/admin/deleteAccount', { id: accountId }, admin);
      },
    };`;

  test('takes a module with top-level await', async () => {
    const portal = await startReference();
    const file = join(folder, 'portal.sandbox.mjs');
    writeFileSync(file, module);
    const before = portal.store.users.length;
    const variables = { PORTAL_TARGET: portal.url, LOGIN: JSON.stringify(portal.admin) };
    const args = ['--sandbox', file, '--allow-untested', '--settle', '0.3'];
    const { code, report } = await portalConformance(args, variables);
    expect({ code, outcome: report.outcome }).toEqual({ code: 0, outcome: 'conformant-partial' });
    await expect.poll(() => portal.store.users.length).toBe(before);
    await portal.close();
  });

  test.each([
    ['export const x = 1;', [], /The sandbox must be an object\./],
    ['throw new Error("no database")', [], /--sandbox cannot be loaded \(Error: no database\)/],
    ['export default {}', ['--keep', 'x'], /--dry-run and --keep are not for --sandbox/],
  ])('a module that is none is a wrong call: %#', async (text, args, says) => {
    const file = join(folder, 'wrong.mjs');
    writeFileSync(file, text);
    const call = ['dist/src/cli.js', 'http://127.0.0.1:1', '--sandbox', file, ...args];
    const { code, stderr } = await run(process.execPath, call, {});
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
  });

  test('a file that is not there, and an administrator beside it', async () => {
    const call = ['dist/src/cli.js', 'http://127.0.0.1:1', '--sandbox'];
    const gone = await run(process.execPath, [...call, join(folder, 'gone.mjs')], {});
    expect(gone).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ERR_MODULE_NOT_FOUND'),
    });
    const file = join(folder, 'portal.mjs');
    const nothing = 'async () => {}';
    writeFileSync(
      file,
      `export default { createAccount: ${nothing}, createToken: ${nothing}, deleteAccount: ${nothing} }`,
    );
    const both = await run(process.execPath, [...call, file], {
      PORTAL_ADMIN_TOKEN: 'x'.repeat(32),
    });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('--sandbox, not both') });
  });
});

test.each([
  ['createUser', 'login', 'updateToken', 'deleteToken', 'logout', 'deleteUser'],
  ['updateToken', 'deleteToken', 'logout', 'deleteUser'],
] as const)('what an adapter leaves out is untested, with that reason: %s', async (...names) => {
  const { store, fetch, adapter } = listAlone();
  const before = [store.accounts.length, store.users.length, store.tokens.length];
  const sandbox = { ...adapter, ...Object.fromEntries(names.map((name) => [name, undefined])) };
  const report = await verify({ fetch }, { sandbox, settleMs: 200 });
  const told = open(report);
  expect(told.filter((one) => !/ untested: /.test(one))).toEqual([]);
  expect(report).toMatchObject({ outcome: 'undecided', leftovers: [] });
  const first = names.includes('createUser' as never) ? ['createUser', 'login'] : names;
  for (const name of first) expect(told.join('\n')).toContain(`the sandbox has no ${name}()`);
  expect([store.accounts.length, store.users.length, store.tokens.length]).toEqual(before);
});

describe('trySandbox', () => {
  test('finds nothing wrong with an adapter that does what it must, and leaves nothing', async () => {
    const { store, fetch, adapter } = listAlone();
    const before = [store.accounts.length, store.users.length, store.tokens.length];
    expect(await trySandbox({ fetch }, adapter, { settleMs: 100 })).toEqual([]);
    expect([store.accounts.length, store.users.length, store.tokens.length]).toEqual(before);
  });

  const nothing = async () => {};
  test.each([
    ['createAccount', async () => ({ accountId: 1 }), /^userId is not/],
    ['createToken', async () => ({ id: 'x'.repeat(32) }), /^the token is not listed/],
    ['createUser', async () => ({}), /^userId is not/],
    ['updateToken', nothing, /^the list does not show the new name/],
    ['deleteToken', nothing, /^the token is still accepted/],
    ['login', async () => 'x'.repeat(32), /^the list does not accept the session/],
    ['logout', nothing, /^the session is still accepted/],
    ['deleteAccount', nothing, /^a token of it is still accepted/],
    [
      'deleteAccount',
      async () => {
        throw new Error('locked');
      },
      /^it failed: locked/,
    ],
  ])('finds that %s does not', async (name, wrong, says) => {
    const { fetch, adapter, store } = listAlone();
    const before = store.accounts.length;
    const given = { ...adapter, [name]: wrong } as unknown as SandboxAdapter;
    const problems = await trySandbox({ fetch }, given, { settleMs: 50 });
    if (name !== 'deleteAccount') expect(store.accounts).toHaveLength(before);
    expect(problems[0]).toEqual({ function: name, problem: expect.stringMatching(says) });
  });

  test('names an account that is wrong, and leaves it: its id may be that of another', async () => {
    const { fetch, adapter, store } = listAlone();
    const before = store.accounts.length;
    const createAccount = async (draft: Parameters<typeof adapter.createAccount>[0]) => ({
      ...(await adapter.createAccount(draft)),
      token: { id: 'x'.repeat(32) },
    });
    const given = { ...adapter, createAccount };
    expect(await trySandbox({ fetch }, given, { settleMs: 50 })).toEqual([
      { function: 'createAccount', problem: 'its token is not listed to itself' },
      { function: 'deleteAccount', problem: expect.stringMatching(/^account \d+, .* is left/) },
    ]);
    expect(store.accounts).toHaveLength(before + 1);
  });

  test('finds that deleteUser does not', async () => {
    const { fetch, adapter, store } = listAlone();
    const createUser = async (draft: Parameters<typeof adapter.createUser>[0]) => {
      const { userId } = await adapter.createUser(draft);
      const user = store.user(userId);
      return { userId, ...(user ? { token: store.addToken(user, 'Default', null) } : {}) };
    };
    const given = { ...adapter, createUser, deleteUser: nothing };
    expect(await trySandbox({ fetch }, given, { settleMs: 50 })).toEqual([
      { function: 'deleteUser', problem: 'their token is still accepted' },
    ]);
  });
});
