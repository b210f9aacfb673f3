import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { redact } from '../src/container/log.ts';
import { renderReleases } from '../src/report/releases.ts';
import type { Report } from '../src/report/report.ts';
import { verifyImage } from '../src/run/images.ts';
import { defaultSettings } from '../src/settings/settings.ts';
import { portalConformance, run } from './support/cli.ts';
import { bareNode, docker, hasEngine, importImage, installInto } from './support/engine.ts';

const prefix = 'localhost/portal-conformance-test';
const sound = `${prefix}:1.0`;
const seconds = `${prefix}:1.1`;
const ends = `${prefix}:ends`;
const silent = `${prefix}:silent`;
const hangs = `${prefix}:hangs`;
const images = [sound, seconds, ends, silent, hangs];

let folder: string;

beforeAll(() => {
  if (!hasEngine) return;
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-images-'));
  const serve = ['/usr/local/bin/node', '/app/dist/src/cli.js', 'serve', '--host', '0.0.0.0'];
  const entry = (command: readonly string[]) => `ENTRYPOINT ${JSON.stringify(command)}`;
  const files = bareNode();
  mkdirSync(join(files, 'app'));
  installInto(join(files, 'app'));
  importImage(files, sound, entry([...serve, '--port', '9909']));
  const other = (name: string, command: readonly string[]) => {
    const build = join(folder, 'build');
    mkdirSync(build, { recursive: true });
    writeFileSync(join(build, 'Dockerfile'), `FROM ${sound}\n${entry(command)}\n`);
    docker('build', '--quiet', '--tag', name, build);
  };
  other(seconds, [...serve, '--port', '7070', '--fault', 'created-at-seconds']);
  const log = `console.log('admin password=' + process.env.INITIAL_ADMIN_PASSWORD);
    console.log('token 299ce9bf4f244300a96f3926240f9c0d of crew@example.com');
    console.error('no licence: \\u001b[31mset LICENSING_ORGANIZATION_ID');`;
  other(ends, ['/usr/local/bin/node', '-e', `${log} process.exit(1)`]);
  // Answers the list, and says so when it is asked for anything else, which it leaves open.
  const server = `require('http').createServer((request, response) => {
    if (request.url.endsWith('/apiTokens')) response.writeHead(401).end('{}');
    else console.log('asked');
  }).listen(9909)`;
  other(hangs, ['/usr/local/bin/node', '-e', server]);
  other(silent, ['/usr/local/bin/node', '-e', 'setInterval(() => {}, 1000)']);
}, 120_000);

afterAll(() => {
  if (!hasEngine) return;
  rmSync(folder, { recursive: true });
  docker('rmi', '--force', ...images);
});

/** Containers of ours that are still there. */
const left = () => docker('ps', '--all', '--quiet', '--filter', 'label=portal-conformance').trim();

/** A run finds the engine where this process does. */
const home = { HOME: process.env.HOME };

describe.skipIf(!hasEngine)('an image as the target', () => {
  test('needs docker: is started, judged whole, and removed; it has no shell', async () => {
    const called = await portalConformance(['--image', sound], home);
    expect([called.code, called.report.outcome]).toEqual([0, 'conformant']);
    expect([called.report.profile, called.report.image]).toEqual(['full', sound]);
    expect(called.stdout).toContain(`image ${sound}`);
    expect(left()).toBe('');
  });

  test('needs docker: its port, environment and login are given', async () => {
    const args = ['--image', seconds, '--image-port', '7070'];
    const login = ['--image-env', 'INITIAL_ADMIN_PASSWORD', '--image-env', 'A=b,c'];
    const called = await portalConformance([...args, ...login], {
      ...home,
      INITIAL_ADMIN_PASSWORD: 'correct horse battery',
    });
    expect([called.code, called.report.message]).toEqual([
      1,
      expect.stringContaining('created-at-milliseconds'),
    ]);
    expect(called.everything).not.toContain('correct horse');
    expect(left()).toBe('');
  });

  test('needs docker: several are judged one after the other, and compared', async () => {
    const report = join(folder, 'r.json');
    const { code, stdout } = await run(
      process.execPath,
      [
        'dist/src/cli.js',
        '--image',
        sound,
        '--image',
        ends,
        '--quiet',
        '--report',
        `json=${report}`,
      ],
      home,
    );
    expect(code).toBe(3);
    expect(stdout).toMatch(/^requirement +localhost.*:1\.0 +localhost.*:ends/m);
    expect(stdout).toMatch(/^status-200 +✓ pass +\? inconclusive \*/m);
    expect(stdout).toMatch(/^outcome +conformant +undecided$/m);
    const files = readdirSync(folder).filter((name) => name.startsWith('r-'));
    expect(files).toEqual([
      'r-localhost-portal-conformance-test-1.0.json',
      'r-localhost-portal-conformance-test-ends.json',
    ]);
    const first = JSON.parse(readFileSync(join(folder, files[0] ?? ''), 'utf8'));
    expect(first.image).toBe(sound);
    expect(left()).toBe('');
  });

  test('needs docker: one that ends shows its last lines, without what is secret', async () => {
    const { code, stderr, report, everything } = await portalConformance(
      ['--image', ends, '--image-env', 'INITIAL_ADMIN_PASSWORD=tops3cret'],
      home,
    );
    expect([code, report.outcome]).toEqual([3, 'undecided']);
    expect(report.message).toMatch(/container/);
    expect(stderr).toContain('set LICENSING_ORGANIZATION_ID');
    expect(everything).not.toMatch(/tops3cret|299ce9bf|crew@|\u001b/);
    expect(left()).toBe('');
  });

  test('needs docker: one that answers nothing is not waited for for ever', async () => {
    const args = ['--image', silent, '--startup-timeout', '1'];
    const { code, report } = await portalConformance(args, home);
    expect([code, report.message]).toEqual([3, expect.stringContaining('before the timeout')]);
    expect(left()).toBe('');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'needs docker: %s while it starts removes it',
    async (signal) => {
      const args = ['--image', silent];
      let kill: (signal: NodeJS.Signals) => void = () => {};
      const ending = portalConformance(args, home, (send) => {
        kill = send;
      });
      await expect.poll(left, { timeout: 20_000 }).not.toBe('');
      kill(signal);
      const { code, report } = await ending;
      expect([code, report.outcome]).toEqual([signal === 'SIGINT' ? 130 : 143, 'interrupted']);
      expect(left()).toBe('');
    },
  );

  test.each([0.25, 0.35, 0.45])(
    'needs docker: a signal after %d s of making it leaves none',
    async (seconds) => {
      const ending = portalConformance(['--image', silent], home, (send) => {
        setTimeout(() => send('SIGTERM'), seconds * 1000);
      });
      // Before the command listens for signals, it is simply ended.
      await ending.catch(() => {});
      expect(left()).toBe('');
    },
  );

  test('needs docker: one that is not there does not keep the others from being judged', async () => {
    const images = ['--image', 'localhost/no-such:1', '--image', sound];
    const call = ['dist/src/cli.js', ...images, '--quiet'];
    const { code, stdout } = await run(process.execPath, call, home);
    expect([code, stdout]).toEqual([
      2,
      expect.stringMatching(/^outcome +misconfigured +conformant$/m),
    ]);
  });

  test('needs docker: a signal in the middle of the run removes it too', async () => {
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const ending = portalConformance(['--image', hangs], home, (send) => {
      kill = send;
    });
    await expect
      .poll(() => (left() === '' ? '' : docker('logs', left())), { timeout: 20_000 })
      .toContain('asked');
    kill('SIGTERM');
    expect((await ending).code).toBe(143);
    expect(left()).toBe('');
  });

  test('needs docker: a signal between the start and the run ends the run', async () => {
    const end = new AbortController();
    const settings = defaultSettings();
    const { report } = await verifyImage(sound, settings, requirements, end.signal, () =>
      end.abort('SIGTERM'),
    );
    expect([report.outcome, report.exitCode]).toEqual(['interrupted', 143]);
    expect(left()).toBe('');
  });

  test('needs docker: an image that is not there is a wrong call', async () => {
    const { code, report } = await portalConformance(['--image', 'localhost/no-such:1'], home);
    expect([code, report.message]).toEqual([
      2,
      expect.stringMatching(/is not available: localhost/),
    ]);
  });
});

describe('without what it needs', () => {
  test('no engine is one clear sentence', async () => {
    const { code, stderr } = await portalConformance(['--image', 'x'], {
      HOME: '/nonexistent',
      DOCKER_HOST: 'tcp://127.0.0.1:1',
    });
    expect(code).toBe(2);
    expect(stderr.trim()).toMatch(/^portal-conformance: No container engine answers:/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    [['http://127.0.0.1:1', '--image', 'x'], {}, /a target or --image, not both/],
    [['--image', 'x', '--profile', 'read-only'], {}, /judges with the full profile/],
    [['--image', ''], {}, /--image is set but empty/],
    [[], { PORTAL_IMAGE: '' }, /PORTAL_IMAGE is set but empty/],
    [[], { PORTAL_TARGET: '' }, /PORTAL_TARGET is set but empty/],
    [['--image-port', '1'], {}, /--image-port is for --image/],
    [['--image', 'x', '--image', 'x'], {}, /the same image twice/],
    [['--image', 'x', '--image', 'y', '--report', 'json=-'], {}, /a report each/],
    [['--image', 'x', '--image-port', '0'], {}, /--image-port .* from 1 to 65535/],
    [['--image', 'x', '--image-env', '1=2'], {}, /takes K=V/],
    [['--image', 'x', '--image-env', 'NOT_SET_ANYWHERE'], {}, /takes K=V/],
    [['--image', 'x'], { PORTAL_ADMIN_TOKEN: 'x'.repeat(32) }, /not with PORTAL_ADMIN_TOKEN/],
  ])('%j is a wrong call', async (args, variables, sentence) => {
    const { code, stderr } = await portalConformance(args, variables);
    expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
  });
});

test.each([
  ['login admin with hunter22', 'login admin with [given]'],
  ['POSTGRES_PASSWORD=abcd1234', 'POSTGRES_PASSWORD=[secret]'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer [secret]'],
  ['mail to Crew.Boss@Example.com.', 'mail to [address]'],
  ['made 299ce9bf4f244300a96f3926240f9c0d', 'made [secret]'],
  ['{"env":"pa\\"ss"} pa%22ss cGEic3M=', '{"env":"[given]"} [given] [given]='],
  ['the key is SecretLine2', 'the key is [given]'],
  ['login hunter22 or hunter22-and-more', 'login [given] or [given]'],
  ['listening on port 9909', 'listening on port 9909'],
])('of a log, %j is shown as %j', (line, shown) => {
  expect(redact(line, ['hunter22', 'hunter22-and-more', 'pa"ss', 'SecretLine1\nSecretLine2'])).toBe(
    shown,
  );
});

test('a table tells which release changed what', () => {
  const golden: Report = JSON.parse(
    readFileSync(new URL('./golden/report.json', import.meta.url), 'utf8'),
  );
  const mended = golden.requirements.map((one) =>
    one.status === 'fail' ? { ...one, status: 'pass' as const } : one,
  );
  const table = renderReleases([
    { ...golden, image: 'portal:1' },
    { ...golden, image: 'portal:2', outcome: 'conformant', requirements: mended },
  ]);
  expect(table).toMatch(/^created-at-milliseconds +✗ fail +✓ pass \*$/m);
  expect(table).toMatch(/^name-string +~ known +~ known$/m);
  expect(table).not.toMatch(/^array /m);
  expect(table).toMatch(/^outcome +non-conformant +conformant$/m);
});
