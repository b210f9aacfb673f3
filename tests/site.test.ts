/// <reference lib="dom" />
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'parse5';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder } from '../src/fleet/folder.ts';
import {
  appendTransitions,
  readHistory,
  statesOf,
  type Transition,
  transitionsOf,
} from '../src/fleet/history.ts';
import type { Report, RequirementResult } from '../src/report/report.ts';
import { hasChromium, launchChromium } from './support/chromium.ts';
import { run } from './support/cli.ts';
import { hostile } from './support/hostile-report.ts';

// The pages of a fleet: a thousand targets, and a year of nights.

const size = 1000;
const golden: Report = JSON.parse(
  readFileSync(new URL('./golden/report.json', import.meta.url), 'utf8'),
);

let folder: string;
let site: string;
let written: Awaited<ReturnType<typeof run>>;
let browser: Browser;

/** The report of a target of which one in ten is broken, in one of some ways. */
function reportOf(index: number): Report {
  const broken = index % 10 === 3 ? ['array', 'id-present', 'name-string'][index % 3] : undefined;
  const requirements = golden.requirements.map(
    (one): RequirementResult => ({
      ...one,
      ...(one.id === broken
        ? { status: 'fail' as const, message: 'it is not' }
        : { status: 'pass' as const, message: 'it is' }),
      findings: [],
      exchanges: [],
    }),
  );
  const outcome = broken ? ('non-conformant' as const) : ('conformant' as const);
  const report = {
    ...golden,
    requirements,
    outcome,
    exitCode: broken ? (1 as const) : (0 as const),
  };
  return { ...report, startedAt: '2026-11-29T02:00:00.000Z', message: `it is ${outcome}` };
}

const idOf = (index: number) => `target-${String(index).padStart(4, '0')}`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-site-'));
  site = join(folder, 'site');
  const reports = new Folder(join(folder, 'reports'));
  reports.begin();
  const transitions: Transition[] = [];
  for (let index = 0; index < size; index += 1) {
    const labels = { oem: index % 2 === 0 ? 'acme' : 'other' };
    const target = { id: idOf(index), labels, config: { options: {}, variables: {} } };
    const report = index === 5 ? hostile(reportOf(index)) : reportOf(index);
    reports.write({ target, report }, 'digest');
    // Each was broken for some nights of the year; one flaps every night.
    for (let night = index % 30; night < 360; night += index === 7 ? 2 : 60)
      for (const [later, from, to] of [
        [0, 'held', 'fail'],
        [1, 'fail', 'held'],
      ] as const) {
        const at = new Date(Date.UTC(2025, 10, 30, 2) + (night + later) * 86_400_000);
        transitions.push({
          at: at.toISOString(),
          target: idOf(index),
          requirement: 'array',
          from,
          to,
        });
      }
    const known = statesOf(transitions.filter(({ target: id }) => id === idOf(index)));
    const state = known.get(idOf(index));
    // The year began with an outcome.
    const first = { at: '2025-11-30T02:00:00.000Z', target: idOf(index), from: null, to: 'new' };
    transitions.push(first, ...transitionsOf(idOf(index), reportOf(index), state));
  }
  const history = join(folder, 'history.ndjson');
  // As git joins what two have written: in any order, some of it twice.
  const lines = transitions.map((one) => JSON.stringify(one));
  writeFileSync(history, [...lines.reverse(), ...lines.slice(0, 50)].join('\n'));
  written = await run(process.execPath, [
    ...['dist/src/cli.js', 'site', join(folder, 'reports')],
    ...['--history', history, '--out', site],
  ]);
  if (hasChromium) browser = await launchChromium();
}, 120_000);

afterAll(async () => {
  if (hasChromium) await browser.close();
  rmSync(folder, { recursive: true });
});

test('has a page for each target and each requirement that is open, each whole and small', () => {
  expect(written).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(join(site, 'targets'))).toHaveLength(size);
  expect(readdirSync(join(site, 'badges'))).toHaveLength(size);
  expect(readdirSync(join(site, 'requirements')).sort()).toEqual([
    'array.html',
    'id-present.html',
    'name-string.html',
  ]);
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' });
  for (const path of pages.filter((one) => one.endsWith('.html'))) {
    expect(statSync(join(site, path)).size, path).toBeLessThan(1_000_000);
    const text = readFileSync(join(site, path), 'utf8');
    expect(text.match(/(?:src|href)="(?:https?:|\/)/g), path).toBeNull();
  }
  for (const path of ['index.html', 'targets/target-0005.html', 'requirements/array.html']) {
    const found: string[] = [];
    parse(readFileSync(join(site, path), 'utf8'), { onParseError: ({ code }) => found.push(code) });
    expect(found, path).toEqual([]);
  }
});

test('the data are those of the pages', () => {
  const { targets } = JSON.parse(readFileSync(join(site, 'data/index.json'), 'utf8'));
  expect(targets).toHaveLength(size);
  const open = targets.filter((one: { open: unknown[] }) => one.open.length > 0);
  expect(open).toHaveLength(size / 10);
  expect(open[0]).toMatchObject({ outcome: 'non-conformant', since: '2026-11-29T02:00:00.000Z' });
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(
    pathToFileURL(join(site, path.split('?')[0] ?? '')).href +
      path.slice(path.split('?')[0]?.length),
  );
  return page;
}

const needs = (title: string) => `needs chromium: ${title}`;
const rows = (page: Page) => page.locator('.matrix tbody tr:visible').count();

describe.skipIf(!hasChromium)('in a browser', () => {
  test(needs('filters are in the address, and survive it'), async () => {
    const page = await open('index.html');
    expect(await rows(page)).toBe(size);
    // What is broken comes first.
    expect(await page.locator('.matrix tbody tr').first().textContent()).toContain(
      'non-conformant',
    );
    await page.keyboard.press('/');
    await page.keyboard.type('target-00');
    expect(await rows(page)).toBe(100);
    await page.selectOption('[name=status]', 'fail');
    expect(await rows(page)).toBe(10);
    await page.selectOption('[name=label]', 'oem=acme');
    expect(await rows(page)).toBe(0);
    await page.selectOption('[name=label]', 'oem=other');
    expect(await rows(page)).toBe(10);
    expect(new URL(page.url()).search).toBe('?q=target-00&label=oem%3Dother&status=fail');
    await page.reload();
    expect(await rows(page)).toBe(10);
    expect(await page.locator('output').textContent()).toBe(`10 of ${size}`);
    await page.context().close();
  });

  test(needs('a requirement leads to the targets, and a target to what became of it'), async () => {
    const page = await open('index.html');
    await page.locator('thead a', { hasText: 'array' }).click();
    await page.locator('tbody a').first().click();
    expect(await page.locator('h1').textContent()).toMatch(/^non-conformant: target-/);
    expect(await page.locator('h2', { hasText: 'What changed' }).count()).toBe(1);
    const flapping = await open('targets/target-0007.html');
    expect(await flapping.locator('summary').textContent()).toMatch(/^\d+ earlier$/);
    await page.context().close();
    await flapping.context().close();
  });

  test.each([
    ['a phone', { viewport: { width: 320, height: 640 } }],
    ['a phone, in the dark', { viewport: { width: 390, height: 800 }, colorScheme: 'dark' }],
    ['without script', { javaScriptEnabled: false }],
  ] as const)(needs('nothing is cut off on %s'), async (_, options) => {
    for (const path of ['index.html', 'targets/target-0003.html', 'requirements/array.html']) {
      const page = await open(path, options);
      const [width, room] = [
        await page.locator('html').evaluate((one) => one.scrollWidth),
        page.viewportSize()?.width ?? 0,
      ];
      expect(width, path).toBeLessThanOrEqual(room);
      await page.context().close();
    }
  });
});

test('a history has transitions alone, and the newest report changes nothing that is older', () => {
  const report = reportOf(3);
  const first = transitionsOf('a', report);
  expect(first).toEqual([
    { at: report.startedAt, target: 'a', from: null, to: 'non-conformant' },
    { at: report.startedAt, target: 'a', requirement: 'array', from: null, to: 'fail' },
  ]);
  const state = statesOf(first).get('a');
  const later = { ...reportOf(0), startedAt: '2026-11-30T02:00:00.000Z' };
  expect(transitionsOf('a', { ...report, startedAt: later.startedAt }, state)).toEqual([]);
  expect(transitionsOf('a', later, state).map(({ to }) => to)).toEqual(['conformant', 'held']);
  const older = { ...later, startedAt: '2026-11-28T02:00:00.000Z' };
  expect(transitionsOf('a', older, state)).toEqual([]);
  const idle = reportOf(3).requirements.map((one) => ({ ...one, status: 'untested' as const }));
  const offline = { ...later, outcome: 'undecided' as const, requirements: idle };
  expect(transitionsOf('a', offline, state).map(({ to }) => to)).toEqual(['undecided']);
  const glued = join(folder, 'glued.ndjson');
  writeFileSync(glued, JSON.stringify(first[0]));
  appendTransitions(glued, first.slice(1));
  expect(readHistory(glued)).toEqual(first);
  const strange = join(folder, 'strange.ndjson');
  writeFileSync(strange, `\n${JSON.stringify({ ...first[0], to: { isEscaped: true } })}\n`);
  expect(() => readHistory(strange)).toThrow(/line 2: not a transition/);
  expect(() => readHistory(folder)).toThrow(/cannot be read \(EISDIR\)/);
  const path = join(folder, 'torn.ndjson');
  writeFileSync(path, `${JSON.stringify(first[0])}\nno\n`);
  expect(() => readHistory(path)).toThrow(/line 2: not a transition/);
});
