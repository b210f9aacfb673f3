import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plain } from '../src/reference/behaviour.ts';
import { certify } from '../src/reference/certify.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { configName } from '../src/settings/options.ts';
import { portalConformance, run } from './support/cli.ts';
import { variablesOf } from './support/judge.ts';
import { forwardTo, https } from './support/servers.ts';

// Files and variables that nobody meant for a run must not weaken it, nor let a token out.

const cli = fileURLToPath(new URL('../dist/src/cli.js', import.meta.url));

let portal: Reference;
let folder: string;

beforeAll(async () => {
  portal = await startReference();
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-surroundings-'));
});

afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

/** Calls the command in the folder, through a shell. */
function inFolder(line: string, variables: Record<string, string> = {}) {
  const script = `cd "${folder}"; ${line}`;
  const env = { ...variablesOf(portal), ...variables, CLI: cli };
  return run('bash', ['-c', script], env);
}

describe('a configuration file that was found, not named', () => {
  const cases: [string, object][] = [
    ['insecure', { insecure: true }],
    ['ca', { ca: 'ca.pem' }],
    ['image', { image: ['portal:1'] }],
    ['imageEnv', { imageEnv: ['A=b'] }],
    ['allowTokenInUrl', { allowTokenInUrl: true }],
    ['headers', { headers: ['X-A=HOME'] }],
    ['proxy', { proxy: 'http://127.0.0.1:1' }],
    ['resolve', { resolve: 'a.test:443:127.0.0.1' }],
    ['cert', { cert: 'client.pem' }],
    ['the variable HOME', { variables: { PORTAL_CALLER_TOKEN: 'HOME' } }],
  ];

  test.each(cases)('cannot set %s', async (what, config) => {
    writeFileSync(join(folder, configName), JSON.stringify(config));
    const found = await inFolder('node "$CLI" --only status-200');
    rmSync(join(folder, configName));
    expect(found).toMatchObject({ code: 2, stderr: expect.stringContaining(`cannot set ${what}`) });
    expect(found.stderr).toContain(`--config ${configName}`);
  });

  test('is named by every output', async () => {
    writeFileSync(join(folder, configName), JSON.stringify({ only: ['status-200'] }));
    const { code, stdout } = await inFolder('node "$CLI" --report json=report.json');
    expect(code).toBe(0);
    expect(stdout).toContain(`Options were read from ${configName}.`);
    const wrong = await inFolder('node "$CLI" --settle x --report markdown=report.md');
    expect(wrong.code).toBe(2);
    rmSync(join(folder, configName));
    for (const file of ['report.json', 'report.md'])
      expect(readFileSync(join(folder, file), 'utf8')).toContain('Options were read from');
  });

  test('may set all of it when it is named', async () => {
    writeFileSync(join(folder, 'named.json'), JSON.stringify({ insecure: true }));
    const { code, stdout } = await inFolder('node "$CLI" --only status-200 --config named.json');
    expect(code).toBe(0);
    expect(stdout).toContain('The TLS certificate was not verified (--insecure).');
  });
});

describe('TLS', () => {
  test('is verified though NODE_TLS_REJECT_UNAUTHORIZED=0, and that is said', async () => {
    const { ca: _, ...tls } = await certify(['localhost']);
    const server = await https(tls, forwardTo(portal.url));
    const variables = { ...variablesOf(portal), PORTAL_TARGET: server.url };
    const { code, report, stdout } = await portalConformance(['--settle', '0.2'], {
      ...variables,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    await server.close();
    expect(code).toBe(3);
    expect(report.message).toMatch(/not signed by a known authority/);
    expect(stdout).toContain('NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored');
  });

  test('is missed where requests leave this machine without it', async () => {
    const open = await startReference({ ...plain, address: '0.0.0.0' });
    const { report } = await portalConformance(['--only', 'status-200'], variablesOf(open));
    await open.close();
    expect(report.notices).toEqual([
      'Requests went over plain http: tokens can be read on the way.',
    ]);
  });
});

describe('what prints headers', () => {
  test('DEBUG has no effect', async () => {
    const { code, stdout, stderr } = await inFolder('node "$CLI" --only status-200', {
      DEBUG: '*',
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('superagent');
  });

  test.each(['http', 'HTTPS,fs', 'net', 'tls', '*'])('NODE_DEBUG=%s is refused', async (value) => {
    const called = await inFolder('node "$CLI" --only status-200 2>&1 | grep -v "^[A-Z]* [0-9]"', {
      NODE_DEBUG: value,
    });
    expect(called.stdout).toMatch(/NODE_DEBUG would print bearer tokens/);
    expect(called.stdout).not.toContain(portal.credentials.get('caller.token'));
    const { code } = await inFolder('node "$CLI" --version >/dev/null 2>&1', { NODE_DEBUG: value });
    expect(code).toBe(2);
  });
});

describe('reports', () => {
  test('keep the earlier one when the disk is full', async () => {
    writeFileSync(join(folder, 'report.html'), 'the earlier one');
    const call = 'ulimit -f 1; node "$CLI" --only status-200 --report html=report.html';
    const { code, stderr } = await inFolder(call);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot be written \(EFBIG\)/)]);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe('the earlier one');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('that cannot be written to standard output are an error', async () => {
    const call = 'node "$CLI" --only status-200 --report json=-';
    const full = await inFolder(`${call} >/dev/full`);
    expect([full.code, full.stderr]).toEqual([2, expect.stringMatching(/output \(ENOSPC\)/)]);
    const gone = await inFolder(`set -o pipefail; ${call} 2>/dev/null | true`);
    expect(gone.code).toBe(0);
  });

  test('on one path are a wrong call', async () => {
    const call = 'node "$CLI" --report html=a.html --report junit=./a.html';
    const { code, stderr } = await inFolder(call);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/names one path twice/)]);
  });
});
