// Makes the pictures of the README: the terminal and the HTML report of a run
// against a reference portal with one fault. Needs dist/, chromium and script.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { faults } from '../build/src/reference/faults.js';
import { startReference } from '../build/src/reference/start.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-pictures-'));
const fault = faults.find(({ name }) => name === 'created-at-seconds');
const portal = await startReference(fault, { port: 9909 });
const env = { ...process.env, CI: 'true', PORTAL_TARGET: portal.url };
for (const [name, token] of portal.credentials)
  env[`PORTAL_${name.toUpperCase().replace('.', '_')}`] = token;
const html = join(folder, 'report.html');
const call = `${process.execPath} dist/src/cli.js --report html=${html}`;
const text = await new Promise((resolve) => {
  execFile('script', ['-qec', call, '/dev/null'], { cwd: root, env }, (_, out) => resolve(out));
});
await portal.close();

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const page = await browser.newPage({
  viewport: { width: 1000, height: 720 },
  deviceScaleFactor: 1,
});
await page.setContent(terminal(text.replaceAll(html, 'report.html')));
await page.locator('pre').screenshot({ path: join(root, 'docs/terminal.png') });
await page.goto(pathToFileURL(html).href);
await page.screenshot({ path: join(root, 'docs/report.png') });
await browser.close();
rmSync(folder, { recursive: true });

/** A page that shows text with the escapes of a terminal as one would. */
function terminal(ansi) {
  const colors = {
    1: 'font-weight:700',
    2: 'opacity:.6',
    31: 'color:#ff8a80',
    32: 'color:#5ccf8a',
    33: 'color:#f0b35a',
  };
  const safe = ansi.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/\r/g, '');
  const spans = safe
    .replace(/\u001b\[0m/g, '</span>')
    .replace(/\u001b\[(\d+)m/g, (_, code) => `<span style="${colors[code] ?? ''}">`);
  return `<body style="margin:0"><pre style="margin:0;padding:20px;width:960px;white-space:pre-wrap;overflow-wrap:anywhere;background:#14171c;color:#e4e8ed;font:13px/1.5 ui-monospace,monospace">$ portal-conformance --report html=report.html\n${spans}</pre>`;
}
