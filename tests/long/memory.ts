import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { run } from '../support/cli.ts';
import { variablesOf } from '../support/judge.ts';
import { http } from '../support/servers.ts';
import { answered } from '../support/shims.ts';

// A portal, or somebody in front of it, may send as much as it likes: a run ends with a verdict.

const cli = join(fileURLToPath(new URL('../..', import.meta.url)), 'dist/src/cli.js');

/** Runs the command with a heap of so many MB. */
async function runWithin(megabytes: number, variables: Record<string, string>, ...args: string[]) {
  const heap = `--max-old-space-size=${megabytes}`;
  const { code, stdout, stderr } = await run(
    process.execPath,
    [heap, cli, '--quiet', '--settle', '0.2', ...args],
    variables,
  );
  return { code, said: stdout + stderr };
}

async function withPortal<T>(use: (portal: Reference) => Promise<T>): Promise<T> {
  const portal = await startReference();
  try {
    return await use(portal);
  } finally {
    await portal.close();
  }
}

test('a heap of 300 MB is enough to judge a list of 15,000 tokens', () =>
  withPortal(async (portal) => {
    const [user] = portal.store.users;
    if (user) for (let n = 0; n < 15_000; n += 1) portal.store.addToken(user, `Token ${n}`, null);
    const { code, said } = await runWithin(300, variablesOf(portal));
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('conformant: All') });
  }));

/** A portal whose accepted responses are all one body. */
function answeringAll(portal: Reference, body: Buffer, headers: Record<string, string>) {
  return answered(
    portal,
    ({ method, url }) => method === 'GET' && url?.endsWith('/apiTokens') === true,
    (answer, response) => {
      if (answer.status !== 200) return void response.writeHead(answer.status).end();
      response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(body);
    },
  );
}

const bombs: [string, () => Buffer][] = [
  ['195 MiB of blanks', () => Buffer.alloc(195 * 1024 * 1024, 0x20)],
  ['700,001 empty objects', () => Buffer.from(`[${'{},'.repeat(700_000)}{}]`)],
  ['a deep nest', () => Buffer.from('['.repeat(3_000_000))],
];

test.each(bombs)('%s, compressed, end with a verdict in a heap of 300 MB', (_, body) =>
  withPortal(async (portal) => {
    const packed = gzipSync(body(), { level: 1 });
    const server = await answeringAll(portal, packed, { 'Content-Encoding': 'gzip' });
    const { code, said } = await runWithin(300, {
      ...variablesOf(portal),
      PORTAL_TARGET: server.url,
    });
    await server.close();
    expect({ code, said }).toEqual({
      code: 3,
      said: expect.stringMatching(
        /: (the answer is larger than this suite reads|there was no memory left to read the answer)\.\n$/,
      ),
    });
  }),
);

test('a list of 12,000 broken records is counted as far as it tells something', () =>
  withPortal(async (portal) => {
    const body = Buffer.from(`[${'{},'.repeat(12_000)}{}]`);
    const server = await answeringAll(portal, body, {});
    const { code, stdout } = await run(
      process.execPath,
      [cli, '--settle', '0.2', '--only', 'id-present'],
      {
        ...variablesOf(portal),
        PORTAL_TARGET: server.url,
      },
    );
    await server.close();
    expect(code).toBe(1);
    expect(stdout).toContain('or more: counting ended after 10000 broken records');
  }));

test('a deadline is kept while long lists are judged', () =>
  withPortal(async (portal) => {
    const record = (n: number) => `{"id":"${String(n).padStart(32, '0')}","name":7}`;
    const body = Buffer.from(`[${Array.from({ length: 60_000 }, (_, n) => record(n)).join(',')}]`);
    let count = 0;
    const server = await http((request, response) => {
      if (!request.headers.authorization) return void response.writeHead(401).end();
      response.writeHead(200, { 'Content-Type': 'application/json' });
      if (!request.url?.endsWith('/apiTokens')) return void response.end('{}');
      count += 1;
      // Each is another body.
      return void response.end(Buffer.concat([Buffer.from(' '.repeat(count)), body]));
    });
    const startedAt = Date.now();
    const { code, said } = await runWithin(
      1000,
      { ...variablesOf(portal), PORTAL_TARGET: server.url },
      '--deadline',
      '2',
    );
    await server.close();
    expect([1, 3]).toContain(code);
    expect(said).not.toContain('suite-error');
    expect(Date.now() - startedAt).toBeLessThan(25_000);
  }));
