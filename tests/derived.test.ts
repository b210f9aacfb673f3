import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { heldTo, latest, setNames } from '../src/contract/sets.ts';
import { isApiTokenList, verify as verifyApi } from '../src/index.ts';
import { plain } from '../src/reference/behaviour.ts';
import { faults } from '../src/reference/faults.ts';
import { startReference } from '../src/reference/start.ts';
import { verify } from '../src/run/verify.ts';
import { readSettings } from '../src/settings/settings.ts';
import { portalConformance, run } from './support/cli.ts';
import { variablesOf } from './support/judge.ts';
import { schemaErrors } from './support/schema.ts';

// What derives from the register and the schemas: sets of requirements, an OpenAPI document, types.

const read = (path: string) =>
  JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
const manifest = read('package.json');

/** What each set was when its major version came out, as SHA-256: it never changes. */
const frozen: Readonly<Record<string, string>> = {};

test('every set is what its schema says, and one that is out has not changed', () => {
  const major = Number(manifest.version.split('.')[0]);
  for (const name of [...setNames, latest]) {
    const set = read(`requirements/${name}.json`);
    expect(schemaErrors('requirements', set)).toEqual([]);
    expect(set.set).toBe(name);
  }
  for (const name of setNames.filter((one) => Number(one) <= major)) {
    const text = readFileSync(new URL(`../requirements/${name}.json`, import.meta.url));
    expect(createHash('sha256').update(text).digest('hex')).toBe(frozen[name]);
  }
  // Until then it is the register as it stands.
  if (major === 0)
    expect(read('requirements/1.json').requirements).toEqual(
      read('requirements/latest.json').requirements,
    );
});

test('every requirement says since when it is required', () => {
  expect(requirements.filter(({ since }) => !/^\d+\.\d+\.\d+$/.test(since))).toEqual([]);
});

test('what is newer than the set warns, whatever --strict says, and does not count', async () => {
  const older = {
    requirements: requirements
      .filter(({ id }) => id !== 'array')
      // This one was less before.
      .map(
        ({ id, level }) =>
          ({ id, level: id === 'unknown-token-refused' ? 'SHOULD' : level }) as const,
      ),
  };
  const held = heldTo(requirements, '1', () => older);
  const newer = held.filter(({ counts }) => counts === false).map(({ id }) => id);
  expect(newer).toEqual(['array', 'unknown-token-refused']);
  expect(heldTo(requirements, latest, () => older)).toBe(requirements);
  const portal = await startReference(faults.find(({ name }) => name === 'wrapped') ?? plain);
  const settings = readSettings({ settle: '0.2', strict: true }, variablesOf(portal), requirements);
  const report = await verify(settings, held);
  await portal.close();
  expect(schemaErrors('report', report)).toEqual([]);
  const result = report.requirements.find(({ id }) => id === 'array');
  expect(result).toMatchObject({ status: 'warn', level: 'MUST', counts: false });
  expect(report.message).not.toContain('array');
});

test('a run names the set that it was held to', async () => {
  const { report } = await portalConformance(['--reference', '--only', 'array']);
  expect(report.requirementSet).toBe('1');
  expect(report.requirements[0]?.since).toBe('0.1.0');
  const args = ['--reference', '--only', 'array', '--requirements', 'latest'];
  expect((await portalConformance(args)).report.requirementSet).toBe('latest');
  const wrong = await run(process.execPath, [
    'dist/src/cli.js',
    '--reference',
    '--requirements',
    '7',
  ]);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('1 or latest') });
  const api = await verifyApi('reference', { requirementSet: '7' as '1' });
  expect(api.message).toBe('requirementSet takes 1 or latest.');
});

test('the guard takes what the contract allows, and nothing else', () => {
  const bodies = (kind: string) =>
    readdirSync(new URL(`../fixtures/${kind}`, import.meta.url)).map((name) => ({
      name,
      ...read(`fixtures/${kind}/${name}`),
    }));
  const lists = bodies('valid').filter(
    ({ request, body }) => request === undefined && Array.isArray(body),
  );
  expect(lists.length).toBeGreaterThan(5);
  expect(lists.filter(({ body }) => !isApiTokenList(body)).map(({ name }) => name)).toEqual([]);
  expect([{}, null, [7], [{ id: 'x' }]].filter(isApiTokenList)).toEqual([]);
});

test('the OpenAPI document names requirements that there are, and says that it is derived', () => {
  const document = read('openapi.json');
  expect(document.info.description).toMatch(/^Derived by portal-conformance/);
  const named = [...JSON.stringify(document).matchAll(/"x-requirement":\[([^\]]*)\]/g)].flatMap(
    ([, ids = '']) => JSON.parse(`[${ids}]`) as string[],
  );
  const ids = requirements.map(({ id }) => id);
  expect(new Set(named).size).toBeGreaterThan(40);
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
});
