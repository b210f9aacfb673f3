import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { explainCommand } from '../src/commands/explain.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { configName } from '../src/settings/options.ts';
import { portalConformance, run } from './support/cli.ts';
import { idsWith, variablesOf } from './support/judge.ts';
import { schemaErrors } from './support/schema.ts';
import { secretsIn } from './support/secrets.ts';
import { forwardTo, http } from './support/servers.ts';

/** What curl -i prints without --compressed, of a server that compresses all the same. */
function withHead(body: Buffer, encoding = 'gzip'): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: ${encoding}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

const command = fileURLToPath(new URL('../dist/src/cli.js', import.meta.url));
const cli = (...args: string[]) => run(process.execPath, [command, ...args]);

let portal: Reference;
let folder: string;

beforeAll(async () => {
  portal = await startReference();
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-offline-'));
});

afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Calls the command in the folder, with something on standard input. */
async function inFolder(
  args: readonly string[],
  variables: Record<string, string> = {},
  input: string | Buffer = '',
) {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...variables },
  });
  child.stdin.on('error', () => {}).end(input);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}

describe('explain', () => {
  /** In this process: there are many of them. */
  async function explained(id: string): Promise<[number, string]> {
    let text = '';
    const out = (more: string) => {
      text += more;
    };
    const output = {
      out,
      err: out,
      look: { out: { color: false }, err: { color: false } },
      flushed: async () => undefined,
      isTerminal: false,
    };
    return [await explainCommand(id, { given: {}, environment: {}, output }), text];
  }

  test.each(requirements.map((one) => [one.id, one] as const))('%s', async (id, one) => {
    const [code, stdout] = await explained(id);
    expect(code).toBe(0);
    expect(stdout).toContain(`${one.title}\n\n${one.text}\n${one.level}, ${one.source}\n`);
    if (!one.check) {
      expect(stdout).toContain(`Never judged: ${one.excluded}`);
      return;
    }
    expect(stdout).toContain(`Usual causes  ${one.causes}`);
    expect(stdout).toContain(`How to fix    ${one.fix}`);
    expect(stdout).toMatch(/A response that satisfies it\n {2}\(.+\)\n/);
    expect(stdout).toMatch(/Servers that do any of the following violate it\n {2}- ./);
    if (one.profiles.includes('saved'))
      expect(stdout).toMatch(/A response that violates it\n {2}\(.+\)\n/);
  });

  test('a refusal is shown for what must be refused', async () => {
    const { stdout } = await cli('explain', 'missing-header-refused');
    expect(stdout).toMatch(/satisfies it\n.*\n {2}HTTP\/1.1 401 Unauthorized\n/);
    expect(stdout).toMatch(/violates it\n.*\n {2}HTTP\/1.1 200 OK\n/);
  });

  test('the example is what most people send who get it wrong', async () => {
    expect((await explained('created-at-milliseconds'))[1]).toContain('"createdAt": 1736942400,');
    expect((await explained('last-used-at-milliseconds'))[1]).toMatch(/"lastUsedAt": \d{10},/);
  });

  test('an unknown one is answered with one that is like it', async () => {
    const { code, stderr } = await cli('explain', 'created-at-seconds');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/Did you mean created-at-/)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('advice is one sentence or two, and says something of its own', () => {
    for (const one of requirements) {
      if (!one.check) continue;
      expect(one.causes).toMatch(/^\S.{10,}\.$/s);
      expect(one.fix).toMatch(/^[A-Z].{10,}\.$/s);
    }
  });
});

describe('check', () => {
  /** The list, as curl saves it. */
  async function saved(): Promise<{ body: string; whole: string }> {
    const token = portal.credentials.get('caller.token');
    const response = await fetch(`${portal.url}/api/portal/v1/apiTokens`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const body = await response.text();
    const fields = [...response.headers].map(([name, value]) => `${name}: ${value}`);
    return {
      body,
      whole: `HTTP/1.1 ${response.status} OK\r\n${fields.join('\r\n')}\r\n\r\n${body}`,
    };
  }

  test('a body holds, as far as it shows', async () => {
    const { body } = await saved();
    const path = write('body.json', body);
    const called = await portalConformance(['check', path]);
    expect([called.code, called.report.outcome]).toEqual([0, 'conformant-partial']);
    expect(called.report.profile).toBe('saved');
    expect(called.report.message).toMatch(/^\d+ MUSTs were decided in this response and held/);
    expect(called.report.requests).toBe(0);
    expect(secretsIn(called.everything, portal.store)).toEqual([]);
    const head = called.report.requirements.find(({ id }) => id === 'status-200');
    expect([head?.status, head?.message]).toEqual(['excluded', expect.stringContaining('curl -i')]);
  });

  test('with its head, status and headers are judged too', async () => {
    const { whole } = await saved();
    const called = await portalConformance(['check', write('whole.txt', whole)]);
    expect(called.code).toBe(0);
    const head = called.report.requirements.find(({ id }) => id === 'status-200');
    expect(head?.status).toBe('pass');
  });

  test('with a header twice is judged as a live run judges it', async () => {
    const { body } = await saved();
    const fields = ['Content-Type: application/json', 'Cache-Control: private'];
    const repeated = [...fields, 'Cache-Control: public, max-age=60', 'Content-Type: text/plain'];
    const whole = `HTTP/1.1 200 OK\r\n${repeated.join('\r\n')}\r\n\r\n${body}`;
    const { report } = await portalConformance(['check', write('repeated.txt', whole)]);
    expect(idsWith(report.requirements, 'fail', 'warn')).toEqual([]);
  });

  test('from standard input', async () => {
    const { whole } = await saved();
    const { code, stdout } = await inFolder(['check', '-', '--quiet'], {}, whole);
    expect([code, stdout]).toEqual([0, expect.stringContaining('conformant-partial')]);
  });

  test('what is broken is found, and said without its values', async () => {
    const { body } = await saved();
    const list = JSON.parse(body);
    list[1].createdAt = 1_736_942_400;
    list[2].id = list[1].id;
    const called = await portalConformance(['check', write('broken.json', JSON.stringify(list))]);
    expect(called.code).toBe(1);
    expect(called.report.message).toContain('tokens-unique, created-at-milliseconds');
    const times = called.report.requirements.find(({ id }) => id === 'created-at-milliseconds');
    expect(times?.message).toBe('violated in 1 place');
    expect(times?.findings[0]?.where).toEqual(['/1/createdAt']);
    expect(secretsIn(called.everything, portal.store)).toEqual([]);
  });

  test('the last of several heads counts', async () => {
    const { body } = await saved();
    const heads =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/2 200 \r\ncontent-type: application/json\r\n\r\n';
    expect((await portalConformance(['check', write('heads.txt', heads + body)])).code).toBe(0);
  });

  const bearer = 'Bearer of-the-one-who-saved-it';
  /** An archive as a browser exports it: the list once refused, then answered, and a page. */
  const archive = (content: object, more: object = {}) => {
    const request = (path: string) => ({
      method: 'GET',
      url: `https://portal.example.com${path}`,
      headers: [
        { name: ':authority', value: 'portal.example.com' },
        { name: 'Authorization', value: bearer },
      ],
    });
    const headers = [
      { name: 'Content-Type', value: 'application/json' },
      { name: 'Content-Encoding', value: 'gzip' },
    ];
    const list = request('/charts/api/portal/v1/apiTokens');
    const entries = [
      { request: list, response: { status: 401, headers: [], content: { text: '{}' } } },
      { request: list, response: { status: 200, headers, content } },
      { request: list, response: { status: 304, headers: [], content } },
      { request: request('/'), response: { status: 200, headers: [], content: { text: 'x' } } },
    ];
    return write(
      'list.har',
      `\uFEFF${JSON.stringify({ log: { version: '1.2', entries, ...more } })}`,
    );
  };

  test.each([
    ['as text', (body: string) => ({ text: body })],
    ['in base64', (body: string) => ({ text: btoa(body), encoding: 'base64' })],
  ])('the last list of a HAR, its body %s, is judged with its head', async (_, content) => {
    const { body } = await saved();
    const called = await portalConformance(['check', archive(content(body))]);
    expect({ code: called.code, message: called.report.message }).toMatchObject({ code: 0 });
    expect(called.report.requirements.find(({ id }) => id === 'status-200')?.status).toBe('pass');
    expect(called.everything).not.toContain('of-the-one-who-saved-it');
    expect(secretsIn(called.everything, portal.store)).toEqual([]);
  });

  test.each([
    ['without bodies', () => archive({}), /without its body: save it "with content"/],
    ['without the list', () => archive({}, { entries: [] }), /has no GET of .*apiTokens/],
    [
      'from the cache of a browser',
      () => {
        const url = 'https://portal.example.com/api/portal/v1/apiTokens';
        const cached = { request: { method: 'GET', url }, response: { status: 304, headers: [] } };
        return archive({}, { entries: [cached] });
      },
      /from the cache of the browser alone \(304\)/,
    ],
    ['cut in the middle', () => write('cut.har', '{"log": {"entries": ['), /was it cut\?/],
    [
      "of PowerShell's >",
      () => write('wide.txt', Buffer.from('\ufeffHTTP/1.1 200 OK\r\n\r\n[]', 'utf16le')),
      /in UTF-16.*curl\.exe/,
    ],
    [
      'of Invoke-WebRequest',
      () => write('listing.txt', 'StatusCode        : 200\r\nStatusDescription : OK\r\n'),
      /Invoke-WebRequest/,
    ],
    [
      'of curl -v',
      () =>
        write(
          'v.txt',
          `* Connected\n> GET /x HTTP/1.1\n> Authorization: ${bearer}\n>\n< HTTP/1.1 200 OK\n<\n[]`,
        ),
      /curl -v prints.*curl -i/,
    ],
    [
      'of this suite',
      () => write('report.json', '{\n  "schemaVersion": 1,\n  "suite": { "name": "x" } }'),
      /a report of this suite, and no response: portal-conformance report/,
    ],
  ])('a file %s is a wrong call', async (_, file, sentence) => {
    const { code, report, everything } = await portalConformance(['check', file()]);
    expect({ code, message: report.message }).toEqual({
      code: 2,
      message: expect.stringMatching(sentence),
    });
    expect(everything).not.toContain('of-the-one-who-saved-it');
  });

  test('a refusal that was saved is no list', async () => {
    const path = write('401.txt', 'HTTP/1.1 401 Unauthorized\r\n\r\n{}');
    const called = await portalConformance(['check', path]);
    expect([called.code, called.report.outcome]).toEqual([3, 'undecided']);
    expect(called.report.message).toContain('the list is what a valid token is answered with');
  });

  test('an empty list shows little, and says so', async () => {
    const called = await portalConformance(['check', write('empty.json', '[]')]);
    expect(called.code).toBe(0);
    const name = called.report.requirements.find(({ id }) => id === 'name-string');
    expect(name?.status).toBe('untested');
    expect(called.report.message).toMatch(/^3 MUSTs .* 22 more could not be checked/);
    expect(called.report.selection.accepted).toEqual([]);
  });

  test.each([
    ['nothing', '', /The saved response is empty/],
    ['white space', ' \n', /The saved response is empty/],
    ['a compressed answer', Buffer.from([0x1f, 0x8b, 8]), /compressed/],
    ['a compressed answer with its head', withHead(gzipSync('[]')), /compressed/],
    ['one in Brotli', withHead(brotliCompressSync('[]'), 'br'), /compressed/],
    ['one in zlib', withHead(deflateSync('[]'), 'deflate'), /compressed/],
  ])('%s is a wrong call', async (_, content, sentence) => {
    const { code, stderr } = await inFolder(['check', '-'], {}, content);
    expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
  });

  test.each(['[]', ' [\n]', ''])(
    'what curl --compressed has decoded is judged: %j',
    async (body) => {
      const { code } = await inFolder(['check', '-'], {}, withHead(Buffer.from(body)));
      expect(code).not.toBe(2);
    },
  );

  test('a file that is not there is a wrong call', async () => {
    const { code, stderr, report } = await portalConformance(['check', 'no-such.json']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('(ENOENT)')]);
    expect([report.outcome, report.message]).toEqual([
      'misconfigured',
      expect.stringContaining('(ENOENT)'),
    ]);
  });

  test.each(['<html>', '[', 'x'.repeat(100_000), '[[[[', '\u0000', '{"a":1}', '7', 'null'])(
    'hostile text %# is judged as a list that is none',
    async (text) => {
      const called = await portalConformance(['check', write('hostile', text)]);
      expect([called.code, called.report.outcome]).toEqual([1, 'non-conformant']);
    },
  );
});

describe('the configuration file', () => {
  const configure = (config: unknown) =>
    write(configName, typeof config === 'string' ? config : JSON.stringify(config));
  const names = { variables: { PORTAL_CALLER_TOKEN: 'PORTAL_STAGING_TOKEN' } };
  const token = () => ({ PORTAL_STAGING_TOKEN: portal.credentials.get('caller.token') ?? '' });

  test('of the working directory is read: target, options, reports, and who has the token', async () => {
    configure({
      ...{ target: portal.url, only: ['array', 'id-present'], quiet: true },
      reports: { json: 'out/report.json' },
      ...names,
    });
    const { code, stdout } = await inFolder([], token());
    expect([code, stdout]).toEqual([0, expect.stringContaining('conformant-partial')]);
    const report = JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8'));
    expect([report.target, report.selection.only]).toEqual([portal.url, ['array', 'id-present']]);
  });

  test('the environment comes before it, and an option before both', async () => {
    configure({ target: portal.url, only: ['array'], ...names });
    const only = async (args: string[], more = {}) => {
      await inFolder([...args, '--report', 'json=r.json'], { ...token(), ...more });
      return JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8')).selection.only;
    };
    expect(await only([])).toEqual(['array']);
    expect(await only([], { PORTAL_ONLY: 'id-present' })).toEqual(['id-present']);
    expect(await only(['--only', 'name-present'], { PORTAL_ONLY: 'array' })).toEqual([
      'name-present',
    ]);
  });

  test('a variable of ours comes before the one that it names', async () => {
    configure({ target: portal.url, only: ['array'], ...names });
    const wrong = { PORTAL_STAGING_TOKEN: 'feedfacefeedfacefeedfacefeedface' };
    const right = { PORTAL_CALLER_TOKEN: portal.credentials.get('caller.token') ?? '' };
    expect((await inFolder([], wrong)).code).toBe(2);
    expect((await inFolder([], { ...wrong, ...right })).code).toBe(0);
  });

  test('another one is named, and its paths are taken from where it is', async () => {
    configure({ target: 'http://127.0.0.1:1' });
    const other = write('other.json', JSON.stringify({ only: ['array'], baseline: 'b.json' }));
    write('b.json', '{"failures": []}');
    const variables = { ...variablesOf(portal), PORTAL_CONFIG: other };
    const { code, report } = await portalConformance([], variables);
    expect([code, report.baseline?.file]).toEqual([0, join(folder, 'b.json')]);
  });

  test.each([
    ['is not JSON', '{', /is not JSON/],
    ['has a member that there is not', { tokens: 1 }, /additional properties: "tokens"/],
    ['has a timeout in words', { timeout: 'ten' }, /\/timeout must be a number/],
    [
      'holds a secret in place of a name',
      { variables: { PORTAL_CALLER_TOKEN: '299ce9bf4f244300a96f3926240f9c0d' } },
      /PORTAL_CALLER_TOKEN must match pattern .*never its value/,
    ],
    ['names no requirement', { only: ['no-such'] }, /--only names no requirement/],
  ])('one that %s is a wrong call', async (_, config, sentence) => {
    configure(config);
    const { code, stderr } = await inFolder([]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
    expect(stderr).not.toContain('299ce9');
  });

  test('init writes one that is valid, once', async () => {
    rmSync(join(folder, configName), { force: true });
    expect((await inFolder(['init'])).code).toBe(0);
    const config = JSON.parse(readFileSync(join(folder, configName), 'utf8'));
    expect(schemaErrors('config', config)).toEqual([]);
    const again = await inFolder(['init']);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
    rmSync(join(folder, configName));
  });

  test('every option of a run is in its schema', async () => {
    const { options } = await import('../src/settings/options.ts');
    const { schema } = await import('../src/contract/shape.ts');
    const members = Object.keys(schema('config').properties as object);
    const kebab = members.map((one) => one.replace(/[A-Z]/g, (l) => `-${l.toLowerCase()}`));
    const expected = options.map(({ name }) =>
      /^(report|header|label)$/.test(name) ? `${name}s` : name,
    );
    const own = ['$schema', 'target', 'targets', 'variables'];
    expect(kebab.filter((one) => !own.includes(one)).sort()).toEqual(
      expected.filter((one) => one !== 'config').sort(),
    );
  });
});

/** Gives a program a terminal; part of every Debian. */
const script = '/usr/bin/script';

describe.skipIf(!existsSync(script))('on a terminal', () => {
  async function onTerminal(variables: Record<string, string>, ...args: string[]) {
    const forward = forwardTo(portal.url);
    // The refusals come last, and take long enough for the line to be written over meanwhile.
    const slow = await http((request, response) => {
      setTimeout(() => forward(request, response), request.headers.authorization ? 0 : 500);
    });
    const call = [process.execPath, command, ...args].join(' ');
    const env = { ...variablesOf(portal), PORTAL_TARGET: slow.url, CI: '', ...variables };
    const { stdout } = await run(script, ['-qec', call, '/dev/null'], env);
    await slow.close();
    return stdout;
  }

  test('needs script: progress is shown while it runs, and wiped away', async () => {
    const text = await onTerminal({});
    expect(text).toMatch(/reading …/);
    expect(text).toMatch(/judged \d+ of \d+ …/);
    expect(text.lastIndexOf('\r\u001b[K')).toBeGreaterThan(text.lastIndexOf(' …'));
    expect(text).toContain('\u001b[32m');
  });

  test.each([
    ['quiet', ['--quiet'], {}],
    ['in CI', [], { CI: 'true' }],
  ])('needs script: there is none when %s', async (_, args, variables) => {
    expect(await onTerminal(variables as Record<string, string>, ...args)).not.toContain(' …');
  });
});
