import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Reference, startReference } from '../src/reference/start.ts';
import { portalConformance, run } from './support/cli.ts';
import { adminVariablesOf, variablesOf } from './support/judge.ts';
import { forwardTo, http, listening } from './support/servers.ts';

// A target that goes away, was never one, or where nothing can be judged or written.

let portal: Reference;

beforeAll(async () => {
  portal = await startReference();
});

afterAll(() => portal.close());

test.concurrent('a target that goes away ends the run, which says so', async () => {
  const forward = forwardTo(portal.url);
  let seen = 0;
  const server = createServer((request, response) => {
    seen += 1;
    if (seen === 30) {
      server.close();
      server.closeAllConnections();
    } else forward(request, response);
  });
  const { url } = await listening(server, 'http');
  const { code, report } = await portalConformance(['--settle', '6'], {
    ...variablesOf(portal),
    PORTAL_TARGET: url,
  });
  expect({ code, message: report.message }).toEqual({
    code: 3,
    message: expect.stringContaining(
      'What ended the run: the target stopped answering and refuses every connection.',
    ),
  });
  expect(report.requests).toBeLessThan(1000);
  if (server.listening) await once(server, 'close');
});

test.concurrent('a login that was not even tried leaves nothing behind', async () => {
  const server = await http((request, response) => {
    response.writeHead(request.method === 'GET' ? 404 : 501, { 'Content-Type': 'text/html' });
    response.end('<p>no</p>');
  });
  const { code, report } = await portalConformance([], {
    ...adminVariablesOf(portal),
    PORTAL_TARGET: server.url,
  });
  await server.close();
  expect({ code, leftovers: report.leftovers }).toEqual({ code: 2, leftovers: [] });
});

test.concurrent('where nothing was judged, one sentence says so in every form', async () => {
  const forms = ['github=-', 'junit=-', 'markdown=-'] as const;
  const [annotations = '', junit = '', markdown = ''] = await Promise.all(
    forms.map(async (form) => {
      const { stdout } = await portalConformance(
        ['http://127.0.0.1:1', '--settle', '0', '--report', form],
        { PORTAL_CALLER_TOKEN: 'x'.repeat(32), GITHUB_ACTIONS: 'true' },
      );
      return stdout;
    }),
  );
  expect(annotations.trim().split('\n')).toHaveLength(2);
  expect(junit).toMatch(/ tests="\d+" failures="0" errors="1" /);
  expect(junit).toContain('the run: undecided');
  expect(markdown).toContain('Nothing was judged.');
  expect(markdown.split('\n').length).toBeLessThan(12);
});

test.concurrent('a folder that can never be is told, and not waited for', async () => {
  const path = '/proc/nowhere/x/report.html';
  const { code, stderr } = await run(process.execPath, [
    ...['dist/src/cli.js', '--reference', '--only', 'array', '--report', `html=${path}`],
  ]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/The report cannot be written \(\w+\): \/proc\/nowhere/),
  });
});
