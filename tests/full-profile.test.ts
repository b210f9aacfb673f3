import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { type Behaviour, plain } from '../src/reference/behaviour.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import type { Report } from '../src/report/report.ts';
import type { Given } from '../src/settings/option-reader.ts';
import { portalConformance, run } from './support/cli.ts';
import {
  adminVariablesOf,
  idsWith,
  judgeBehaviour,
  judgeWith,
  tripped,
  variablesOf,
} from './support/judge.ts';
import { secretsIn } from './support/secrets.ts';
import { http } from './support/servers.ts';
import {
  behind as behindPortal,
  failing,
  type Interception,
  isCall,
  stateOf,
} from './support/shims.ts';

let portal: Reference;
let before: string;

beforeEach(async () => {
  await start(plain);
});

afterEach(() => portal.close());

async function start(behaviour: Behaviour): Promise<void> {
  if (behaviour !== plain) await portal.close();
  portal = await startReference(behaviour);
  before = stateOf(portal.store);
}

/** The portal behind something that answers some requests itself. */
const behind = (intercept: Interception) => behindPortal(portal, intercept);

test('an administrator is enough to decide everything, and nothing is left behind', async () => {
  const called = await portalConformance([], adminVariablesOf(portal));
  expect([called.code, called.report.profile, called.report.outcome]).toEqual([
    0,
    'full',
    'conformant',
  ]);
  expect(idsWith(called.report.requirements, 'excluded').length).toBeLessThanOrEqual(4);
  expect(called.report.cleanup?.removed).toBeGreaterThan(130);
  const { phases, requests, waits } = called.report.timeline ?? {};
  const names = ['preparation', 'reads', 'changes', 'refusals', 'cleanup'];
  expect(phases?.map(({ name }) => name)).toEqual(names);
  expect(requests?.length).toBe(called.report.requests);
  // A second of the server's clock has to pass between two uses.
  expect(waits?.map(({ why }) => why)).toContain('settling');
  expect(called.stderr).toBe(
    `portal-conformance: this run creates accounts, users and tokens on ${portal.url}, and removes them.\n`,
  );
  expect(stateOf(portal.store)).toBe(before);
  expect(secretsIn(called.everything, portal.store)).toEqual([]);
});

test("an administrator's token will do as well", async () => {
  const admin = portal.store.users.find(({ isAdmin }) => isAdmin);
  const session = admin && portal.store.addSession(admin);
  before = stateOf(portal.store);
  const called = await portalConformance([], {
    PORTAL_TARGET: portal.url,
    PORTAL_ADMIN_TOKEN: session,
  });
  expect([called.code, called.report.profile]).toEqual([0, 'full']);
  expect(stateOf(portal.store)).toBe(before);
  expect(called.everything).not.toContain(session);
});

describe('the profile', () => {
  test('is read-only when tokens of personas are given, whoever else is', async () => {
    const { report } = await portalConformance([], {
      ...adminVariablesOf(portal),
      ...variablesOf(portal),
    });
    expect([report.profile, report.cleanup, report.seed]).toEqual(['read-only', null, null]);
  });

  test('is full when that is said', async () => {
    const variables = { ...adminVariablesOf(portal), ...variablesOf(portal) };
    const { code, report } = await portalConformance(['--profile', 'full'], variables);
    expect([code, report.profile]).toEqual([0, 'full']);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('read-only sends GET alone, though there is an administrator', async () => {
    const methods = new Set<string | undefined>();
    const server = await behind(({ method }) => {
      methods.add(method);
      return false;
    });
    const variables = {
      ...adminVariablesOf(portal),
      ...variablesOf(portal),
      PORTAL_TARGET: server.url,
    };
    expect((await portalConformance([], variables)).code).toBe(0);
    await server.close();
    expect([...methods]).toEqual(['GET']);
  });

  test.each([
    [
      ['--profile', 'full'],
      {},
      /The full profile needs PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or/,
    ],
    [['--profile', 'half'], {}, /takes read-only or full/],
    [[], { PORTAL_ADMIN_USERNAME: 'admin' }, /go together/],
    [[], { PORTAL_ADMIN_USERNAME: 'admin', PORTAL_ADMIN_TOKEN: 'x' }, /not both/],
    [['--seed', 'x'], {}, /takes a whole number/],
  ])('%s with %s is a wrong call', async (args, variables, sentence) => {
    const called = await portalConformance(['http://127.0.0.1:1', ...args], variables);
    expect([called.code, called.report.message]).toEqual([2, expect.stringMatching(sentence)]);
  });
});

describe('a token that was given', () => {
  /** Runs read-only behind something that notes where the caller's token goes. */
  async function placesOf(...args: string[]) {
    const token = portal.credentials.get('caller.token') ?? '';
    const urls: string[] = [];
    const userNames: string[] = [];
    const server = await behind(({ url = '', headers }) => {
      urls.push(url);
      const [, basic = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
      userNames.push(Buffer.from(basic, 'base64').toString().split(':')[0] ?? '');
      return false;
    });
    const called = await portalConformance(args, {
      ...variablesOf(portal),
      PORTAL_TARGET: server.url,
    });
    await server.close();
    const places = {
      urls: urls.filter((url) => url.includes(token)).length,
      userNames: userNames.filter((name) => name.includes(token)).length,
    };
    const requirement = (id: string) => called.report.requirements.find((one) => one.id === id);
    return { places, code: called.code, requirement };
  }

  test('goes into no URL and no Basic user name, though the target is on this machine', async () => {
    const { code, places, requirement } = await placesOf();
    expect({ code, places }).toEqual({ code: 0, places: { urls: 0, userNames: 0 } });
    expect(requirement('query-refused')).toMatchObject({
      status: 'excluded',
      message: expect.stringContaining('--allow-token-in-url'),
    });
    expect(requirement('other-scheme-refused')).toMatchObject({
      status: 'pass',
      message: expect.stringMatching(/^over 6 requests; .*--allow-token-in-url sends it$/),
    });
  });

  test('goes there when nothing on the way logs', async () => {
    const { code, places, requirement } = await placesOf('--allow-token-in-url');
    expect({ code, places }).toEqual({ code: 0, places: { urls: 4, userNames: 1 } });
    expect(requirement('query-refused')?.status).toBe('pass');
    expect(requirement('other-scheme-refused')?.message).toBe('over 7 requests');
  });
});

describe('who cannot make users', () => {
  test('a wrong password', async () => {
    const variables = { ...adminVariablesOf(portal), PORTAL_ADMIN_PASSWORD: 'wrong password' };
    const { code, report, everything } = await portalConformance([], variables);
    expect([code, report.message]).toEqual([
      2,
      'PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD were rejected (401).',
    ]);
    expect(everything).not.toContain('wrong password');
  });

  test('the login of a user who is no administrator, whose session is ended', async () => {
    const [user] = portal.store.users;
    const variables = {
      PORTAL_ADMIN_USERNAME: user?.username,
      PORTAL_ADMIN_PASSWORD: user?.password,
    };
    const { code } = await portalConformance([], { PORTAL_TARGET: portal.url, ...variables });
    expect([code, stateOf(portal.store)]).toEqual([2, before]);
  });

  test('a user who is no administrator', async () => {
    const token = portal.credentials.get('caller.token');
    const { code, report } = await portalConformance([], {
      PORTAL_TARGET: portal.url,
      PORTAL_ADMIN_TOKEN: token,
    });
    expect([code, report.message]).toEqual([
      2,
      expect.stringMatching(/is not an administrator of this portal/),
    ]);
  });

  test('a portal without the calls', async () => {
    const server = await behind((request, response) => {
      if (!request.url?.includes('/admin/')) return false;
      response.writeHead(404).end();
      return true;
    });
    const { code, report } = await portalConformance(['--settle', '0.2'], {
      ...adminVariablesOf(portal),
      PORTAL_TARGET: server.url,
    });
    await server.close();
    expect([code, report.outcome, report.message]).toEqual([
      3,
      'undecided',
      'The users of the run could not be created: POST /api/portal/v1/admin/createAccount: status 404.',
    ]);
  });

  test('a redirect, and no portal at all', async () => {
    const redirect = await http((request, response) =>
      response.writeHead(308, { Location: `https://portal.example${request.url}` }).end(),
    );
    const admin = adminVariablesOf(portal);
    const first = await portalConformance([], { ...admin, PORTAL_TARGET: redirect.url });
    await redirect.close();
    expect([first.code, first.report.message]).toEqual([
      2,
      expect.stringMatching(/Give https:\/\/portal\.example as/),
    ]);
    const page = await http((_, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'),
    );
    const second = await portalConformance([], { ...admin, PORTAL_TARGET: page.url });
    await page.close();
    expect([second.code, second.report.message]).toEqual([
      2,
      expect.stringMatching(/^This is not a portal/),
    ]);
    const third = await portalConformance([], { ...admin, PORTAL_TARGET: 'http://127.0.0.1:1' });
    expect([third.code, third.report.message]).toEqual([
      3,
      expect.stringMatching(/nothing listens there/),
    ]);
  });

  test('an answer of another shape', async () => {
    const server = await behind((request, response) => {
      if (!isCall(request, 'POST /admin/createUser')) return false;
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end('{"user": {"id": "seven"}}');
      return true;
    });
    const { code, report } = await portalConformance([], {
      ...adminVariablesOf(portal),
      PORTAL_TARGET: server.url,
    });
    await server.close();
    expect([code, report.message]).toEqual([
      3,
      expect.stringMatching(/its answer is not what the documentation says/),
    ]);
    expect(stateOf(portal.store)).toBe(before);
  });
});

describe('what a portal does with those who have not logged in', () => {
  const anonymous: [string, number, Record<string, string>][] = [
    ['404', 404, {}],
    ['a redirect to a login page', 302, { Location: '/login' }],
    ['a login page', 200, { 'Content-Type': 'text/html' }],
  ];
  test.each(anonymous)('%s is a finding, not a wrong call', async (_, status, headers) => {
    const server = await behind((request, response) => {
      if (request.headers.authorization || isCall(request, 'POST /auth/login')) return false;
      response.writeHead(status, headers).end('<!doctype html><title>Sign in</title>');
      return true;
    });
    const { code, report } = await portalConformance(['--settle', '0.5'], {
      ...adminVariablesOf(portal),
      PORTAL_TARGET: server.url,
    });
    await server.close();
    expect(code).toBe(1);
    expect(idsWith(report.requirements, 'fail')).toContain('missing-header-refused');
    expect(stateOf(portal.store)).toBe(before);
  });

  test('a redirect from http to https is a wrong call, and no password is sent', async () => {
    const seen: (string | undefined)[] = [];
    const redirect = await http((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(302, { Location: 'https://portal.example/login' }).end();
    });
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: redirect.url };
    const { code, report } = await portalConformance([], variables);
    await redirect.close();
    expect([code, report.message]).toEqual([2, expect.stringMatching(/If that is a login page/)]);
    expect(seen.filter((call) => !call?.startsWith('GET '))).toEqual([]);
  });

  test('a page with 401 is conformant', async () => {
    const server = await behind((request, response) => {
      if (request.headers.authorization || isCall(request, 'POST /auth/login')) return false;
      response.writeHead(401, { 'Content-Type': 'text/html', 'WWW-Authenticate': 'Bearer' });
      response.end('<!doctype html><title>Unauthorized</title>');
      return true;
    });
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const { code } = await portalConformance(['--settle', '0.5'], variables);
    const wrong = { ...variables, PORTAL_ADMIN_PASSWORD: 'wrong password' };
    const { report } = await portalConformance([], wrong);
    await server.close();
    expect([code, report.message]).toEqual([
      0,
      'PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD were rejected (401).',
    ]);
  });
});

test.each([
  ['the list and /auth/whoami', /apiTokens$|whoami$/],
  ['the list', /apiTokens$/],
])('a portal whose %s reject what the run created is broken', async (_, rejecting) => {
  const server = await behind((request, response) => {
    if (request.method !== 'GET' || !rejecting.test(request.url ?? '')) return false;
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
    return true;
  });
  const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
  const { code, report } = await portalConformance(['--settle', '0.2'], variables);
  await server.close();
  expect(code).toBe(1);
  expect(idsWith(report.requirements, 'fail')).toEqual([
    'api-token-accepted',
    'session-token-accepted',
    'every-kind-accepted',
  ]);
  expect(stateOf(portal.store)).toBe(before);
});

describe('a /auth/whoami that tells somebody else', () => {
  const failed = async (isMeant: (bearer: string) => boolean) => {
    const server = await behind((request, response) => {
      const bearer = request.headers.authorization?.slice('Bearer '.length) ?? '';
      if (!request.url?.endsWith('/auth/whoami') || !isMeant(bearer)) return false;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end('{"userId":1,"account":{"id":1}}');
      return true;
    });
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const { report } = await portalConformance(['--settle', '0.5', '--only', 'record'], variables);
    await server.close();
    return idsWith(report.requirements, 'fail');
  };

  test('to everybody is not believed', async () => {
    expect(await failed(() => true)).toEqual([]);
  });

  test('to a listed token alone shows that it is not that of its user', async () => {
    expect(await failed((bearer) => !portal.store.sessions.has(bearer))).toEqual([
      'listed-id-opens',
    ]);
  });
});

/** Creation of tokens that is refused after so many. */
async function judgeWithQuota(quota: number, given: Given = {}): Promise<Report> {
  let made = 0;
  const server = await behind((request, response) => {
    if (isCall(request, 'POST /apiTokens')) made += 1;
    if (!isCall(request, 'POST /apiTokens') || made <= quota) return false;
    response.writeHead(403).end();
    return true;
  });
  const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
  const report = await judgeWith(variables, given);
  await server.close();
  expect(stateOf(portal.store)).toBe(before);
  return report;
}

test("a token that a job adds to each account a moment later is nobody's fault", async () => {
  const behaviour: Behaviour = {
    name: 'token-by-job',
    says: 'a job adds a token to each account a moment after its creation',
    trips: [],
    profile: 'full',
    around: async (request, usual, store) => {
      const response = await usual(request);
      const user = request.url.endsWith('/createAccount') ? store.users.at(-1) : undefined;
      if (user && response.ok) setTimeout(() => store.addToken(user, 'Viewer', null), 300);
      return response;
    },
  };
  const report = await judgeBehaviour(behaviour, { only: 'acts-change-nothing-else' });
  const [acts] = report.requirements.filter(({ id }) => id === 'acts-change-nothing-else');
  expect(acts?.status).toBe('pass');
});

test('a quota on tokens leaves the long list to those that could be created', async () => {
  const report = await judgeWithQuota(60, { only: 'long-list-whole' });
  expect([report.outcome, tripped(report)]).toEqual(['conformant-partial', []]);
  const long = report.requirements.find(({ id }) => id === 'long-list-whole');
  expect(long?.message).toMatch(
    /^\d\d tokens, all listed; more could not be created: POST \/api\/portal\/v1\/apiTokens: status 403$/,
  );
});

test('a page of 300 tokens is found with --long-list, and not without', async () => {
  const paged: Behaviour = {
    ...plain,
    profile: 'full',
    visible: (usual) => usual.slice(0, 300),
  };
  const only = 'long-list-whole';
  expect(tripped(await judgeBehaviour(paged, { only }))).toEqual([]);
  expect(tripped(await judgeBehaviour(paged, { only, 'long-list': '310' }))).toEqual([only]);
});

test.each([0, 3])(
  'a portal that lets %i tokens be created is undecided, and says why',
  async (quota) => {
    const report = await judgeWithQuota(quota);
    expect([report.outcome, tripped(report)]).toEqual(['undecided', []]);
    const open = report.requirements.filter(({ status }) => status === 'inconclusive');
    expect(open.length).toBeGreaterThan(0);
    for (const { message } of open) expect(message).toMatch(/status 403|could not be created/);
    expect(JSON.stringify(open.map(({ message }) => message))).not.toContain('PORTAL_');
  },
);

describe('cleaning up', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s in the middle leaves the portal as it was', async (signal, code) => {
    let made = 0;
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const server = await behind((request) => {
      if (isCall(request, 'POST /apiTokens')) made += 1;
      if (made === 60) begin();
      return false;
    });
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const { code: ended, report } = await portalConformance([], variables, async (kill) => {
      await begun;
      kill(signal);
    });
    await server.close();
    expect([ended, report.outcome]).toEqual([code, 'interrupted']);
    expect(report.cleanup?.left).toEqual([]);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('the deadline in the middle leaves the portal as it was', async () => {
    const server = await behind(
      (request) => isCall(request, 'GET /apiTokens') && portal.store.tokens.length > 60,
    );
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const { code, report } = await portalConformance(['--deadline', '1.5'], variables);
    await server.close();
    expect([code, report.outcome]).toEqual([3, 'undecided']);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('one answer that fails is no reason to give up', async () => {
    const failed = new Set<string>();
    const server = await behind((request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      if (!/\/(deleteAccount|getAccount)$/.test(path) || failed.has(path)) return false;
      failed.add(path);
      response.writeHead(500).end();
      return true;
    });
    const report = await judgeWith({ ...adminVariablesOf(portal), PORTAL_TARGET: server.url });
    await server.close();
    expect(failed.size).toBe(2);
    expect(report.leftovers).toEqual([]);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('what cannot be removed is listed with the command that removes it', async () => {
    const server = await behind(failing('POST /admin/deleteAccount', 500));
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const called = await judgeWith(variables, { settle: '0.2' }, { cleanupTimeoutMs: 9000 });
    await server.close();
    expect([called.exitCode, called.outcome]).toEqual([4, 'conformant']);
    expect(called.leftovers.length).toBeGreaterThan(2);
    expect(called.message).toContain(
      `But ${called.leftovers.length} things that it created could not be removed.`,
    );
    const admin = portal.store.users.find(({ isAdmin }) => isAdmin);
    for (const { what, why, curl, command: cleanup } of called.leftovers) {
      expect(what).toMatch(/^account \d+ of run [2-9a-z]{10}, with its users and tokens$/);
      expect(why).toBe('POST /api/portal/v1/admin/deleteAccount: status 500');
      expect(cleanup).toBe(`portal-conformance cleanup ${server.url} --run ${called.runId} --yes`);
      const token = admin && portal.store.addSession(admin);
      const command = curl.replace(server.url, portal.url);
      expect((await run('bash', ['-c', command], { PORTAL_ADMIN_TOKEN: token })).stdout).toMatch(
        /^HTTP\/1\.1 200/,
      );
    }
    await expect.poll(() => portal.store.accounts.length).toBe(3);
  });

  test('an account that is refused to be removed is left for that reason, also when the bound passes', async () => {
    const refused = failing('POST /admin/deleteAccount', 500);
    const server = await behind(
      (request, response) =>
        isCall(request, 'POST /admin/deleteUser') || refused(request, response),
    );
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const only = { settle: '0.2', only: 'array' };
    const { leftovers } = await judgeWith(variables, only, { cleanupTimeoutMs: 4000 });
    await server.close();
    const why = 'POST /api/portal/v1/admin/deleteAccount: status 500';
    expect(leftovers).toMatchObject([{ why }, { why }]);
  });

  test('removals that never answer leave time to end the session, however short the bound is', async () => {
    const server = await behind((request) => isCall(request, 'POST /admin/deleteAccount'));
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const only = { settle: '0.2', only: 'array' };
    const { leftovers } = await judgeWith(variables, only, { cleanupTimeoutMs: 4000 });
    await server.close();
    expect(leftovers.map(({ what }) => what.split(' ')[0])).toEqual(['account', 'account']);
  });

  test('a run that was killed is found and removed by its names', async () => {
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const server = await behind((request) => {
      if (isCall(request, 'POST /apiTokens')) begin();
      return false;
    });
    const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    await run(process.execPath, ['dist/src/cli.js'], variables, async (kill) => {
      await begun;
      kill('SIGKILL');
    });
    await server.close();
    expect(stateOf(portal.store)).not.toBe(before);
    const cleanup = (...args: string[]) =>
      run(process.execPath, ['dist/src/cli.js', 'cleanup', ...args], {
        ...adminVariablesOf(portal),
        PORTAL_ONLY: 'array',
      });
    const listed = await cleanup('--older-than', '0s');
    expect([listed.code, listed.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^(account \d+ of run [2-9a-z]{10}, created \d+ s ago, \d users?\n){2}2 found; --yes removes it\n/,
      ),
    ]);
    for (const run of ['00000000', 'no-run']) {
      const unknown = await cleanup('--run', run, '--yes');
      expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('--run') });
    }
    expect((await cleanup('--older-than', '1h', '--yes')).stdout).toMatch(/^0 found, 0 removed\n/);
    const left = portal.store.accounts.length;
    expect(left).toBe(5);
    const removed = await cleanup('--older-than', '0s', '--yes');
    expect([removed.code, removed.stdout]).toEqual([
      0,
      expect.stringMatching(/2 found, 2 removed\n/),
    ]);
    expect(portal.store.accounts.length).toBe(3);
    expect(secretsIn(listed.stdout + removed.stdout, portal.store)).toEqual([]);
  });

  test('an account in which any user is foreign is left, and named', async () => {
    const { store } = portal;
    const team = store.addAccount('portal-conformance-20261124-nightly of team Blue');
    store.addUser(team, 'anna@example.com', 'password');
    store.addUser(team, 'portal-conformance-20261124-bot@example.com', 'password');
    const killed = store.addAccount('portal-conformance-0badcafe-Charts');
    store.addUser(killed, 'portal-conformance-0badcafe-user@example.com', 'password');
    const cleanup = (id: string) =>
      run(
        process.execPath,
        ['dist/src/cli.js', 'cleanup', '--run', id, '--yes'],
        adminVariablesOf(portal),
      );
    expect(await cleanup('0badcafe')).toMatchObject({ code: 0 });
    const removed = await cleanup('20261124');
    expect(removed).toMatchObject({ code: 1, stdout: expect.stringMatching(/1 found, 0 removed/) });
    expect(removed.stdout).toContain(`account ${team.id} of run 20261124, created`);
    expect(removed.stdout).toMatch(/1 user in it was not created by the run/);
    expect(store.usersOf(team.id)).toHaveLength(2);
    expect(store.accounts).not.toContain(killed);
  });

  test.each([
    [{}, 2, /Give the URL of the portal/],
    [{ PORTAL_TARGET: 'http://127.0.0.1:1' }, 2, /Cleaning up needs PORTAL_ADMIN_USERNAME/],
    [{ PORTAL_TARGET: 'http://127.0.0.1:1', PORTAL_ADMIN_TOKEN: 'x' }, 3, /nothing listens there/],
  ])('the command says what it lacks (%s)', async (variables, code, sentence) => {
    const ended = await run(process.execPath, ['dist/src/cli.js', 'cleanup'], variables);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(sentence)]);
  });
});

test('the same seed makes the same names', async () => {
  async function names(seed: string): Promise<string[]> {
    const seen: string[] = [];
    await start({
      ...plain,
      around: async (request, usual) => {
        if (/createAccount|createUser/.test(request.url)) {
          const body = (await request.clone().json()) as Record<string, string>;
          seen.push(String(body.username).replace(/portal-conformance-[2-9a-z]{10}-/, ''));
        }
        return usual(request);
      },
    });
    const report = await judgeWith(adminVariablesOf(portal), { seed, only: 'status-200' });
    expect(report.seed).toBe(Number(seed));
    return seen.sort();
  }
  const first = await names('7');
  expect(first).toHaveLength(3);
  expect(await names('7')).toEqual(first);
  expect(await names('8')).not.toEqual(first);
});

test('every requirement of the full profile is one that the reference run decides', async () => {
  const report = await judgeWith(adminVariablesOf(portal));
  const full = requirements.filter(
    ({ check, ...one }) => check && 'profiles' in one && one.profiles.includes('full'),
  );
  const decided = idsWith(report.requirements, 'pass');
  expect(full.map(({ id }) => id).filter((id) => !decided.includes(id))).toEqual(['https']);
});
