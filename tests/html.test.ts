/// <reference lib="dom" />

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sides } from '../src/contract/finding.ts';
import { type Status, statuses } from '../src/contract/judge.ts';
import { render } from '../src/report/formats/formats.ts';
import { renderHtml } from '../src/report/formats/html/page.ts';
import type { Report, RequirementResult } from '../src/report/report.ts';
import { hasChromium, launchChromium } from './support/chromium.ts';
import { hostile } from './support/hostile-report.ts';

const report: Report = JSON.parse(
  readFileSync(new URL('./golden/report.json', import.meta.url), 'utf8'),
);

let browser: Browser;
let folder: string;
/** What the console of any page said, and what any page asked for beside itself. */
let heard: string[] = [];

beforeAll(async () => {
  if (!hasChromium) return;
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-html-'));
  writeFileSync(join(folder, 'report.html'), renderHtml(report));
  writeFileSync(join(folder, 'hostile.html'), await render(hostile(report), 'html'));
  for (const [name, other] of Object.entries(others()))
    writeFileSync(join(folder, `${name}.html`), renderHtml(other));
  browser = await launchChromium();
});

const sides: Sides = {
  of: ["caller's API token", "teammate's API token"],
  members: [
    { name: 'id', one: 'hexadecimal', other: 'hexadecimal', differs: false },
    { name: 'name', one: 'a string of 6 characters', other: 'an empty string', differs: true },
  ],
};

/** Reports that look different. */
function others(): Record<string, Report> {
  const all = (status: Status, message: string) =>
    report.requirements.map((one) => ({ ...one, status, message, findings: [], known: [] }));
  const counted = (requirements: Report['requirements']) => ({
    requirements,
    counts: Object.fromEntries(
      statuses.map((status) => [
        status,
        requirements.filter((one) => one.status === status).length,
      ]),
    ) as Report['counts'],
  });
  const ids = ['array', 'id-present', 'unknown-token-refused', 'created-at-milliseconds'];
  const failing = report.requirements.find(({ id }) => id === 'created-at-milliseconds');
  const finding = failing?.findings[0];
  const failed = (_: unknown, index: number): RequirementResult => {
    const credentials = ['no token', 'a token that nobody has', 'an empty token'];
    const id = index === 0 ? 'unknown-token-refused' : `${ids[index % ids.length]}-${index}`;
    const findings = credentials.map((credential) => ({
      expected: `status 401 for ${credential}`,
      received: 'status 200, with a list of 3',
      credential,
      count: 1,
      curl: `curl -sS -i http://127.0.0.1:9909/${credential.replaceAll(' ', '-')}`,
    }));
    const apart = finding ? [index === 1 ? { ...finding, sides } : finding] : [];
    // Both are shown, though they differ in the credential alone.
    if (finding && index === 1) apart.push({ ...finding, sides, credential: 'another' });
    const own = index % 2 === 0 ? findings : apart;
    return { ...(failing as RequirementResult), id, findings: own };
  };
  const failures = (length: number) => Array.from({ length }, failed);
  return {
    green: { ...report, outcome: 'conformant', exitCode: 0, ...counted(all('pass', 'it holds')) },
    undecided: {
      ...report,
      outcome: 'undecided',
      exitCode: 3,
      ...counted(all('inconclusive', 'the connection was refused')),
    },
    misconfigured: {
      ...report,
      outcome: 'misconfigured',
      exitCode: 2,
      target: null,
      ...counted(
        all('untested', 'not checked: the call is wrong').map((one) => ({ ...one, exchanges: [] })),
      ),
    },
    interrupted: {
      ...report,
      outcome: 'interrupted',
      exitCode: 130,
      message: 'The run was ended by SIGINT before everything was judged.',
      leftovers: [
        {
          what: 'account 7 of the caller',
          why: 'the portal did not confirm that it is gone',
          curl: 'curl -sS -i -X DELETE http://127.0.0.1:9909/api/portal/v1/admin/accounts/7',
          command: 'portal-conformance cleanup http://127.0.0.1:9909 --run 5eadbeef --yes',
        },
      ],
      ...counted(all('inconclusive', 'the run was ended by SIGINT')),
    },
    whole: { ...report, evidence: 'all' },
    before: Object.fromEntries(
      Object.entries(report).filter(([name]) => name !== 'timeline'),
    ) as unknown as Report,
    many: { ...report, ...counted([...failures(15), ...all('pass', 'it holds')]) },
    forty: { ...report, ...counted([...failures(40), ...all('pass', 'it holds')]) },
  };
}

/** What axe finds in the page that it is called in. */
async function axeIn(): Promise<string[]> {
  const { axe: inPage } = globalThis as unknown as {
    axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
  };
  if (!inPage) throw new Error('axe is not in the page');
  const { violations } = await inPage.run();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
}

afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function open(name: string, hash = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  heard = [];
  page.on('console', (message) => heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('data:'))
      heard.push(`asked for ${request.url()}`);
  });
  await page.goto(pathToFileURL(join(folder, name)).href + hash);
  return page;
}

const rank = (status: string | undefined) =>
  ['fail', 'known', 'warn', 'inconclusive', 'untested'].indexOf(status ?? '');
const shown = (page: Page) => page.locator('.requirement:visible').count();
const needs = (title: string) => `needs chromium: ${title}`;

describe.skipIf(!hasChromium)('the HTML report', () => {
  test(
    needs('tells the outcome first, then every requirement, without a word on the console'),
    async () => {
      const page = await open('report.html');
      expect(await page.locator('h1').textContent()).toBe('non-conformant');
      expect(await page.locator('.requirement').count()).toBe(report.requirements.length);
      // What held is a line for each topic, until it is opened.
      expect(await shown(page)).toBeLessThan(report.requirements.length);
      expect(await page.locator('output').textContent()).toBe(
        `${report.requirements.length} of ${report.requirements.length} requirements shown`,
      );
      expect(await page.locator('.requirement[open]').count()).toBe(report.counts.fail);
      expect(heard).toEqual([]);
    },
  );

  test(needs('shows what failed on the first screen, right under the verdict'), async () => {
    const page = await open('report.html', '', { viewport: { width: 1280, height: 800 } });
    const first = page.locator('.requirement').first();
    expect(await first.getAttribute('data-status')).toBe('fail');
    expect((await first.boundingBox())?.y).toBeLessThan(500);
    expect(await page.locator('h2').first().textContent()).toBe('1 failure');
    const statuses = await page
      .locator('section:has(#attention) .requirement')
      .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.status));
    expect(statuses).toEqual([...statuses].sort((one, other) => rank(one) - rank(other)));
    expect(statuses).not.toContain('pass');
    const icon = await page.locator('link[rel=icon]').getAttribute('href');
    expect(decodeURIComponent(icon ?? '')).toContain('#b3261e');
  });

  test(needs('keeps filters, words and the open card in its address'), async () => {
    const page = await open('report.html', '#created-at-milliseconds');
    await page.getByLabel('MUST').uncheck();
    await page.getByLabel('Find').fill('cache');
    await expect
      .poll(() => new URL(page.url()).hash)
      .toBe('#created-at-milliseconds?off=level%3AMUST&text=cache');
    await page.reload();
    expect(await page.getByLabel('MUST').isChecked()).toBe(false);
    expect(await page.getByLabel('Find').inputValue()).toBe('cache');
    const linked = await open('report.html', '#?text=cache');
    expect(await shown(linked)).toBe(await linked.locator('.requirement:not([hidden])').count());
    expect(await shown(linked)).toBeLessThan(5);
  });

  test(needs('copies a failure as an issue, in Markdown'), async () => {
    const page = await open('report.html', '#created-at-milliseconds', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.locator('#created-at-milliseconds .issue').click();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied).toMatch(/^### .* \(`created-at-milliseconds`, MUST\)\n/);
    expect(await copied()).toMatch(/- expected: .*\n- received: [\s\S]*```sh\ncurl -sS/);
    expect(await copied()).toContain('Source: Response Schema, createdAt');
  });

  test(needs('moves by keys'), async () => {
    const page = await open('report.html');
    await page.keyboard.press('j');
    const focused = () => page.evaluate(() => document.activeElement?.parentElement?.id);
    const first = await page.locator('.requirement').first().getAttribute('id');
    expect(await focused()).toBe(first);
    await page.keyboard.press('j');
    expect(await focused()).not.toBe(first);
    await page.keyboard.press('k');
    expect(await focused()).toBe(first);
    await page.keyboard.press('/');
    await page.keyboard.type('cache');
    expect(await page.getByLabel('Find').inputValue()).toBe('cache');
  });

  test(needs('filters by status, by level and by words'), async () => {
    const page = await open('report.html');
    await page.getByRole('button', { name: 'Only what fails' }).click();
    expect(await shown(page)).toBe(report.counts.fail);
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => shown(page)).toBe(report.requirements.length);
    await page.getByLabel('MUST').uncheck();
    const rest = report.requirements.filter(({ level }) => level !== 'MUST');
    expect(await shown(page)).toBe(rest.length);
    await page.getByLabel('Find').fill('cache');
    expect(await shown(page)).toBe(1);
    expect(await page.locator('output').textContent()).toBe(
      `1 of ${report.requirements.length} requirements shown`,
    );
  });

  test(needs('opens what a link names, also when it is filtered out'), async () => {
    const page = await open('report.html', '#challenge-bearer');
    const linked = page.locator('#challenge-bearer');
    expect(await linked.getAttribute('open')).not.toBeNull();
    await page.getByRole('button', { name: 'Only what fails' }).click();
    expect(await linked.isVisible()).toBe(false);
    await page.evaluate(() => {
      location.hash = '#array';
    });
    await expect.poll(() => page.locator('#array').isVisible()).toBe(true);
    expect(await page.locator('#array').getAttribute('open')).not.toBeNull();
  });

  test(needs('copies the command that shows a failure again'), async () => {
    const page = await open('report.html', '#created-at-milliseconds', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.locator('#created-at-milliseconds .finding .copy').first().click();
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toMatch(/^curl -sS -i -H "Authorization: Bearer \$PORTAL_CALLER_TOKEN" http/);
    expect(
      await page.locator('#created-at-milliseconds .finding .copy').first().textContent(),
    ).toBe('Copied');
  });

  test(needs('shows the exchanges, with the structure of the body and no value'), async () => {
    const page = await open('report.html', '#created-at-milliseconds');
    const failing = page.locator('#created-at-milliseconds .exchange.failing[open]').first();
    expect(await failing.locator('> summary').textContent()).toMatch(/^failing GET .*identical/);
    const structure = failing.getByLabel('Structure of the body');
    expect(await structure.locator('mark').textContent()).toMatch(
      /^ {4}createdAt: an integer of 10/,
    );
    // Of the records that are shown, those that are not about it are folded.
    const others = structure.locator('.others:not([open])');
    expect(await others.locator('summary').allTextContents()).toEqual([
      '1 other record',
      '1 other record',
    ]);
    expect(await others.first().locator('pre').textContent()).toMatch(
      /^ {2}\{\n {4}id: a string of 32 characters/,
    );
  });

  test(needs('is used with the keyboard alone'), async () => {
    const page = await open('report.html', '#?off=level:NOTE');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Skip to the requirements',
    );
    const summary = page.locator('#array > summary');
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#array').getAttribute('open')).not.toBeNull();
  });

  test(needs('names everything that a screen reader reads'), async () => {
    const page = await open('report.html');
    const nameless = await page.evaluate(() => {
      const controls = [...document.querySelectorAll('button, input, a, summary, [role=img]')];
      return controls.filter((one) => {
        const label = one.getAttribute('aria-label') ?? one.textContent?.trim();
        return !label && !(one as HTMLInputElement).labels?.[0]?.textContent?.trim();
      }).length;
    });
    expect(nameless).toBe(0);
    const levels = await page.evaluate(() =>
      [...document.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => Number(tagName[1])),
    );
    const jumps = levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1);
    expect(jumps).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(needs('text has contrast: %s'), async (colorScheme) => {
    const page = await open('report.html', '', { colorScheme });
    const ratios = await page.evaluate(() => {
      const canvas = document
        .createElement('canvas')
        .getContext('2d', { willReadFrequently: true });
      const luminance = (color: string) => {
        if (!canvas) return 0;
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
          const share = part / 255;
          return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const back = luminance(getComputedStyle(document.body).backgroundColor);
      const texts = ['h1', '.message', '.faint', '.doubt', '.good', '.bad', 'a'];
      return texts.map((selector) => {
        const one = document.querySelector(selector);
        const front = one ? luminance(getComputedStyle(one).color) : 1;
        return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
      });
    });
    expect(Math.min(...ratios)).toBeGreaterThan(4.5);
  });

  test.each(
    [
      ['report.html', 1280],
      ['report.html', 390],
      ['hostile.html', 1280],
      ['undecided.html', 1280],
      ['misconfigured.html', 1280],
      ['interrupted.html', 1280],
      ['green.html', 1280],
      ['many.html', 390],
      ['forty.html', 768],
    ].flatMap(([name, width]) =>
      (['light', 'dark'] as const).map(
        (scheme) => [name, width, scheme] as [string, number, 'dark' | 'light'],
      ),
    ),
  )(needs('axe finds nothing in %s, %i pixels wide, %s'), async (name, width, colorScheme) => {
    const page = await open(name, '', { viewport: { width, height: 800 }, colorScheme });
    await page.locator('details > summary').evaluateAll((all) => {
      for (const one of all) (one.parentElement as HTMLDetailsElement).open = true;
    });
    // The policy of the page lets nothing in; the debugger does.
    await page.evaluate(axe.source);
    const found = await page.evaluate(axeIn);
    expect(found).toEqual([]);
    await page.context().close();
  });

  test.each([768, 390, 320])(needs('nothing is cut off at %i pixels'), async (width) => {
    for (const name of ['report', 'many', 'forty', 'hostile', 'undecided', 'interrupted']) {
      const page = await open(`${name}.html`, '', { viewport: { width, height: 740 } });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, name).toBeLessThanOrEqual(width);
      await page.context().close();
    }
  });

  test(
    needs('what an interrupted run left comes first, with the command that removes it'),
    async () => {
      const page = await open('interrupted.html', '', { viewport: { width: 390, height: 740 } });
      const left = page.locator('header .notice', { hasText: 'Left behind' });
      expect(await left.textContent()).toContain(
        'cleanup http://127.0.0.1:9909 --run 5eadbeef --yes',
      );
      expect((await left.boundingBox())?.y).toBeLessThan(740);
    },
  );

  test(needs('in forced colours, what colour tells is told by lines and signs'), async () => {
    const page = await open('report.html', '', { forcedColors: 'active' });
    const border = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((one) => getComputedStyle(one).borderLeft);
    expect(await border('.exchange.failing')).toMatch(/^8px double/);
    expect(await border('.requirement .finding')).toMatch(/^1px solid/);
    const fills = await page
      .locator('.bar rect')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).fill));
    expect(new Set(fills).size).toBeGreaterThan(2);
    await page.evaluate(axe.source);
    expect(await page.evaluate(axeIn)).toEqual([]);
  });

  test(needs('fifteen failures are five pages of paper'), async () => {
    const page = await open('many.html');
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect([...pdf.matchAll(/\/Type\s*\/Page\b/g)].length).toBeLessThanOrEqual(5);
  });

  test(needs('marks the place that failed, with what was expected beside it'), async () => {
    const page = await open('report.html', '#created-at-milliseconds');
    const marked = page.locator('#created-at-milliseconds .failing pre mark').first();
    expect(await marked.textContent()).toMatch(/createdAt: .*seconds/);
    expect(await page.locator('#created-at-milliseconds .failing pre mark').count()).toBe(1);
    expect(
      await page.locator('#created-at-milliseconds .failing pre .expected').first().textContent(),
    ).toMatch(/^expected: /);
  });

  test(needs('shows request and response as such, and when they were sent'), async () => {
    const page = await open('report.html', '#created-at-milliseconds');
    const failing = page.locator('#created-at-milliseconds .failing').first();
    expect(await failing.getByLabel('Request').textContent()).toBe(
      'GET /api/portal/v1/apiTokens HTTP/1.1\nAuthorization: Bearer $PORTAL_CALLER_TOKEN',
    );
    const head = await failing.getByLabel('Status and fields').textContent();
    expect(head).toMatch(/^status 200\n[\s\S]*content-type: application\/json/i);
    expect(await page.locator('.timeline summary').textContent()).toMatch(
      /^Timeline: \d+ requests in/,
    );
    expect(await page.locator('.timeline rect').count()).toBeGreaterThan(2);
    await page.locator('.timeline summary').click();
    const rows = page.locator('.phases tbody tr');
    expect(await rows.allInnerTexts()).toEqual([
      'preparation\t0.00 s\t0.01 s\t5\t0\tnone',
      'reads\t0.01 s\t0.48 s\t37\t0\tsettling 0.30 s',
      'refusals\t0.49 s\t0.08 s\t0\t0\tnone',
    ]);
    expect(await page.locator('.timeline .settling title').textContent()).toBe('settling, 0.30 s');
    expect(await page.locator('.timeline .phase').count()).toBe(2);
    const whole = await open('whole.html');
    expect(await whole.locator('#array .exchange').count()).toBeGreaterThan(0);
    expect(await page.locator('#array .exchange').count()).toBe(0);
  });

  test(needs('what differs in the credential alone is one table'), async () => {
    const page = await open('many.html', '#unknown-token-refused');
    const rows = page.locator('#unknown-token-refused table.same tbody tr');
    expect(await rows.count()).toBe(3);
    expect(await rows.first().textContent()).toContain('status 200');
  });

  test(
    needs('of a report without a timeline the requests that verdicts rest on are shown'),
    async () => {
      const page = await open('before.html');
      await page.locator('.timeline summary').click();
      expect(await page.locator('.timeline path').count()).toBeGreaterThan(0);
      expect(await page.locator('.timeline .legend').textContent()).toContain('Only requests that');
      expect(await page.locator('.phases').count()).toBe(0);
    },
  );

  test(needs('readings that disagree are beside each other, what differs marked'), async () => {
    const page = await open('many.html', '#id-present-1');
    expect(await page.locator('#id-present-1 table.sides').count()).toBe(2);
    const sides = page.locator('#id-present-1 table.sides').first();
    const rows = sides.locator('tbody tr');
    expect(await rows.allInnerTexts()).toEqual([
      'id\thexadecimal\thexadecimal',
      'name differs\ta string of 6 characters\tan empty string',
    ]);
    expect(await sides.locator('mark').count()).toBe(2);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await sides.locator('thead').isVisible()).toBe(true);
    expect([await rows.first().isVisible(), await rows.last().isVisible()]).toEqual([false, true]);
  });

  test(needs('says what signs mean, and how to make the run again'), async () => {
    const page = await open('report.html');
    expect(await page.locator('.legend').first().textContent()).toContain(
      'fail: a MUST is violated',
    );
    expect(await page.locator('section:has(#run) .curl code').textContent()).toBe(
      `portal-conformance ${report.target} --profile ${report.profile} --skip ${report.selection.skip.join(',')} --requirements ${report.requirementSet} --baseline baseline.json`,
    );
    expect(await page.locator('time').first().getAttribute('title')).toMatch(/\d/);
    expect(await page.locator('section:has(#run) > .table').isVisible()).toBe(true);
  });

  test(needs('fits a phone and paper'), async () => {
    const page = await open('report.html', '#created-at-milliseconds', {
      viewport: { width: 360, height: 740 },
    });
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await wide()).toBeLessThanOrEqual(360);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('form').isVisible()).toBe(false);
    expect(await page.locator('#created-at-milliseconds .finding').isVisible()).toBe(true);
  });

  test(needs('is readable without its script'), async () => {
    const page = await open('report.html', '', { javaScriptEnabled: false });
    const held = page.locator('#array');
    expect(await held.isVisible()).toBe(false);
    await page.locator('.folded:has(#array) > summary').click();
    expect(await held.isVisible()).toBe(true);
    expect(await page.locator('form').isVisible()).toBe(false);
  });

  test(needs('hostile text harms nothing'), async () => {
    const page = await open('hostile.html', '#created-at-milliseconds');
    await page.getByRole('button', { name: 'Open all' }).click();
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
    expect(await page.locator('img, iframe, object, svg[onload]').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
    expect(await shown(page)).toBe(report.requirements.length);
    expect(heard).toEqual([]);
  });

  test(needs('what got in all the same would not run'), async () => {
    const page = await open('report.html');
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.harmed = 1';
      document.body.append(script);
    });
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
    expect(heard.join()).toContain('Content Security Policy');
  });
});
