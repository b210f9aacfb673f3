import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Reference, startReference } from '../src/reference/start.ts';
import { portalConformance } from './support/cli.ts';
import { acceptedAnswered, hostileServers, isList } from './support/hostile-servers.ts';
import { idsWith, variablesOf } from './support/judge.ts';
import { secretsIn } from './support/secrets.ts';
import { forwardTo, http, type Listening } from './support/servers.ts';

let portal: Reference;

beforeAll(async () => {
  portal = await startReference();
});

afterAll(() => portal.close());

/** Judges a server with credentials of the portal, and within bounds. */
async function judgeWith(
  variables: Record<string, string | undefined>,
  server: Partial<Listening> & { url: string },
  args: readonly string[],
) {
  const bounds = ['--timeout', '15', '--settle', '0.2', '--deadline', '30'];
  const called = await portalConformance([...bounds, ...args], {
    ...variables,
    PORTAL_TARGET: server.url,
  });
  await server.close?.();
  expect(secretsIn(called.everything, portal.store)).toEqual([]);
  expect(called.report.durationMs).toBeLessThan(50_000);
  return { said: called.report.message, ...called };
}

function judge(server: Partial<Listening> & { url: string }, ...args: string[]) {
  return judgeWith(variablesOf(portal), server, args);
}

describe('a hostile server', () => {
  test.concurrent.each(hostileServers)('$name', async (hostile) => {
    const { PORTAL_CALLER_TOKEN, ...others } = variablesOf(portal);
    const variables = { PORTAL_CALLER_TOKEN, ...(hostile.callerAlone ? {} : others) };
    const server = await hostile.serve(portal);
    const { code, report, said, everything } = await judgeWith(variables, server, [
      ...(hostile.args ?? []),
      ...(server.args ?? []),
    ]);
    const { fails, failsAmongOthers = [], inconclusive = [], passes = [] } = hostile;
    expect([hostile.code].flat()).toContain(code);
    if (hostile.says) expect(said).toMatch(hostile.says);
    if (hostile.firstSays) expect(report.requirements[0]?.message).toMatch(hostile.firstSays);
    if (fails) expect(idsWith(report.requirements, 'fail', 'warn').sort()).toEqual([...fails]);
    expect(idsWith(report.requirements, 'fail')).toEqual(
      expect.arrayContaining([...failsAmongOthers]),
    );
    expect(idsWith(report.requirements, 'inconclusive')).toEqual(
      expect.arrayContaining([...inconclusive]),
    );
    expect(idsWith(report.requirements, 'pass')).toEqual(expect.arrayContaining([...passes]));
    if (hostile.never) expect(everything).not.toMatch(hostile.never);
  });
});

test.concurrent('a redirect takes no token anywhere', async () => {
  const seen: (string | undefined)[] = [];
  const other = await http((request, response) => {
    seen.push(request.headers.authorization);
    response.end('[]');
  });
  const server = await http((_, response) =>
    response.writeHead(307, { Location: other.url }).end(),
  );
  const { code } = await judge(server);
  await other.close();
  expect([code, seen]).toEqual([2, []]);
});

test.each([
  ['a token that is refused from the second read on', 1, ['control before', 'control after']],
  ['a token that is refused after the reads', 2, ['control after']],
])('%s makes refusals prove nothing', async (_, letIn, controls) => {
  let asked = 0;
  const seen: string[] = [];
  const caller = `Bearer ${portal.credentials.get('caller.token')}`;
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    if (request.headers.authorization !== caller || !isList(request)) {
      return forward(request, response);
    }
    asked += 1;
    seen.push(/control \w+/.exec(request.headers['user-agent'] ?? '')?.[0] ?? '');
    if (asked <= letIn) forward(request, response);
    else response.writeHead(401).end();
  });
  const only = ['--only', 'api-token-accepted,unknown-token-refused'];
  const { report } = await judge(server, ...only);
  const refused = report.requirements.find(({ id }) => id === 'unknown-token-refused');
  expect(refused).toMatchObject({
    status: 'inconclusive',
    message: expect.stringContaining(
      `the ${controls[0]?.replace('control', 'control request')} the negative tests failed`,
    ),
  });
  expect(seen.filter((one) => one !== '')).toEqual(controls);
});

test('a second wave of refusals has a control of its own before it', async () => {
  const controls: string[] = [];
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    const control = /control \w+/.exec(request.headers['user-agent'] ?? '')?.[0];
    if (control) controls.push(control);
    if (request.headers.authorization) forward(request, response);
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]');
  });
  const { code } = await judge(server, '--only', 'missing-header-refused');
  expect(code).toBe(1);
  // The failure was asked for again; the read before the first wave is no control of the second.
  expect(controls).toEqual(['control after', 'control before', 'control after']);
});

test('a read of more than a second ago is no control before refusals', async () => {
  const controls: string[] = [];
  const forward = forwardTo(portal.url);
  const teammate = `Bearer ${portal.credentials.get('teammate.token')}`;
  const server = await http((request, response) => {
    const agent = request.headers['user-agent'] ?? '';
    const control = /control \w+/.exec(agent)?.[0];
    if (control) controls.push(control);
    const isLate = agent.includes('read 2') && request.headers.authorization === teammate;
    // The caller was answered at once; what follows waits for the teammate.
    setTimeout(() => forward(request, response), isLate ? 1100 : 0);
  });
  const { code } = await judge(server, '--only', 'api-token-accepted,unknown-token-refused');
  expect([code, controls]).toEqual([0, ['control before', 'control after']]);
});

test('after the first sign of a ban no further batch of refusals goes out', async () => {
  let isBanned = false;
  let wrong = 0;
  const forward = forwardTo(portal.url);
  const valid = [...portal.credentials.values()].map((token) => `Bearer ${token}`);
  const server = await http((request, response) => {
    const isValid = valid.includes(request.headers.authorization ?? '');
    if (/control after/.test(request.headers['user-agent'] ?? '')) isBanned = true;
    if (isBanned && !isValid) wrong += 1;
    if (isBanned) response.writeHead(403).end('banned');
    else forward(request, response);
  });
  // The second of them reads the lists once more, so that its probes are a batch of their own.
  const two = 'unknown-token-refused,refusal-holds-no-records';
  const { code, report } = await judge(server, '--only', two);
  expect([code, wrong]).toEqual([3, 0]);
  const last = report.requirements.find(({ id }) => id === 'refusal-holds-no-records');
  expect(last?.message).toMatch(/the control request after the negative tests failed/);
});

describe('a session token in place of an API token is a wrong call', () => {
  const sessionOf = (persona: 'caller' | 'outsider') => {
    const token = portal.credentials.get(`${persona}.token`);
    const owner = portal.store.tokens.find(({ id }) => id === token)?.userId;
    const user = portal.store.users.find(({ id }) => id === owner);
    if (!user) throw new Error(`the portal has no ${persona}`);
    return portal.store.addSession(user);
  };

  test.each(['caller', 'outsider'] as const)('of the %s', async (persona) => {
    const name = `PORTAL_${persona.toUpperCase()}_TOKEN`;
    const variables = { ...variablesOf(portal), [name]: sessionOf(persona) };
    const { code, report } = await judgeWith(variables, { url: portal.url }, []);
    expect([code, report.message]).toEqual([
      2,
      expect.stringMatching(new RegExp(`^${name} is a session token, or .* Give an API token`)),
    ]);
  });

  test('and the other way round', async () => {
    const { PORTAL_CALLER_TOKEN, PORTAL_CALLER_SESSION, ...others } = variablesOf(portal);
    const swapped = {
      ...others,
      PORTAL_CALLER_TOKEN: PORTAL_CALLER_SESSION,
      PORTAL_CALLER_SESSION: PORTAL_CALLER_TOKEN,
    };
    const { code, report } = await judgeWith(swapped, { url: portal.url }, []);
    expect([code, report.message]).toEqual([
      2,
      expect.stringMatching(/^PORTAL_CALLER_TOKEN is a session token and PORTAL_CALLER_SESSION an/),
    ]);
  });
});

test('a portal that changes its mind is broken, and the report says that it did', async () => {
  let answers = 0;
  const forward = forwardTo(portal.url);
  const server = await acceptedAnswered(portal, (request, response) => {
    answers += 1;
    if (answers <= 4) response.writeHead(200, { 'Content-Type': 'text/plain' }).end('[]');
    else forward(request, response);
  });
  const { code, report } = await judge(server, '--only', 'json-media-type');
  const [judged] = report.requirements.filter(({ status }) => status === 'fail');
  expect([code, judged?.id, judged?.message]).toEqual([
    1,
    'json-media-type',
    expect.stringMatching(/are inconsistent$/),
  ]);
  expect(judged?.exchanges.map(({ mediaType }) => mediaType)).toEqual([
    ...Array(4).fill('text/plain'),
    ...Array(16).fill('application/json'),
  ]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s in the middle leaves a partial report', async (signal, expected) => {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const forward = forwardTo(portal.url);
  const server = await http((request, response) => {
    if (request.headers.authorization) forward(request, response);
    else begin();
  });
  const called = await portalConformance([server.url], variablesOf(portal), async (kill) => {
    await begun;
    kill(signal);
  });
  await server.close();
  expect([called.code, called.report.outcome]).toEqual([expected, 'interrupted']);
  expect(idsWith(called.report.requirements, 'pass')).toContain('status-200');
  expect(idsWith(called.report.requirements, 'inconclusive')).toContain('missing-header-refused');
  expect(called.stdout.trim().split('\n').at(-1)).toMatch(
    new RegExp(`^interrupted: The run was ended by ${signal}`),
  );
});
