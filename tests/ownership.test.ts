import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Reference, startReference } from '../src/reference/start.ts';
import { newRunId } from '../src/sandbox/names.ts';
import { portalConformance, run } from './support/cli.ts';
import { adminVariablesOf } from './support/judge.ts';
import type { Listening } from './support/servers.ts';
import { answered, behind, isCall, stateOf } from './support/shims.ts';

// A portal that answers wrongly has nothing removed that the run did not create, and nothing stays
// without a word that it did.

let portal: Reference;
let before: string;

beforeEach(async () => {
  portal = await startReference();
  const customer = portal.store.addAccount('Customer Ltd');
  const captain = portal.store.addUser(customer, 'captain@customer.example', 'password');
  portal.store.addToken(captain, 'bridge', null);
  before = stateOf(portal.store);
});

afterEach(() => portal.close());

const little = ['--only', 'status-200', '--settle', '0.5'];

async function runThrough(server: Listening, args: readonly string[] = little) {
  const called = await portalConformance(args, {
    ...adminVariablesOf(portal),
    PORTAL_TARGET: server.url,
  });
  await server.close();
  return called;
}

const customerOf = ({ store }: Reference) => {
  const account = store.accounts.find(({ name }) => name === 'Customer Ltd');
  const [user] = store.usersOf(account?.id ?? 0);
  if (!account || !user) throw new Error('the customer is gone');
  return { account, user };
};

const isCreation = (request: IncomingMessage) => isCall(request, 'POST /admin/createAccount');

describe('an account of somebody else', () => {
  test.each([
    ['with its user', true],
    ['without its user', false],
  ])('that a creation answers %s stays', async (_, withUser) => {
    const server = await answered(portal, isCreation, async (answer, response) => {
      const { account, user } = customerOf(portal);
      const created = (await answer.json()) as { account: object; user: object };
      const theirs = { ...created.account, id: account.id, name: account.name };
      const whose = withUser ? { ...created.user, id: user.id } : created.user;
      response.writeHead(200).end(JSON.stringify({ ...created, account: theirs, user: whose }));
    });
    const { code, report } = await runThrough(server);
    expect({ code, left: report.leftovers }).toEqual({ code: 3, left: [] });
    expect(report.message).toContain('it answers an account that was there before');
    expect(stateOf(portal.store)).toBe(before);
  });

  test('that was created after the run began, too', async () => {
    const server = await answered(portal, isCreation, async (answer, response) => {
      const created = (await answer.json()) as { account: object };
      const other = portal.store.addAccount('Harbour Office');
      portal.store.addUser(other, `harbour-${other.id}@example.com`, 'password');
      const theirs = { ...created.account, id: other.id };
      response.writeHead(200).end(JSON.stringify({ ...created, account: theirs }));
    });
    const { report } = await runThrough(server);
    const names = portal.store.accounts.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('portal-conformance-'))).toEqual([]);
    expect(names).toContain('Harbour Office');
    expect(report.leftovers.map(({ why }) => why)).toContain(
      'the portal shows an account of another name under its id',
    );
    // No command that is ready to be pasted removes it.
    expect(report.leftovers.map(({ curl }) => curl).join()).not.toContain('deleteAccount');
  });

  test('that has the id of one that was just deleted stays', async () => {
    let reused = 0;
    const isDeletion = (request: IncomingMessage) => isCall(request, 'POST /admin/deleteAccount');
    const server = await answered(portal, isDeletion, async (answer, response, request) => {
      const { store } = portal;
      const ours = store.accounts.filter(({ name }) => name.startsWith('portal-conformance-'));
      await answer.text();
      await expect.poll(() => ours.filter((one) => store.accounts.includes(one)).length).toBe(0);
      for (const { id } of ours) {
        if (store.account(id)) continue;
        store.accounts.push({ id, name: 'Harbour Office', createdAt: Date.now() });
        reused += 1;
      }
      response.writeHead(504).end();
      request.resume();
    });
    const { code, report } = await runThrough(server, [
      ...little.slice(0, 2),
      ...['--settle', '0.5', '--cleanup-timeout', '20'],
    ]);
    expect({ code, left: report.leftovers }).toEqual({ code: 0, left: [] });
    expect(reused).toBeGreaterThan(0);
    const offices = portal.store.accounts.filter(({ name }) => name === 'Harbour Office');
    expect(offices).toHaveLength(reused);
  });
});

describe('an account that was created although the answer', () => {
  test.each([
    ['is 503', 503],
    ['is 409', 409],
    ['is 403', 403],
    ['is 400', 400],
    ['redirects', 303],
  ])('%s is found by its name and removed', async (_, status) => {
    const server = await answered(portal, isCreation, (__, response) => {
      response.writeHead(status, { Location: '/done' }).end();
    });
    const { code, report } = await runThrough(server);
    expect({ code, left: report.leftovers }).toEqual({ code: 3, left: [] });
    expect(stateOf(portal.store)).toBe(before);
  });

  test('was not waited for is named, if it is not found', async () => {
    const held: IncomingMessage[] = [];
    const server = await behind(portal, (request) => {
      if (!isCreation(request)) return false;
      held.push(request);
      return true;
    });
    const { code, report } = await runThrough(server, [...little, '--timeout', '0.3']);
    expect(held.length).toBeGreaterThan(0);
    expect(code).toBe(4);
    expect(report.leftovers[0]?.what).toMatch(/^an account whose name begins .* may have been/);
  });
});

test('a user whom the portal creates in the account of somebody else is removed there', async () => {
  const server = await answered(
    portal,
    (request) => isCall(request, 'POST /admin/createUser'),
    async (answer, response) => {
      const text = await answer.text();
      const user = portal.store.users.at(-1) as { accountId: number };
      user.accountId = customerOf(portal).account.id;
      response.writeHead(200).end(text);
    },
  );
  const { report } = await runThrough(server);
  expect(report.leftovers).toEqual([]);
  expect(stateOf(portal.store)).toBe(before);
});

describe('tokens that are accepted although their account is gone', () => {
  /** A portal that forgets the tokens of accounts that it removes, and takes them on. */
  async function forgetful(mayDelete: boolean) {
    const known = new Set<string>();
    const ended = new Set<string>();
    const server = await behind(portal, (request, response) => {
      const { tokens } = portal.store;
      for (const { id } of tokens) known.add(id);
      const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
      const isForgotten = known.has(bearer) && !tokens.some(({ id }) => id === bearer);
      if (!isForgotten || ended.has(bearer)) return false;
      if (request.method === 'DELETE' && mayDelete) ended.add(bearer);
      if (isCall(request, 'GET /auth/whoami')) response.end('{"account":{"id":77}}');
      else response.writeHead(request.method === 'DELETE' && mayDelete ? 204 : 403).end();
      return true;
    });
    return { server, open: () => known.size - ended.size - portal.store.tokens.length };
  }

  test('are deleted', async () => {
    const { server, open } = await forgetful(true);
    const { code, report } = await runThrough(server);
    expect({ code, left: report.leftovers }).toEqual({ code: 0, left: [] });
    expect(open()).toBe(0);
  });

  test('are named where they cannot be', async () => {
    const { server } = await forgetful(false);
    const { code, report } = await runThrough(server);
    expect(code).toBe(4);
    expect(report.leftovers.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      expect.stringMatching(/^tokens of accounts of run \w+, which are gone: the portal still/),
    ]);
  });
});

describe('cleanup', () => {
  const cleanup = (...args: string[]) =>
    run(process.execPath, ['dist/src/cli.js', 'cleanup', ...args], adminVariablesOf(portal));

  test('leaves what may be of a run that is under way, until it is named', async () => {
    const runId = newRunId();
    const own = portal.store.addAccount(`portal-conformance-${runId}-Charts`);
    portal.store.addUser(own, `portal-conformance-${runId}-user@example.com`, 'password');
    const first = await cleanup('--yes');
    expect(first).toMatchObject({ code: 1, stdout: expect.stringMatching(/1 found, 0 removed/) });
    expect(first.stdout).toContain(`a run may be under way: --run ${runId} removes it`);
    expect(portal.store.accounts).toContain(own);
    expect(await cleanup('--run', runId, '--yes')).toMatchObject({ code: 0 });
    expect(stateOf(portal.store)).toBe(before);
  });

  test('takes no date for the id of a run', async () => {
    const team = portal.store.addAccount('portal-conformance-20261129-results');
    portal.store.addUser(team, 'portal-conformance-20261129-bot@example.com', 'password');
    expect((await cleanup('--older-than', '0s', '--yes')).stdout).toMatch(/^0 found, 0 removed\n/);
    expect(portal.store.accounts).toContain(team);
  });

  test('shows no id that could be a secret', async () => {
    const secret = 'correct-horse-battery-9';
    const runId = newRunId();
    const server = await behind(portal, (request, response) => {
      const name = `portal-conformance-${runId}-Charts`;
      const email = `portal-conformance-${runId}-user@example.com`;
      const lists = {
        'GET /admin/getAllAccounts': [{ id: secret, name, createdAt: 1 }],
        'GET /admin/getAllUsers': [{ id: 7, email, accountId: secret }],
      };
      for (const [call, list] of Object.entries(lists)) {
        if (!isCall(request, call)) continue;
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(list));
        return true;
      }
      return false;
    });
    for (const args of [[], ['--yes']]) {
      const { stdout, stderr } = await run(
        process.execPath,
        ['dist/src/cli.js', 'cleanup', server.url, ...args],
        { ...adminVariablesOf(portal), PORTAL_TARGET: undefined, PORTAL_DEADLINE: '1' },
      );
      expect(stdout + stderr).not.toContain(secret);
      expect(stdout).toContain(`account with an id of ${secret.length} characters of run ${runId}`);
    }
    await server.close();
  });

  test('names a session that it could not end', async () => {
    const server = await behind(portal, (request, response) => {
      if (!isCall(request, 'POST /auth/logout')) return false;
      response.writeHead(500).end();
      return true;
    });
    const ended = await run(process.execPath, ['dist/src/cli.js', 'cleanup', server.url], {
      ...adminVariablesOf(portal),
      PORTAL_TARGET: undefined,
    });
    await server.close();
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stdout).toContain("left behind: a session of the administrator's login");
  });
});
