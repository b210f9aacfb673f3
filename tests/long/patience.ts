import { describe, expect, test } from 'vitest';
import { Patience } from '../../src/portal/patience.ts';
import { type Behaviour, plain, type TokenRecord } from '../../src/reference/behaviour.ts';
import { bearerOf } from '../../src/reference/faults/acts.ts';
import { faults } from '../../src/reference/faults.ts';
import { startReference } from '../../src/reference/start.ts';
import type { Store } from '../../src/reference/store.ts';
import type { Report } from '../../src/report/report.ts';
import { judge, judgeBehaviour, tripped } from '../support/judge.ts';

// What no wait heals is not waited for: with this bound each of these would time out.

const bound = { settle: '60' };

/** What the sound portal is sent, in each profile. */
const sound = new Map<Behaviour['profile'], Promise<Report>>();

function soundIn(profile: Behaviour['profile']): Promise<Report> {
  const known =
    sound.get(profile) ?? judgeBehaviour({ ...plain, ...(profile && { profile }) }, bound);
  sound.set(profile, known);
  return known;
}

test.each([
  'own-tokens-only',
  'session-sees-nothing',
  'first-user-sees-less',
  'name-html',
  'name-ascii',
  'cookies-forbidden',
  'last-used-at-iso',
  'creation-renames',
  'creation-takes-times',
  'update-is-creation',
])('%s is final at once, with few requests more than a sound portal is sent', async (name) => {
  const fault = faults.find((one) => one.name === name);
  if (!fault) throw new Error(`no fault ${name}`);
  const report = await judgeBehaviour(fault, bound);
  expect(tripped(report).sort()).toEqual([...fault.trips].sort());
  const { outcome, requests } = await soundIn(fault.profile);
  expect(outcome).toBe('conformant');
  expect(report.requests - requests).toBeLessThan(200);
});

test.each<[string, (usual: TokenRecord) => Partial<TokenRecord>]>([
  ['a name', ({ name }) => (name === 'Default' ? {} : { name: '' })],
  [
    'all hosts but one',
    ({ restrictions }) =>
      restrictions && 'hosts' in restrictions && Array.isArray(restrictions.hosts)
        ? { restrictions: { hosts: restrictions.hosts.slice(0, 1) } }
        : {},
  ],
])('%s of a new token may come a moment later', async (_, early) => {
  const report = await judgeBehaviour(
    {
      ...plain,
      profile: 'full',
      record: (usual) =>
        Date.now() - usual.createdAt < 400 ? { ...usual, ...early(usual) } : usual,
    },
    { settle: '4', only: 'acts-change-nothing-else' },
  );
  expect(tripped(report)).toEqual([]);
});

describe('what a request from another origin is answered differs for two seconds', () => {
  const rejection = () => Response.json({ error: 'unknown' }, { status: 401 });
  const isSession = (request: Request) => store?.sessions.has(bearerOf(request)) === true;
  let store: Store | undefined;

  test.each<[string, boolean, (request: Request, response: Response) => Promise<Response>]>([
    ['of new tokens', true, async (request, usual) => (isSession(request) ? usual : rejection())],
    [
      'of a new session',
      false,
      async (request, usual) => (isSession(request) ? rejection() : usual),
    ],
    [
      'by an update',
      false,
      async (_, usual) => {
        const records = (await usual.json()) as TokenRecord[];
        return Response.json(records.map((one) => ({ ...one, name: 'before' })));
      },
    ],
  ])('%s', async (_, isNew, early) => {
    let until = 0;
    const portal = await startReference({
      ...plain,
      around: async (request, usual) => {
        const response = await usual(request);
        if (!request.headers.has('origin') || response.status !== 200) return response;
        until ||= Date.now() + 2000;
        return Date.now() < until ? early(request, response) : response;
      },
    });
    store = portal.store;
    if (isNew) for (const token of store.tokens) Object.assign(token, { createdAt: Date.now() });
    const report = await judge(portal, { settle: '5', only: 'any-client-sees-the-same' });
    await portal.close();
    expect([tripped(report), until > 0]).toEqual([[], true]);
  });
});

test('an update may show no name for a moment', async () => {
  const names = new Map<string, string>();
  let empty = 0;
  const report = await judgeBehaviour(
    {
      ...plain,
      profile: 'full',
      record: (usual) => {
        const { id, name } = usual;
        const isUpdated = (names.get(id) ?? name) !== name;
        names.set(id, name);
        if (isUpdated) empty += 1;
        return isUpdated ? { ...usual, name: '' } : usual;
      },
    },
    { settle: '4', only: 'update-shows' },
  );
  expect([tripped(report), empty]).toEqual([[], 1]);
});

test('a name that a token had before the last one is waited for', async () => {
  const names = new Map<string, Set<string>>();
  const shown = new Set<string>();
  const report = await judgeBehaviour(
    {
      ...plain,
      profile: 'full',
      record: (usual) => {
        const { id, name } = usual;
        const known = names.get(id) ?? new Set();
        names.set(id, known.add(name));
        const [first = name] = known;
        if (known.size < 3 || shown.has(id)) return usual;
        shown.add(id);
        return { ...usual, name: first };
      },
    },
    { settle: '4', only: 'acts-change-nothing-else' },
  );
  expect([tripped(report), shown.size]).toEqual([[], 1]);
});

test('what was waited for in vain is not waited for as long again', async () => {
  const fault = faults.find(({ name }) => name === 'default-hidden');
  if (!fault) throw new Error('no such fault');
  const report = await judgeBehaviour(fault, { settle: '10' });
  expect(tripped(report).sort()).toEqual([...fault.trips].sort());
  const later = report.requirements.find(({ id }) => id === 'acts-change-nothing-else');
  expect(later?.status).toBe('fail');
  expect(later?.durationMs).toBeLessThan(10_000);
});

test('the bound is short once a fault has outlasted it, unless the portal is late elsewhere', () => {
  const patience = new Patience(10_000);
  expect([patience.boundOf(0), patience.boundOf(1)]).toEqual([10_000, 2000]);
  // What need not come may stay away, and a fault may be one that nobody waited for.
  patience.sawNothing('removed-account-refused');
  patience.foundFault('array');
  expect(patience.boundOf(0)).toBe(10_000);
  patience.sawNothing('every-kind-listed');
  patience.foundFault('every-kind-listed');
  expect(patience.boundOf(0)).toBe(2000);
  patience.saw(500);
  expect(patience.boundOf(0)).toBe(2000);
  patience.saw(501);
  expect([patience.boundOf(0), patience.boundOf(1)]).toEqual([10_000, 10_000]);
  expect(new Patience(300).boundOf(1)).toBe(300);
});
