import { expect, test } from 'vitest';
import { Patience } from '../../src/portal/patience.ts';
import { type Behaviour, plain, type TokenRecord } from '../../src/reference/behaviour.ts';
import { faults } from '../../src/reference/faults.ts';
import type { Report } from '../../src/report/report.ts';
import { judgeBehaviour, tripped } from '../support/judge.ts';

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
