import { type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseExact, stringifyExact } from '../src/http/exact-json.ts';
import { plain } from '../src/reference/behaviour.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { isRunId, newRunId, runOf } from '../src/sandbox/names.ts';
import { type Called, portalConformance, run } from './support/cli.ts';
import { adminVariablesOf } from './support/judge.ts';
import type { Listening } from './support/servers.ts';
import { answered, behind, type Interception, isCall, stateOf } from './support/shims.ts';

// What a run creates, it removes, and nothing else: whatever stands between, and however it ends.

let portal: Reference;
let before: string;

beforeEach(async () => {
  portal = await startReference();
  before = stateOf(portal.store);
});

afterEach(() => portal.close());

/** Little is judged where removal is what matters. */
const little = ['--only', 'status-200', '--settle', '0.5'];

async function runThrough(
  server: Listening,
  args: readonly string[] = little,
  onStart?: Parameters<typeof portalConformance>[2],
  variables: Record<string, string> = {},
): Promise<Called> {
  const all = { ...adminVariablesOf(portal), ...variables, PORTAL_TARGET: server.url };
  const called = await portalConformance(args, all, onStart);
  await server.close();
  return called;
}

/** A promise, and what fulfils it. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

const isList = ({ url = '' }: IncomingMessage) => /getAll(Accounts|Users)$/.test(url);

describe('the lists of the portal', () => {
  const known = new Map<string, string>();
  const cases: [string, (answer: string, path: string) => string | undefined][] = [
    ['come in pages', (answer) => JSON.stringify(JSON.parse(answer).slice(0, 1))],
    ['are of a cache', (answer, path) => known.get(path) ?? known.set(path, answer).get(path)],
    ['lag', () => '[]'],
    ['are not there', () => undefined],
  ];

  test.each(cases)('%s: everything is removed, by its id', async (_, deal) => {
    known.clear();
    const server = await answered(portal, isList, async (answer, response, { url = '' }) => {
      const text = deal(await answer.text(), url);
      response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
      response.end(text);
    });
    const { code, report } = await runThrough(server);
    expect({ code, left: report.leftovers }).toEqual({ code: 0, left: [] });
    expect(report.cleanup?.removed).toBeGreaterThan(15);
    expect(stateOf(portal.store)).toBe(before);
  });
});

describe('an account whose creation is carried out, and the answer', () => {
  const isCreation = (request: IncomingMessage) => isCall(request, 'POST /admin/createAccount');

  test.each([
    ['is 502', 502],
    ['is 504', 504],
    ['is 524 of an edge proxy', 524],
    ['is lost', 0],
    ['cannot be read', 200],
  ])('%s, is found by its name and removed', async (_, status) => {
    let creations = 0;
    const server = await answered(portal, isCreation, (__, response) => {
      creations += 1;
      if (status === 0) response.destroy();
      else response.writeHead(status).end('<html>');
    });
    const { code, report } = await runThrough(server);
    expect({ code, left: report.leftovers }).toEqual({ code: 3, left: [] });
    expect(stateOf(portal.store)).toBe(before);
    // Each of two is created four times under another name, and none is sent again as it was.
    expect(creations).toBeLessThanOrEqual(8);
  });

  test('comes after --timeout, is found by its name and removed', async () => {
    const server = await answered(portal, isCreation, async (answer, response) => {
      const text = await answer.text();
      setTimeout(() => response.end(text), 1500);
    });
    const { code, report } = await runThrough(server, [...little, '--timeout', '0.5']);
    expect({ code, left: report.leftovers }).toEqual({ code: 3, left: [] });
    expect(stateOf(portal.store)).toBe(before);
  });

  test('comes after SIGINT, is removed', async () => {
    const begun = signal();
    const server = await answered(portal, isCreation, async (answer, response) => {
      const text = await answer.text();
      begun.give();
      setTimeout(() => response.end(text), 3000);
    });
    const { code, report } = await runThrough(server, little, async (kill) => {
      await begun.given;
      kill('SIGINT');
    });
    expect({ code, left: report.leftovers }).toEqual({ code: 130, left: [] });
    expect(stateOf(portal.store)).toBe(before);
  });

  test('that was still to be sent when the run ended is looked for by nobody', async () => {
    const begun = signal();
    const server = await answered(portal, isCreation, async (answer, response) => {
      const text = await answer.text();
      begun.give();
      setTimeout(() => response.end(text), 1000);
    });
    const one = [...little, '--concurrency', '1'];
    const { code, report } = await runThrough(server, one, async (kill) => {
      await begun.given;
      kill('SIGINT');
    });
    expect({ code, left: report.leftovers }).toEqual({ code: 130, left: [] });
    expect(stateOf(portal.store)).toBe(before);
  });

  test('is lost, and no list tells: it is named as one that may have been created', async () => {
    const server = await answered(
      portal,
      (request) => isCreation(request) || isList(request),
      (_, response, request) => {
        if (isList(request)) response.writeHead(500).end();
        else response.destroy();
      },
    );
    const { code, report, stdout } = await runThrough(server);
    expect(code).toBe(4);
    const [first] = report.leftovers;
    expect(first?.what).toMatch(
      /^an account whose name begins with portal-.* may have been created$/,
    );
    expect(stdout).toContain(`portal-conformance cleanup ${report.target} --run ${report.runId}`);
  });
});

describe('a run that is ended', () => {
  test.each([
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('by %s cleans up', async (name, code) => {
    const begun = signal();
    const server = await behind(portal, (request) => {
      if (isCall(request, 'POST /apiTokens')) begun.give();
      return false;
    });
    const called = await runThrough(server, ['--settle', '0.5'], async (kill) => {
      await begun.given;
      kill(name);
    });
    expect([called.code, called.report.outcome]).toEqual([code, 'interrupted']);
    expect(called.report.leftovers).toEqual([]);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('by a terminal that is gone cleans up', async () => {
    const server = await behind(portal, () => false);
    const script = `(sleep 0.2; exec true) | "$0" "$1" 2>&1 >/dev/full | true`;
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    await run('bash', ['-c', script, process.execPath, 'dist/src/cli.js'], variables);
    await expect.poll(() => stateOf(portal.store), { timeout: 20_000 }).toBe(before);
    await server.close();
  });

  test('by an exception that nothing caught cleans up, and exits with 70', async () => {
    const created = signal();
    const server = await behind(portal, (request) => {
      if (isCall(request, 'POST /apiTokens')) created.give();
      return false;
    });
    const bug = `data:text/javascript,process.on('SIGUSR2',()=>{throw%20new%20Error('bug')})`;
    const called = await runThrough(
      server,
      ['--settle', '0.5'],
      async (kill) => {
        await created.given;
        kill('SIGUSR2');
      },
      { NODE_OPTIONS: `--import ${bug}` },
    );
    expect([called.code, called.report.outcome]).toEqual([70, 'suite-error']);
    expect(called.report.leftovers).toEqual([]);
    expect(stateOf(portal.store)).toBe(before);
  });
});

describe("the administrator's session", () => {
  test('is ended when the run ends before the first call of it', async () => {
    const begun = signal();
    const server = await behind(portal, (request) => {
      if (!isCall(request, 'GET /admin/getAllAccounts')) return false;
      begun.give();
      return true;
    });
    const called = await runThrough(server, little, async (kill) => {
      await begun.given;
      kill('SIGTERM');
    });
    expect(called.code).toBe(143);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('is ended by a second logout when the first fails', async () => {
    let logouts = 0;
    const server = await behind(portal, (request, response) => {
      if (!isCall(request, 'POST /auth/logout')) return false;
      logouts += 1;
      if (logouts > 1) return false;
      response.writeHead(500).end();
      return true;
    });
    const { code } = await runThrough(server);
    expect([code, logouts]).toEqual([0, 2]);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('is named when something on the way drops the Authorization header', async () => {
    const server = await behind(portal, (request) => {
      delete request.headers.authorization;
      return false;
    });
    const { code, report } = await runThrough(server);
    expect(code).toBe(2);
    expect(report.leftovers).toMatchObject([{ what: "a session of the administrator's login" }]);
  });

  test('is opened again, once, when it is ended in the middle', async () => {
    let logins = 0;
    const { store } = portal;
    const server = await behind(portal, (request) => {
      if (isCall(request, 'POST /auth/login')) logins += 1;
      if (isCall(request, 'POST /admin/createUser') && logins < 4) {
        const admin = store.users.find(({ isAdmin }) => isAdmin);
        for (const [session, { userId }] of store.sessions)
          if (userId === admin?.id) store.sessions.delete(session);
      }
      return false;
    });
    const { code, report } = await runThrough(server);
    expect({ code, logins, left: report.leftovers }).toEqual({ code: 0, logins: 5, left: [] });
    expect(stateOf(portal.store)).toBe(before);
  });

  test('is not begun more than four times where logins are limited', async () => {
    let logins = 0;
    const server = await behind(portal, (request, response) => {
      if (!isCall(request, 'POST /auth/login')) return false;
      logins += 1;
      response.writeHead(429).end();
      return true;
    });
    const { code } = await runThrough(server, ['--settle', '10']);
    expect([code, logins]).toEqual([3, 4]);
  });
});

test('a call that hangs does not keep accounts from being removed', async () => {
  const server = await behind(portal, ({ method }) => method === 'DELETE');
  const args = ['--settle', '0.5', '--timeout', '2', '--skip', 'deleted-token-refused'];
  const { report } = await runThrough(server, args);
  expect(report.leftovers).toEqual([]);
  expect(report.cleanup?.durationMs).toBeLessThan(15_000);
  expect(stateOf(portal.store)).toBe(before);
});

describe('a guard that bans after twenty wrong tokens', () => {
  /** For a second after the last request in the ban: a request in it prolongs it. */
  function guard(status: number, headers: Record<string, string>): Interception {
    let wrong = 0;
    let until = 0;
    return (request, response) => {
      const bearer = request.headers.authorization?.slice('Bearer '.length) ?? '';
      const { store } = portal;
      const isKnown = store.sessions.has(bearer) || store.tokens.some(({ id }) => id === bearer);
      if (!isKnown && !request.url?.endsWith('/login')) wrong += 1;
      if (wrong > 20 && until === 0) until = Date.now() + 1000;
      if (Date.now() >= until) return false;
      until = Date.now() + 1000;
      response.writeHead(status, headers).end('banned');
      return true;
    };
  }

  test.each([
    [403, {}],
    [429, { 'Retry-After': '2' }],
    [401, {}],
  ] as const)('with %s is waited out, and everything is removed', async (status, headers) => {
    const accounts: number[] = [];
    const intercept = guard(status, headers);
    const server = await behind(portal, (request, response) => {
      if (isCall(request, 'GET /apiTokens') && !request.headers.authorization)
        accounts.push(portal.store.accounts.length);
      return intercept(request, response);
    });
    const args = ['--settle', '0.5', '--skip', 'long-list-whole'];
    const { report } = await runThrough(server, args);
    expect(report.leftovers).toEqual([]);
    expect(stateOf(portal.store)).toBe(before);
    // Of the two accounts of the run, the refusals need one.
    expect(accounts.at(-1)).toBe(4);
  });
});

test('a server that closes kept connections after three requests costs nothing', async () => {
  const used = new WeakMap<object, number>();
  const creations: (number | undefined)[] = [];
  const server = await answered(
    portal,
    (request) => {
      const { socket } = request;
      used.set(socket, (used.get(socket) ?? 0) + 1);
      if (isCall(request, 'POST /admin/createAccount')) creations.push(used.get(socket));
      return (used.get(socket) ?? 0) > 3;
    },
    // The fourth is carried out, and its answer is lost.
    (_, response, { socket }) => {
      response.destroy();
      socket.destroy();
    },
  );
  const { report } = await runThrough(server, ['--settle', '1', '--skip', 'authentication']);
  // What must not be done twice is sent on a connection that nothing was sent on before.
  expect(creations).toEqual(creations.map(() => 1));
  expect(report.leftovers).toEqual([]);
  expect(report.requirements.find(({ id }) => id === 'long-list-whole')?.status).toBe('pass');
  expect(stateOf(portal.store)).toBe(before);
});

describe('ids', () => {
  test('beyond 2^53 keep their digits', async () => {
    const base = 9_007_199_254_740_993n;
    const larger = (text: string) =>
      text.replace(/"(id|userId|accountId)":(\d{1,6})(?=[,}])/g, (_, name, id) => {
        return `"${name}":${base + BigInt(id)}`;
      });
    const smaller = (text: string) =>
      text.replace(/\b\d{16,}\b/g, (digits) =>
        BigInt(digits) >= base ? String(BigInt(digits) - base) : digits,
      );
    const shim = await behindRewriting(portal, larger, smaller);
    const { code, report } = await runThrough(shim, ['--settle', '2']);
    expect({ code, left: report.leftovers }, report.message).toEqual({ code: 0, left: [] });
    expect(stateOf(portal.store)).toBe(before);
  });

  test('are read and written exactly', () => {
    const text = '{"a":12345678901234567890,"b":[1,"12345678901234567890"],"c":1.5e3}';
    expect(parseExact(text)).toEqual({
      a: 12_345_678_901_234_567_890n,
      b: [1, '12345678901234567890'],
      c: 1500,
    });
    expect(stringifyExact({ id: 12_345_678_901_234_567_890n, name: 'x' })).toBe(
      '{"id":12345678901234567890,"name":"x"}',
    );
  });

  test('of dots are never put in a path', async () => {
    const deleted: string[] = [];
    let [count, refused] = [0, 0];
    const server = await answered(
      portal,
      (request) => {
        if (request.method === 'DELETE') deleted.push(request.url ?? '');
        // What must be emptied first has its tokens deleted one by one.
        const isEarly = isCall(request, 'POST /admin/deleteAccount') && deleted.length === 0;
        return isCall(request, 'POST /apiTokens') || (isEarly && refused < 2);
      },
      async (answer, response, request) => {
        if (isCall(request, 'POST /admin/deleteAccount')) {
          refused += 1;
          return void response.writeHead(409).end();
        }
        count += 1;
        const body = (await answer.json()) as object;
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify({ ...body, ...(count % 2 ? { id: '..' } : { id: '.' }) }));
      },
    );
    await runThrough(server, ['--settle', '0.2', '--only', 'response,authentication']);
    expect(deleted.filter((url) => /apiTokens\/?$|\/\.+$|v1\/?$/.test(url))).toEqual([]);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('of runs have a check digit, and no date and no word is one', () => {
    for (let index = 0; index < 200; index += 1) {
      const id = newRunId();
      expect([id, isRunId(id)]).toEqual([id, true]);
      expect(runOf(`portal-conformance-${id}-Charts`)).toBe(id);
      const other = id.startsWith('2') ? '3' : '2';
      expect(isRunId(other + id.slice(1))).toBe(false);
    }
    for (const text of ['2026112424', 'production', 'nightlyrun', 'staging']) {
      expect(runOf(`portal-conformance-${text}-x`)).toBeUndefined();
    }
    // Ids of version 0.1 look like dates: they count when they are named.
    expect(runOf('portal-conformance-20261129-results')).toBeUndefined();
    expect(runOf('portal-conformance-0badcafe-x')).toBeUndefined();
    expect(runOf('portal-conformance-0badcafe-x', '0badcafe')).toBe('0badcafe');
  });
});

describe('deletion', () => {
  test('by a portal that renames first what it deletes is no other account', async () => {
    const renaming = await startReference({
      ...plain,
      jobMs: 600,
      around: async (request, usual, store) => {
        const isMeant = request.url.endsWith('/admin/deleteAccount');
        const { id } = isMeant ? ((await request.clone().json()) as { id: number }) : {};
        const response = await usual(request);
        const account = store.accounts.find((one) => one.id === id);
        if (response.ok && account) Object.assign(account, { name: `deleted_1_${account.name}` });
        return response;
      },
    });
    const first = stateOf(renaming.store);
    const few = ['--only', 'unknown-token-refused', '--settle', '0.5'];
    const { code, report } = await portalConformance(few, adminVariablesOf(renaming));
    expect([code, report.leftovers]).toEqual([0, []]);
    await expect.poll(() => stateOf(renaming.store)).toBe(first);
    await renaming.close();
  });

  test('by a portal that says 410 afterwards is confirmed', async () => {
    const isOne = ({ url = '' }: IncomingMessage) => url.includes('/admin/getAccount?');
    const server = await answered(portal, isOne, async (answer, response) => {
      response.writeHead(answer.status === 404 ? 410 : answer.status);
      response.end(await answer.text());
    });
    const { code, report } = await runThrough(server, [...little, '--cleanup-timeout', '4']);
    expect([code, report.cleanup?.unverified]).toEqual([0, 0]);
    expect(stateOf(portal.store)).toBe(before);
  });
});

describe('what is not of the run', () => {
  test('a user who joins an account of the run keeps it from being removed', async () => {
    const { store } = portal;
    const server = await behind(portal, (request) => {
      const last = store.accounts.at(-1);
      const isOurs = last?.name.startsWith('portal-conformance-');
      if (isOurs && isCall(request, 'GET /apiTokens') && store.usersOf(last?.id ?? 0).length < 3)
        store.addUser(last as NonNullable<typeof last>, 'anna@example.com', 'password');
      return false;
    });
    const { code, report } = await runThrough(server);
    expect(code).toBe(4);
    expect(report.leftovers.map(({ why }) => why)).toContain(
      '1 user in it was not created by the run',
    );
    expect(store.users.some(({ username }) => username === 'anna@example.com')).toBe(true);
  });

  describe.each([
    ['404', (response: ServerResponse) => void response.writeHead(404).end()],
    [
      'a page and 200',
      (response: ServerResponse) =>
        void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Human?</h1>'),
    ],
  ])('a ban that answers %s to everything', (_, turnAway) => {
    async function judgedThrough(banMs: number, ...args: string[]) {
      let bannedUntil: number | undefined;
      const server = await behind(portal, (request, response) => {
        if (isCall(request, 'POST /admin/deleteAccount')) bannedUntil ??= Date.now() + banMs;
        if (bannedUntil === undefined || Date.now() > bannedUntil) return false;
        turnAway(response);
        return true;
      });
      return runThrough(server, [...little, ...args]);
    }

    test('is waited out', async () => {
      const { code, report } = await judgedThrough(1500);
      expect({ code, left: report.leftovers }).toEqual({ code: 0, left: [] });
      expect(stateOf(portal.store)).toBe(before);
    });

    test('that does not end leaves nothing that is not named', async () => {
      const { code, report } = await judgedThrough(60_000, '--cleanup-timeout', '2');
      const accounts = portal.store.accounts.length - 3;
      const named = report.leftovers.filter(({ what }) => what.startsWith('account '));
      expect({ code, named: named.length }).toEqual({ code: 4, named: accounts });
      expect(accounts).toBeGreaterThan(0);
    });
  });

  const cleanup = (...args: string[]) =>
    run(process.execPath, ['dist/src/cli.js', 'cleanup', ...args], adminVariablesOf(portal));

  test('a user who joins before the refusals keeps an account from being removed early', async () => {
    let joined: number[] = [];
    const server = await behind(portal, (request) => {
      const { accounts } = portal.store;
      if (joined.length > 0 || accounts.length < 5 || !isCall(request, 'GET /apiTokens'))
        return false;
      joined = accounts.slice(3).map((account) => {
        portal.store.addUser(account, `visitor-${account.id}@example.com`, 'password');
        return account.id;
      });
      return false;
    });
    const { code, report } = await runThrough(server, [
      '--only',
      'missing-header-refused',
      '--settle',
      '0.5',
    ]);
    expect({ code, left: report.leftovers.length }).toEqual({ code: 4, left: 2 });
    expect(portal.store.accounts.map(({ id }) => id)).toEqual(expect.arrayContaining(joined));
  });

  test('a user of a run in the account of others, and an account without users, are left', async () => {
    const { store } = portal;
    const runId = newRunId();
    const theirs = store.addAccount('Their account');
    store.addUser(theirs, `portal-conformance-${runId}-user@example.com`, 'password');
    store.addAccount(`portal-conformance-${runId}-Charts`);
    const ended = await cleanup('--yes');
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/2 found, 0 removed/) });
    expect(ended.stdout).toMatch(/not removed, its account is not one of the run/);
    expect(ended.stdout).toMatch(/not removed, no user of run \w+ is listed in it/);
    expect(store.accounts).toContain(theirs);
  });

  test('an account that is named by its id is removed under the same rule', async () => {
    const { store } = portal;
    const runId = newRunId();
    const own = store.addAccount(`portal-conformance-${runId}-Charts`);
    store.addUser(own, `portal-conformance-${runId}-user@example.com`, 'password');
    const other = store.addAccount('Their account');
    expect(await cleanup('--account', String(other.id), '--yes')).toMatchObject({ code: 2 });
    expect(store.accounts).toContain(other);
    const ended = await cleanup('--account', String(own.id), '--yes');
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/1 found, 1 removed/) });
    expect(ended.stdout).toMatch(/lists of a portal may be incomplete/);
    expect(store.accounts).not.toContain(own);
  });
});

test('a target that turns into a black hole ends within both bounds, and names what stays', async () => {
  let isHole = false;
  const server = await behind(portal, (request) => {
    if (isCall(request, 'POST /apiTokens')) isHole = true;
    return isHole;
  });
  const bounds = ['--deadline', '2', '--cleanup-timeout', '3', '--timeout', '60'];
  const { code, report } = await runThrough(server, bounds);
  expect(code).toBe(4);
  // At each of them a request that writes is given two seconds more; the rest is for a slow machine.
  expect(report.durationMs).toBeLessThan(2000 + 3000 + 2 * 2000 + 6000);
  expect(report.leftovers.length).toBeGreaterThanOrEqual(2);
  expect(report.leftovers[0]?.command).toBe(
    `portal-conformance cleanup ${report.target} --run ${report.runId} --yes`,
  );
});

test('removals that hang do not keep the session of the administrator from being ended', async () => {
  const { store, admin } = portal;
  const administrator = store.users.find(({ username }) => username === admin.username);
  const openOfAdministrator = () =>
    [...store.sessions].flatMap(([id, { userId }]) => (userId === administrator?.id ? [id] : []));
  const openBefore = openOfAdministrator();
  const server = await behind(portal, (request) => isCall(request, 'POST /admin/deleteAccount'));
  const bounds = ['--only', 'array', '--cleanup-timeout', '6', '--timeout', '60'];
  const { code, report } = await runThrough(server, bounds);
  expect(code).toBe(4);
  expect(report.leftovers.map(({ what }) => what).join()).not.toMatch(/session/);
  expect(openOfAdministrator()).toEqual(openBefore);
});

/** A portal whose answers and requests are rewritten on the way. */
async function behindRewriting(
  { url }: Reference,
  out: (text: string) => string,
  back: (text: string) => string,
): Promise<Listening> {
  const { http } = await import('./support/servers.ts');
  return http(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = 'GET', headers } = request;
    const kept = Object.entries(headers).filter(([name]) => /^(auth|content-type)/.test(name));
    const options = { method, headers: Object.fromEntries(kept), agent: false };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      // On a connection of its own: a kept one may be closed just as it is used.
      const sent = sendRequest(url + back(request.url ?? ''), options, resolve).on('error', reject);
      sent.end(method === 'GET' ? undefined : back(Buffer.concat(chunks).toString()));
    });
    const type = answer.headers['content-type'] ?? '';
    response.writeHead(answer.statusCode ?? 502, type ? { 'Content-Type': type } : {});
    response.end(out(await text(answer)));
  });
}
