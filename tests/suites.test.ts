import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { referencePortal, type Subject, type SuiteOptions, suite, verify } from '../src/index.ts';
import { type Behaviour, plain } from '../src/reference/behaviour.ts';
import { faults } from '../src/reference/faults.ts';
import { createPortal } from '../src/reference/portal.ts';
import { seed } from '../src/reference/seed.ts';
import { baselineWith } from './support/baseline.ts';
import { tripped } from './support/judge.ts';
import { secretsIn } from './support/secrets.ts';

const fault = (name: string) => faults.find((one) => one.name === name) as Behaviour;

/** A portal as an implementer has it in a test: not started, with an administrator. */
function implementation(behaviour: Behaviour = plain) {
  const { store, admin, credentials } = seed();
  const { fetch } = createPortal(store, behaviour);
  const listener = getRequestListener(fetch);
  return { store, admin, credentials, fetch, listener };
}

const shortly = { settleMs: 200, only: ['array', 'unknown-token-refused', 'query-refused'] };

describe('a subject', () => {
  const { fetch, listener, admin } = implementation();
  const started: Server[] = [];
  const subjects: [string, () => Subject][] = [
    ['a request listener', () => listener],
    ['an object with fetch', () => ({ fetch })],
    ['an http.Server that does not listen yet', () => createServer(listener)],
    ['what start() returns', () => ({ start: () => listener })],
    ['what start() promises', () => ({ start: async () => ({ fetch }) })],
    [
      'a server that start() has made listen',
      () => ({ start: () => listening(started, listener) }),
    ],
    [
      'a Fastify instance',
      () => {
        let isReady = false;
        return {
          ready: async () => {
            isReady = true;
          },
          routing: (request, response) =>
            isReady ? listener(request, response) : response.writeHead(500).end(),
        };
      },
    ],
  ];

  test.each(subjects)('is %s', async (_, subjectOf) => {
    const report = await verify(subjectOf(), { ...shortly, admin });
    expect(report).toMatchObject({ outcome: 'conformant-partial', profile: 'full', leftovers: [] });
    expect(report.target).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    // It listens no more.
    await expect(globalThis.fetch(report.target as string)).rejects.toThrow();
  });

  test('that listens already is left as it is', async () => {
    const server = await listening([], listener);
    const report = await verify(server, { ...shortly, admin });
    const { port } = server.address() as AddressInfo;
    expect(report).toMatchObject({
      outcome: 'conformant-partial',
      target: `http://127.0.0.1:${port}`,
    });
    expect(server.listening).toBe(true);
    server.closeAllConnections();
    server.close();
  });

  test('that was started here is sent given tokens in a query, too: nothing on the way logs', async () => {
    const { credentials } = implementation();
    const given = { credentials: Object.fromEntries(credentials) };
    const here = implementation(fault('open-to-query'));
    const own = { credentials: Object.fromEntries(here.credentials) };
    const only = { only: ['query-refused'], settleMs: 200 };
    expect(tripped(await verify({ fetch: here.fetch }, { ...only, ...own }))).toEqual([
      'query-refused',
    ]);
    const remote = await verify('http://127.0.0.1:1', { ...only, ...given });
    expect(remote.requirements.find(({ id }) => id === 'query-refused')?.status).toBe('excluded');
  });

  test.each([
    [{ start: () => ({}) }, /^start\(\) of the target must return the URL of a portal/],
    [
      {
        start: () => {
          throw new TypeError('no database');
        },
      },
      /^start\(\) of the target failed \(TypeError: no database\)/,
    ],
    [42, /^The target must be the URL of a portal, an http\.Server,/],
    [{}, /app\.callback\(\)\.$/],
  ])('that is none is a wrong call: %#', async (subject, says) => {
    const report = await verify(subject as Subject, { admin: { token: 'x'.repeat(32) } });
    expect(report).toMatchObject({
      outcome: 'misconfigured',
      message: expect.stringMatching(says),
    });
  });

  test('is stopped when the run has ended, whatever it found', async () => {
    let stopped = 0;
    const subject = {
      start: () => listener,
      stop: () => {
        stopped += 1;
      },
    };
    await verify(subject, { admin: { username: 'nobody', password: 'wrong-password' } });
    expect(stopped).toBe(1);
  });
});

describe('the suite for any runner', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portal-conformance-suites-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What a runner does, in the order of the list. */
  async function runAll(subject: Subject, options: SuiteOptions) {
    const own = suite(subject, options);
    await own.prepare();
    const verdicts = new Map<string, { failure?: Error; skip?: string; status: string }>();
    for (const { id, skip } of own.requirements)
      verdicts.set(id, skip === undefined ? await own.judge(id) : { skip, status: 'skipped' });
    return { verdicts, closed: own.close() };
  }

  test('lists every requirement before anything is started', () => {
    let started = 0;
    const own = suite(
      {
        start: () => {
          started += 1;
          return 'http://127.0.0.1:1';
        },
      },
      { admin: { token: 'x' }, skip: ['array'] },
    );
    expect(own.requirements.map(({ id }) => id)).toEqual(requirements.map(({ id }) => id));
    expect(own.requirements[0]?.name).toBe('status-200: The list is answered with 200 OK (MUST)');
    expect(own.requirements.find(({ id }) => id === 'array')?.skip).toBe('deselected');
    expect(own.requirements.filter(({ skip }) => skip).length).toBeGreaterThan(3);
    expect(started).toBe(0);
  });

  test('is green for a portal that conforms, and leaves nothing behind', async () => {
    const { fetch, admin, store } = implementation();
    const before = store.users.length;
    const { verdicts, closed } = await runAll({ fetch }, { admin, settleMs: 500 });
    expect([...verdicts].filter(([, { failure }]) => failure)).toEqual([]);
    expect((await closed).outcome).toBe('conformant');
    expect(store.users).toHaveLength(before);
  });

  test('fails where the portal is broken, with the text of the command', async () => {
    const { fetch, admin, store } = implementation(fault('wrapped'));
    const json = join(folder, 'report.json');
    const options = { admin, settleMs: 200, reports: { json } };
    const { verdicts, closed } = await runAll({ fetch }, options);
    const failed = [...verdicts].filter(([, { failure }]) => failure);
    expect(failed.map(([id]) => id)).toContain('array');
    const text = verdicts.get('array')?.failure?.message ?? '';
    expect(text).toMatch(/^✗ array {2}MUST, .*\n {2}The JSON text is an array/);
    expect(text).toMatch(/\n {2}expected .*\n {2}received .*\n/);
    expect(text).toContain('curl -sS -i');
    expect((await closed).outcome).toBe('non-conformant');
    const written = readFileSync(json, 'utf8');
    expect(JSON.parse(written).outcome).toBe('non-conformant');
    expect(secretsIn(text + written, store)).toEqual([]);
  });

  test('shows what is known and what is untested as what it is', async () => {
    const { fetch, credentials } = implementation(fault('wrapped'));
    const baseline = join(folder, 'baseline.json');
    const [entry] = baselineWith(undefined).failures;
    writeFileSync(baseline, JSON.stringify({ failures: [{ ...entry, requirement: 'array' }] }));
    const caller = { 'caller.token': credentials.get('caller.token') as string };
    const options = { credentials: caller, baseline, settleMs: 200, allowUntested: true as const };
    const { verdicts, closed } = await runAll({ fetch }, options);
    expect(verdicts.get('array')).toMatchObject({ status: 'known' });
    expect(verdicts.get('array')?.failure).toBeUndefined();
    expect(verdicts.get('outsider-token-hidden')?.skip).toMatch(/^give PORTAL_OUTSIDER_TOKEN/);
    await closed.catch(() => {});
  });

  test('a wrong call fails in prepare, with its sentence, and lists what there is', async () => {
    const own = suite('ftp://x', { admin: { token: 'x'.repeat(32) } });
    expect(own.requirements).toHaveLength(requirements.length);
    await expect(own.prepare()).rejects.toThrow(/http/);
    const wrong = suite('http://x', { reports: { pdf: 'x' } } as unknown as SuiteOptions);
    await expect(wrong.prepare()).rejects.toThrow(/^reports takes FORMAT=PATH/);
    await expect(own.judge('array')).rejects.toThrow('prepare() was not called, or failed.');
    await expect(own.judge('nonsense')).rejects.toThrow('There is no requirement nonsense.');
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  test('a signal ends it, and it removes what it created', async () => {
    const { fetch, admin, store } = implementation();
    const before = store.users.length;
    const end = new AbortController();
    const slowly = async (request: Request) => {
      if (store.users.length > before + 2) end.abort();
      return fetch(request);
    };
    const own = suite({ fetch: slowly }, { admin, settleMs: 200, signal: end.signal });
    await own.prepare();
    expect((await own.close()).outcome).toBe('interrupted');
    await expect.poll(() => store.users.length).toBe(before);
  });

  test('what could not be removed fails the end', async () => {
    const { fetch, admin } = implementation();
    const refusing = async (request: Request) =>
      /delete(Account|User)$/.test(request.url)
        ? new Response('no', { status: 403 })
        : fetch(request);
    const { closed } = await runAll(
      { fetch: refusing },
      { admin, settleMs: 200, only: ['array'], cleanupTimeoutMs: 1500 },
    );
    await expect(closed).rejects.toThrow(/^not removed: account \d+ of run/);
  });
});

async function listening(servers: Server[], listener: Parameters<typeof createServer>[1]) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('referencePortal', () => {
  const settleMs = 300;

  test('is judged without a server, and conforms', async () => {
    const { fetch, credentials, admin } = referencePortal();
    expect((await verify({ fetch }, { credentials, settleMs })).outcome).toBe('conformant');
    const full = await verify({ fetch }, { admin, settleMs, only: ['array'] });
    expect(full.outcome).toBe('conformant-partial');
  });

  test('has the faults that it is given', async () => {
    const { fetch, credentials } = referencePortal({ fault: ['wrapped'] });
    expect(tripped(await verify({ fetch }, { credentials, settleMs }))).toEqual(['array']);
    expect(() => referencePortal({ fault: 'wraped' })).toThrow('Did you mean wrapped?');
  });

  test('is the same for the same seed, and begins anew', async () => {
    const portal = referencePortal({ seed: 7 });
    const { credentials } = portal;
    expect(referencePortal({ seed: 7 }).credentials).toEqual(credentials);
    expect(referencePortal({ seed: 8 }).credentials).not.toEqual(credentials);
    const url = 'http://portal/api/portal/v1/apiTokens';
    const headers = {
      Authorization: `Bearer ${credentials['caller.token']}`,
      'Content-Type': 'application/json',
    };
    const ids = async () => {
      const response = await portal.fetch(new Request(url, { headers }));
      return ((await response.json()) as { id: string }[]).map(({ id }) => id);
    };
    const before = await ids();
    await portal.fetch(new Request(url, { headers, method: 'POST', body: '{"name":"new"}' }));
    expect(await ids()).toHaveLength(before.length + 1);
    portal.reset();
    expect(await ids()).toEqual(before);
  });
});
