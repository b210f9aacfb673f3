import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { redact } from '../src/container/log.ts';
import { readJson } from '../src/http/json-text.ts';
import { Limiter } from '../src/http/limiter.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { shim } from './real/network.ts';
import { portalConformance } from './support/cli.ts';
import { adminVariablesOf, idsWith, judgeWith, tripped, variablesOf } from './support/judge.ts';
import { forwardTo, http } from './support/servers.ts';
import { answered, behind, isCall, stateOf } from './support/shims.ts';

// Verdicts in front of servers as they are met: limits, bans, lost answers, restarts.

let portal: Reference;
let before: string;

beforeEach(async () => {
  portal = await startReference();
  before = stateOf(portal.store);
});

afterEach(async () => {
  await portal.close();
});

describe('a limit on requests', () => {
  /** So many requests in any 200 ms, and 429 without a word of when to come back. */
  function limited(most: number) {
    const forward = forwardTo(portal.url);
    const times: number[] = [];
    let sent = 0;
    const server = http((request, response) => {
      const now = Date.now();
      while ((times[0] ?? now) < now - 200) times.shift();
      sent += 1;
      if (times.length >= most) return void response.writeHead(429).end();
      times.push(now);
      return forward(request, response);
    });
    return { server, sent: () => sent };
  }

  test('slows the whole run, which is decided, and sends little twice', async () => {
    const { server, sent } = limited(12);
    const { url, close } = await server;
    const report = await judgeWith(
      { ...adminVariablesOf(portal), PORTAL_TARGET: url },
      { settle: '10' },
    );
    await close();
    expect([report.outcome, report.message]).toEqual(['conformant', expect.any(String)]);
    expect(report.timeline?.waits.map(({ why }) => why)).toContain('pacing');
    expect(report.timeline?.requests.filter(([, , status]) => status === 429)).not.toEqual([]);
    // Some 850 are needed.
    expect(sent()).toBeLessThan(1400);
    expect(stateOf(portal.store)).toBe(before);
  });

  test('that takes logins again after more than a second is waited out', async () => {
    let until = 0;
    const server = await behind(portal, (request, response) => {
      // The first is that of the administrator.
      if (!isCall(request, 'POST /auth/login') || portal.store.sessions.size < 2) return false;
      until ||= Date.now() + 1350;
      if (Date.now() > until) return false;
      response.writeHead(429).end();
      return true;
    });
    const given = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const report = await judgeWith(given, { settle: '5', only: 'array' });
    await server.close();
    expect([report.exitCode, until > 0]).toEqual([0, true]);
  });

  test('is named, with the option to use, where it leaves something undecided', async () => {
    const { server } = limited(1);
    const { url, close } = await server;
    const { code, report } = await portalConformance(['--settle', '1'], {
      ...variablesOf(portal),
      PORTAL_TARGET: url,
    });
    await close();
    expect([code, report.outcome]).toEqual([3, 'undecided']);
    expect(report.message).toMatch(
      /The server limits requests \(429 or 503, \d+ times\): --(rate \d+|concurrency 1) keeps below it from the start\.$/,
    );
  });

  test('--rate is kept from the first request on', async () => {
    const times: number[] = [];
    const server = await behind(portal, () => {
      times.push(Date.now());
      return false;
    });
    const given = { ...variablesOf(portal), PORTAL_TARGET: server.url };
    const report = await judgeWith(given, { rate: '40', only: 'response' });
    await server.close();
    expect(report.outcome).toBe('conformant-partial');
    // Timers may be early by a millisecond; the one before may have been late.
    const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(took).toBeGreaterThan((times.length - 1) * 25 * 0.9);
  });

  test('turns that nobody takes hold up neither the end of a run nor cleaning up', async () => {
    const limiter = new Limiter(0.1);
    const end = new AbortController();
    const turns = Array.from({ length: 16 }, () => limiter.turn(end.signal));
    end.abort();
    await Promise.all(turns);
    // The last of them would have come after 150 s.
    await limiter.turn(new AbortController().signal);
  });

  test('gives no advice on rates where more pass than anybody would limit', () => {
    const limiter = new Limiter();
    const refuseAfter = (passing: number) => {
      for (let count = 0; count < passing; count += 1) limiter.passed();
      limiter.refused(Date.now(), 48);
    };
    refuseAfter(0);
    refuseAfter(1_000_000);
    expect(limiter.advice).toBeUndefined();
  });

  test('is learned where few responses come between two refusals', async () => {
    const limiter = new Limiter();
    const refuseAfter = (passing: number) => {
      for (let count = 0; count < passing; count += 1) limiter.passed();
      limiter.refused(Date.now(), 48);
    };
    const rate = () => Number(limiter.advice?.match(/--rate (\d+)/)?.[1]);
    const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    refuseAfter(5);
    await later(40);
    refuseAfter(5);
    // Six take 120 ms at least, where the five before them took 40.
    for (let count = 0; count < 6; count += 1) {
      await later(40);
      refuseAfter(2);
    }
    expect(rate()).toBeLessThan(60);
  });

  test.each(['0', '-1', 'many'])('--rate %s is a wrong call', async (rate) => {
    const { code, stderr } = await portalConformance(['--rate', rate], variablesOf(portal));
    expect([code, stderr]).toEqual([2, expect.stringContaining('--rate (PORTAL_RATE) takes')]);
  });
});

test('a server that resets all but four connections at once costs no MUST, and few resets', async () => {
  let resets = 0;
  const { port, close } = await shim(Number(new URL(portal.url).port), {
    resets: (_, open) => {
      if (open >= 4) resets += 1;
      return open >= 4;
    },
  });
  const given = { ...variablesOf(portal), PORTAL_TARGET: `http://127.0.0.1:${port}` };
  const report = await judgeWith(given, { settle: '5' });
  await close();
  // At first 48 come at once, and none can know.
  expect([report.outcome, resets < 150]).toEqual(['conformant', true]);
});

test('Retry-After is kept by every request, not only by the one that was refused', async () => {
  let refusedAt = 0;
  let isWaiting = true;
  let early = 0;
  const server = await behind(portal, (_, response) => {
    if (refusedAt === 0 && isWaiting) {
      refusedAt = Date.now();
      response.writeHead(429, { 'Retry-After': '1' }).end();
      return true;
    }
    // What was in flight already came within a moment.
    if (Date.now() - refusedAt > 300 && Date.now() - refusedAt < 900) early += 1;
    isWaiting = false;
    return false;
  });
  const given = { ...variablesOf(portal), PORTAL_TARGET: server.url };
  const report = await judgeWith(given, { settle: '5' });
  await server.close();
  expect([report.outcome, early]).toEqual(['conformant', 0]);
});

test('a server that is gone for two seconds costs no MUST', async () => {
  let count = 0;
  let again: Promise<Reference> | undefined;
  const restart = async () => {
    await restarting.close();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    return startReference(undefined, {
      port: Number(new URL(restarting.url).port),
      of: restarting,
    });
  };
  const restarting = await startReference({
    name: 'restarting',
    says: 'it ends at the fourth request',
    trips: [],
    around: (request, usual) => {
      count += 1;
      if (count === 4) again = restart();
      return usual(request);
    },
  });
  const report = await judgeWith(variablesOf(restarting), { settle: '10' });
  await (await again)?.close();
  expect([report.outcome, report.message]).toEqual(['conformant', expect.any(String)]);
  expect(again).toBeDefined();
});

test('where nothing ever answered, a run does not wait for the settle bound', async () => {
  const { code, report } = await portalConformance(['--settle', '60', '--timeout', '30'], {
    ...variablesOf(portal),
    PORTAL_TARGET: 'http://127.0.0.1:9',
  });
  expect([code, report.outcome]).toEqual([3, 'undecided']);
  expect(report.durationMs).toBeLessThan(30_000);
});

test('a use that shows the second time is late, not missing', async () => {
  const uses = new WeakMap<object, number>();
  const late = await startReference({
    name: 'late',
    says: 'a use is recorded with the next one',
    trips: [],
    use: (token) => {
      token.lastUsedAt = uses.get(token) ?? token.lastUsedAt;
      uses.set(token, Date.now());
    },
  });
  const given = { settle: '0', only: 'last-used-at-records-use' };
  const report = await judgeWith(variablesOf(late), given);
  await late.close();
  const [judged] = report.requirements.filter(({ id }) => id === 'last-used-at-records-use');
  expect([tripped(report), judged?.status, judged?.message]).toEqual([
    [],
    'pass',
    expect.stringMatching(/it took longer than the settle bound to show$/),
  ]);
});

describe('a ban after something was ended', () => {
  test.each([403, 401])('with %i is no finding and no proof', async (status) => {
    let isBanned = false;
    const server = await answered(
      portal,
      (request) => {
        if (isBanned && request.method === 'GET' && request.url?.endsWith('/apiTokens'))
          return true;
        return isCall(request, 'POST /auth/logout') && !isBanned;
      },
      async (answer, response) => {
        const wasBanned = isBanned;
        isBanned = true;
        response.writeHead(wasBanned ? status : answer.status).end();
      },
    );
    const report = await judgeWith(
      { ...adminVariablesOf(portal), PORTAL_TARGET: server.url },
      { only: 'ended-session-refused' },
    );
    await server.close();
    expect(idsWith(report.requirements, 'inconclusive')).toEqual(['ended-session-refused']);
    expect(stateOf(portal.store)).toBe(before);
  });
});

test('a login, a logout and a deletion whose responses were lost are done again', async () => {
  const lost = new Set<string>();
  const isLost = (request: IncomingMessage) => {
    const call = ['POST /auth/login', 'POST /auth/logout', 'POST /admin/deleteUser'].find((one) =>
      isCall(request, one),
    );
    if (call === undefined || lost.has(call)) return false;
    // Those of the administrator and of the users come first.
    if (call === 'POST /auth/login' && !lost.has('POST /auth/logout')) return false;
    lost.add(call);
    return true;
  };
  const server = await answered(portal, isLost, async (_, response) => {
    response.destroy();
  });
  const report = await judgeWith(
    { ...adminVariablesOf(portal), PORTAL_TARGET: server.url },
    { only: 'ended-session-refused,removed-user-refused' },
  );
  await server.close();
  expect([...lost].sort()).toHaveLength(3);
  expect(idsWith(report.requirements, 'pass')).toEqual([
    'ended-session-refused',
    'removed-user-refused',
  ]);
  expect(stateOf(portal.store)).toBe(before);
});

describe('a firewall', () => {
  const isInjection = (authorization = '') => /[%*']/.test(authorization);

  test.each<[string, string, (response: ServerResponse) => void]>([
    ['resets connections', 'connections reset', (response) => response.destroy()],
    [
      'answers with challenges',
      'challenges',
      (response) => void response.writeHead(405, { 'X-Amzn-Waf-Action': 'captcha' }).end(),
    ],
  ])('that %s is named, and what came through decides', async (_, named, turnAway) => {
    const server = await behind(portal, (request, response) => {
      if (!isInjection(request.headers.authorization)) return false;
      turnAway(response);
      return true;
    });
    const variables = { ...variablesOf(portal), PORTAL_TARGET: server.url };
    const report = await judgeWith(variables, { only: 'placeholder-token-refused' });
    await server.close();
    const [found] = report.requirements.filter(({ id }) => id === 'placeholder-token-refused');
    expect(found).toMatchObject({
      status: 'pass',
      message: expect.stringMatching(new RegExp(`ended at somebody in front .*\\(${named}\\)$`)),
    });
  });

  test.each([
    ['a page without them', '<h1>Rejected</h1>', 'pass'],
    ['a page that shows tokens', undefined, 'fail'],
  ])('that answers %s with 200: %s', async (_, page, status) => {
    const server = await behind(portal, (request, response) => {
      if (!isInjection(request.headers.authorization)) return false;
      const tokens = portal.store.tokens.map(({ id }) => `<li>${id}</li>`).join('');
      response.writeHead(200, { 'Content-Type': 'text/html', 'X-Front': '1' });
      response.end(page ?? `<ul>${tokens}</ul>`);
      return true;
    });
    const variables = { ...variablesOf(portal), PORTAL_TARGET: server.url };
    const report = await judgeWith(variables, { only: 'placeholder-token-refused' });
    await server.close();
    const [found] = report.requirements.filter(({ id }) => id === 'placeholder-token-refused');
    expect(found?.status).toBe(status);
  });

  test('that turns browsers away says nothing of their tokens, whatever is judged after it', async () => {
    const held: (() => void)[] = [];
    const forward = forwardTo(portal.url);
    const known = new Set(portal.credentials.values());
    const server = await http((request, response) => {
      const { accept, authorization, 'user-agent': client } = request.headers;
      if (accept?.startsWith('text/html'))
        return void response.writeHead(403, { 'Content-Type': 'text/html' }).end('<h1>No</h1>');
      // The second round comes when browsers have been turned away, and the portal is asked for its own words.
      if (client?.endsWith('; read 2')) return void held.push(() => forward(request, response));
      if (!known.has(`${authorization}`.slice('Bearer '.length)))
        for (const go of held.splice(0)) go();
      return forward(request, response);
    });
    const report = await judgeWith(
      { ...variablesOf(portal), PORTAL_TARGET: server.url },
      { only: 'api-token-accepted,any-client-sees-the-same' },
    );
    await server.close();
    expect(idsWith(report.requirements, 'pass')).toEqual([
      'api-token-accepted',
      'any-client-sees-the-same',
    ]);
  });
});

describe('403 of somebody in front is not the verdict of the portal', () => {
  const turnAway = (response: ServerResponse) => {
    response.writeHead(403, { 'Content-Type': 'text/html', 'X-Front': '1' }).end('<h1>No</h1>');
    return true;
  };

  test('where requests are limited with it', async () => {
    const times: number[] = [];
    const server = await behind(portal, (_, response) => {
      const now = Date.now();
      while ((times[0] ?? now) < now - 500) times.shift();
      if (times.length >= 20) return turnAway(response);
      times.push(now);
      return false;
    });
    const given = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const report = await judgeWith(given, { settle: '4' });
    await server.close();
    expect([tripped(report), report.outcome]).toEqual([[], 'undecided']);
    expect(report.message).toMatch(
      / answered with 403 \(\d+ times\) and accepted later: .*--rate N/,
    );
  });

  test('where the portal is not seen behind it, as it refuses wrong tokens for longer', async () => {
    const valid = new Set(portal.credentials.values());
    let [wrong, reads] = [0, 0];
    const server = await behind(portal, ({ headers }, response) => {
      const token = `${headers.authorization}`.slice('Bearer '.length);
      if (!valid.has(token)) wrong += 1;
      const isTeammate = token === portal.credentials.get('teammate.token');
      if (isTeammate) reads += 1;
      // The first read tells whether the token was given rightly.
      const isRefused = isTeammate && reads > 1 && wrong < 2;
      return (isRefused || !valid.has(token)) && turnAway(response);
    });
    const report = await judgeWith(
      { ...variablesOf(portal), PORTAL_TARGET: server.url },
      { settle: '2', only: 'api-token-accepted' },
    );
    await server.close();
    expect([tripped(report), report.outcome, wrong]).toEqual([[], 'undecided', 2]);
  });

  test('where it forbids to create a user for two seconds, after another of such a name', async () => {
    let until = 0;
    const names = new Set<string>();
    const server = await behind(portal, (request, response) => {
      for (const { username } of portal.store.users) names.add(username);
      if (!isCall(request, 'POST /admin/createUser')) return false;
      until ||= Date.now() + 2000;
      return Date.now() < until && turnAway(response);
    });
    const given = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const report = await judgeWith(given, { settle: '2', only: 'array' });
    await server.close();
    const created = [...names].filter((name) => name.startsWith('portal-conformance'));
    const odd = created.filter((name) => name.includes('+'));
    expect([report.exitCode, created.length, odd.length]).toEqual([0, 3, 3]);
  });

  test('where an address is banned for wrong tokens', async () => {
    let wrong = 0;
    let bannedUntil = 0;
    const forward = forwardTo(portal.url);
    const server = await http((request, response) => {
      if (Date.now() < bannedUntil) return void turnAway(response);
      response.on('finish', () => {
        if (response.statusCode === 401) wrong += 1;
        if (wrong === 4) bannedUntil = Date.now() + 4000;
      });
      return forward(request, response);
    });
    const given = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
    const only = 'acts-change-nothing-else,deleted-token-refused,removed-user-refused';
    const report = await judgeWith(given, { settle: '2', only });
    await server.close();
    expect([tripped(report), report.outcome]).toEqual([[], 'undecided']);
    expect(bannedUntil).toBeGreaterThan(0);
  });
});

describe('a limit that does not say so', () => {
  const page = (response: ServerResponse, status: number) =>
    void response
      .writeHead(status, { 'Content-Type': 'text/html', 'X-Front': '1' })
      .end('<h1>No</h1>');
  const judged = async (url: string) =>
    judgeWith({ ...variablesOf(portal), PORTAL_TARGET: url }, { settle: '4' });

  test('of requests at once is no answer to a request without a header', async () => {
    const forward = forwardTo(portal.url);
    let [open, away] = [0, 0];
    const server = await http((request, response) => {
      if (open >= 5) {
        away += 1;
        return page(response, 403);
      }
      open += 1;
      response.on('close', () => {
        open -= 1;
      });
      return forward(request, response);
    });
    const report = await judged(server.url);
    await server.close();
    expect([tripped(report), away > 0]).toEqual([[], true]);
  });

  test('of wrong tokens leaves open what it turns away', async () => {
    const wrong: number[] = [];
    let away = 0;
    const server = await answered(
      portal,
      () => true,
      async (answer, response) => {
        const now = Date.now();
        while ((wrong[0] ?? now) < now - 1000) wrong.shift();
        if (answer.status === 401 && wrong.length >= 10) {
          away += 1;
          return page(response, 403);
        }
        if (answer.status === 401) wrong.push(now);
        const kept = [...answer.headers].filter(([name]) => /^(content-type|www-)/.test(name));
        response.writeHead(answer.status, Object.fromEntries(kept)).end(await answer.text());
      },
    );
    const report = await judged(server.url);
    await server.close();
    expect([tripped(report), away > 0]).toEqual([[], true]);
  });

  test('by a page with 200 is no sign that the portal accepts a token', async () => {
    let wrong = 0;
    const forward = forwardTo(portal.url);
    const server = await http((request, response) => {
      if (wrong >= 10) return page(response, 200);
      response.on('finish', () => {
        if (response.statusCode === 401) wrong += 1;
      });
      return forward(request, response);
    });
    const variables = { ...variablesOf(portal), PORTAL_TARGET: server.url };
    const report = await judgeWith(variables, { settle: '4', only: 'authentication' });
    await server.close();
    expect(tripped(report)).toEqual([]);
  });
});

test('Cache-Control: no-cache is on reads that removal rests on, and on no other', async () => {
  const seen = new Map<string, Set<string>>();
  let isRemoving = false;
  const server = await behind(portal, (request) => {
    const call = `${request.method} ${request.url?.split('?')[0]?.replace('/api/portal/v1', '')}`;
    if (call === 'POST /admin/deleteAccount') isRemoving = true;
    const kind = request.headers['cache-control'] === 'no-cache' ? 'with' : 'without';
    const where = isRemoving ? 'removal' : 'before';
    seen.set(`${where} ${kind}`, (seen.get(`${where} ${kind}`) ?? new Set()).add(call));
    return false;
  });
  await judgeWith(
    { ...adminVariablesOf(portal), PORTAL_TARGET: server.url },
    { skip: 'authentication' },
  );
  await server.close();
  // Whose an account is, and who is in it, is read before it is removed.
  expect([...(seen.get('before with') ?? [])].sort()).toEqual([
    'GET /admin/getAccount',
    'GET /admin/getAllAccounts',
    'GET /admin/getAllUsers',
  ]);
  expect([...(seen.get('removal with') ?? [])]).toContain('GET /admin/getAccount');
  expect([...(seen.get('before without') ?? [])]).toContain('GET /apiTokens');
});

test('one log line of any length is redacted at once', () => {
  const [plain, odd] = ['a'.repeat(2_000_000), 'key '.repeat(500_000)];
  expect(redact(plain, [])).toBe(plain);
  expect(redact(odd, [])).toBe(odd);
  expect(redact(`${plain}1 crew@example.com token=abcdef`, [])).toBe(
    '[secret] [address] token=[secret]',
  );
});

test('names with escapes are counted in the text, whatever was parsed before', () => {
  const count = (text: string) => readJson(Buffer.from(text)).repeatedNames();
  expect(count('[{"a":0,"\\\\":0}]')).toBe(0);
  expect(count('[{"a":0,"\\"":1}]')).toBe(0);
  expect(count('[{"a":0,"\\"":1,"\\u0022":2}]')).toBe(1);
  expect(count('[{"\\u0061":0,"a":1}]')).toBe(1);
});
