import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirements } from '../specs/index.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { type Called, portalConformance, run } from './support/cli.ts';
import { idsWith, variablesOf } from './support/judge.ts';
import { secretsIn } from './support/secrets.ts';
import { forwardTo, http } from './support/servers.ts';

let portal: Reference;
let all: Record<string, string>;
let folder: string;

beforeAll(async () => {
  portal = await startReference();
  all = variablesOf(portal);
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-cli-'));
});

afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

/** Some of the variables of the portal: its URL and these credentials. */
function just(...names: string[]): Record<string, string> {
  const entries = Object.entries(all).filter(([name]) =>
    ['PORTAL_TARGET', ...names].includes(name),
  );
  return Object.fromEntries(entries);
}

function expectClean(called: Called): void {
  expect(secretsIn(called.everything, portal.store)).toEqual([]);
}

test.concurrent.each([
  ['--reference', ['--reference'], {}],
  ['PORTAL_TARGET=reference', [], { PORTAL_TARGET: 'reference' }],
])('%s judges the reference portal, and says so in every output', async (_, args, variables) => {
  const { code, stdout, stderr, report } = await portalConformance(args, variables);
  expect([code, stderr, report.outcome, report.reference]).toEqual([0, '', 'conformant', true]);
  expect(report.notices).toContain(isReferences);
  expect(stdout).toContain(isReferences);
  expect(idsWith(report.requirements, 'inconclusive', 'untested', 'fail', 'warn')).toEqual([]);
  expect(stdout.trim().split('\n').at(-1)).toMatch(
    /^conformant: All \d+ MUSTs were decided and held\.$/,
  );
});

const isReferences =
  'The reference portal that comes with the suite was judged, and no server of yours.';

test.concurrent.each([
  ['nothing at all', [], {}],
  ['a typing error in the variable', [], { PORTAL_TARGTE: 'https://staging.example.com' }],
  ['credentials alone', [], { PORTAL_CALLER_TOKEN: 'x'.repeat(32) }],
])('%s is a wrong call: no other portal is judged in its place', async (_, args, variables) => {
  const { code, report } = await portalConformance(args, variables);
  expect([code, report.message]).toEqual([
    2,
    expect.stringMatching(/give the URL of the portal, or PORTAL_TARGET\. --reference judges/),
  ]);
});

test.concurrent.each([
  [['http://127.0.0.1:1', '--reference'], {}, 'Give a target or --reference, not both.'],
  [['--reference'], { PORTAL_CALLER_TOKEN: 'x'.repeat(32) }, '--reference has its own'],
])('%j is a wrong call', async (args, variables, message) => {
  const { code, report } = await portalConformance(args, variables);
  expect([code, report.message]).toEqual([2, expect.stringContaining(message)]);
});

test.concurrent('a target with every credential is judged', async () => {
  const called = await portalConformance([], all);
  expect([called.code, called.report.target]).toEqual([0, portal.url]);
  expect(called.report.requests).toBeGreaterThan(30);
  expectClean(called);
});

test.concurrent('a target on the command line comes before the variable', async () => {
  const { code, report } = await portalConformance([portal.url], {
    ...all,
    PORTAL_TARGET: 'http://127.0.0.1:1',
  });
  expect([code, report.target]).toEqual([0, portal.url]);
});

test.concurrent.each(['/', '/api/portal/v1', '/api/portal/v1/', '/api/portal/v1/apiTokens'])(
  'the target may end in %s',
  async (end) => {
    const { code, report } = await portalConformance(
      [portal.url + end, '--only', 'status-200'],
      all,
    );
    expect([code, report.target]).toEqual([0, portal.url]);
  },
);

test.concurrent('a portal below a path is found', async () => {
  const proxy = await http(forwardTo(portal.url, '/charts/oem'));
  const { code, report } = await portalConformance([`${proxy.url}/charts/oem/api/portal/v1`], all);
  await proxy.close();
  expect([code, report.target]).toEqual([0, `${proxy.url}/charts/oem`]);
});

describe('a wrong call', () => {
  const wrong: [string, string[], Record<string, string>, RegExp][] = [
    ['a target that is no URL', ['staging:9909/x y'], {}, /must be an http or https URL/],
    ['one without a scheme', ['staging'], {}, /a host after https:/],
    ['one in quotation marks', [], { PORTAL_TARGET: '"https://x"' }, /is in quotation marks/],
    ['a variable of another shell', ['%TARGET%'], {}, /was not replaced/],
    ['a folder as report', ['--report', 'html=docs'], {}, /cannot be written \(EISDIR\): docs/],
    ['a file as folder', ['--report', 'html=README.md/a/x'], {}, /cannot be written \(ENOTDIR\)/],
    ['another scheme', ['ftp://127.0.0.1'], {}, /must be an http or https URL/],
    ['a query', ['http://127.0.0.1/?token=x'], {}, /must not have a query/],
    ['a fragment', ['http://127.0.0.1/#x'], {}, /must not have a fragment/],
    ['user information', ['http://me:secret@127.0.0.1/'], {}, /must not hold user information/],
    [
      'no credentials',
      ['http://127.0.0.1:1'],
      {},
      /PORTAL_CALLER_TOKEN \(an API token of a user\)/,
    ],
    ['credentials without a target', [], { PORTAL_CALLER_TOKEN: 'x'.repeat(32) }, /no target/],
    [
      'an unknown requirement',
      ['--only', 'no-such'],
      {},
      /--only names no requirement or topic: no-such/,
    ],
    ['one of a typing error', ['--only', 'aray'], {}, /: aray\. Did you mean array\?/],
    [
      'a glob that nothing is like',
      ['--only', 'nowhere-*'],
      {},
      /no requirement or topic: nowhere-/,
    ],
    ['an unknown topic to skip', ['--skip', 'no-such'], {}, /--skip names no/],
    ['an unknown untested one', ['--allow-untested=no-such'], {}, /--allow-untested names no/],
    [
      'a timeout in words',
      ['--timeout', 'ten'],
      {},
      /--timeout \(PORTAL_TIMEOUT\) takes a number of seconds/,
    ],
    ['no timeout at all', ['--timeout', '0'], {}, /takes a number of seconds/],
    ['a variable in words', [], { PORTAL_DEADLINE: 'soon' }, /--deadline \(PORTAL_DEADLINE\)/],
    ['more than a day', ['--deadline', '90000'], {}, /such as 120, and at most 86400\./],
    ['no concurrency', ['--concurrency', '0'], {}, /whole number from 1 to 256/],
    ['a selection that is empty', ['--only', ''], {}, /--only is set but empty/],
    [
      'an option of images without one',
      ['http://127.0.0.1:1', '--image-port', '80'],
      {},
      /--image-port is for --image/,
    ],
    ['a flag in words', [], { PORTAL_STRICT: 'maybe' }, /PORTAL_STRICT must be true or false/],
    ['an origin with a path', ['--origin', 'https://example.com/x'], {}, /takes an origin/],
    ['a CA that is not there', ['--ca', 'no-such.pem'], {}, /--ca cannot be read \(ENOENT\)/],
    ['a CA that is none', ['--ca', 'package.json'], {}, /holds no certificate/],
    [
      'an environment file that is not there',
      [],
      { PORTAL_ENV_FILE: 'no-such.env' },
      /--env-file cannot be read/,
    ],
    [
      'a token with its scheme',
      ['http://127.0.0.1:1'],
      { PORTAL_CALLER_TOKEN: 'Bearer x' },
      /without the word Bearer/,
    ],
    [
      'a token with a blank',
      ['http://127.0.0.1:1'],
      { PORTAL_CALLER_TOKEN: 'x x' },
      /characters that no bearer token has/,
    ],
    [
      'one token for two',
      ['http://127.0.0.1:1'],
      { PORTAL_CALLER_TOKEN: 'x'.repeat(32), PORTAL_TEAMMATE_TOKEN: 'x'.repeat(32) },
      /PORTAL_CALLER_TOKEN and PORTAL_TEAMMATE_TOKEN hold the same token/,
    ],
  ];

  test.concurrent.each(wrong)(
    '%s is said in one sentence',
    async (_, args, variables, sentence) => {
      const { code, stderr, report } = await portalConformance(args, variables);
      expect([code, report.outcome]).toEqual([2, 'misconfigured']);
      const said = stderr || report.message;
      expect(said.trim().split('\n')).toHaveLength(1);
      expect(said).toMatch(sentence);
      expect(report.message).toMatch(sentence);
    },
  );

  test.concurrent('two reports that no comma separates are a wrong call', async () => {
    const { code, stderr } = await run(process.execPath, [
      ...['dist/src/cli.js', 'http://127.0.0.1:1', '--report', 'html=a.html;json=b.json'],
    ]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('several reports are separated by commas'),
    });
  });

  test.concurrent('what follows an unknown option is not repeated', async () => {
    const ended = await run(process.execPath, ['dist/src/cli.js', '--token=live-secret']);
    expect([ended.code, ended.stdout + ended.stderr]).toEqual([
      2,
      expect.not.stringContaining('live-secret'),
    ]);
  });

  test.concurrent('a report in the place of a file that is read is refused', async () => {
    const path = join(tmpdir(), `portal-conformance-${process.pid}.env`);
    writeFileSync(path, 'PORTAL_SETTLE=soon');
    const call = ['dist/src/cli.js', 'http://127.0.0.1:1', '--report', `json=${path}`];
    const variables = { PORTAL_ENV_FILE: path };
    // Also where something else is wrong, before that is found out.
    const [wrong, right] = [
      await run(process.execPath, call, variables),
      await run(process.execPath, call, { ...variables, PORTAL_SETTLE: '1' }),
    ];
    expect([wrong.code, right.code, readFileSync(path, 'utf8')]).toEqual([
      ...[2, 2, 'PORTAL_SETTLE=soon'],
    ]);
    expect(right.stderr).toContain('is the file of --env-file: give another.');
    rmSync(path);
  });

  test.concurrent.each([
    [['explian', 'array'], 'explain'],
    [['serv'], 'serve'],
  ])('a command of a typing error ends with 2 and the one that was meant', async (args, meant) => {
    const { code, stderr } = await run(process.execPath, ['dist/src/cli.js', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`Did you mean ${meant}?`)]);
  });

  test.concurrent('an unknown option ends with 2', async () => {
    const { code, stderr } = await run(process.execPath, ['dist/src/cli.js', '--tokne', 'x']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("unknown option '--tokne'")]);
  });

  test.concurrent('an unknown form of report ends with 2', async () => {
    const { code, stderr } = await run(process.execPath, ['dist/src/cli.js', '--report', 'pdf=x']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('takes FORMAT=PATH, where FORMAT is json, html'),
    ]);
  });

  test.concurrent('a token that nobody has is a wrong call, and is not printed', async () => {
    const token = 'feedfacefeedfacefeedfacefeedface';
    const called = await portalConformance([], { ...all, PORTAL_TEAMMATE_TOKEN: token });
    expect([called.code, called.report.message]).toEqual([
      2,
      expect.stringMatching(/^PORTAL_TEAMMATE_TOKEN was rejected/),
    ]);
    expect(called.everything).not.toContain(token);
  });

  test.concurrent.each([
    [
      'PORTAL_TEAMMATE_TOKEN',
      'PORTAL_OUTSIDER_TOKEN',
      /different accounts; the teammate must share/,
    ],
    [
      'PORTAL_OUTSIDER_TOKEN',
      'PORTAL_TEAMMATE_TOKEN',
      /same account; the outsider must be of another/,
    ],
    ['PORTAL_TEAMMATE_TOKEN', 'PORTAL_CALLER_SESSION', /same user/],
    [
      'PORTAL_CALLER_SESSION',
      'PORTAL_TEAMMATE_TOKEN',
      /different users; both must be the caller's/,
    ],
  ])('%s that is really %s is found out', async (name, really, sentence) => {
    const called = await portalConformance([], {
      ...just('PORTAL_CALLER_TOKEN'),
      [name]: all[really],
    });
    expect([called.code, called.report.message]).toEqual([2, expect.stringMatching(sentence)]);
    expectClean(called);
  });
});

describe('what was not given', () => {
  test.concurrent('one token leaves MUSTs untested and says what to provide', async () => {
    const called = await portalConformance([], just('PORTAL_CALLER_TOKEN'));
    expect([called.code, called.report.outcome]).toEqual([3, 'undecided']);
    const untested = called.report.requirements.filter(({ status }) => status === 'untested');
    const lacking = requirements.filter(
      (one) =>
        one.check &&
        one.profiles.includes('read-only') &&
        one.needs.some((name) => /teammate|outsider/.test(name)),
    );
    expect(untested.map(({ id }) => id)).toEqual(lacking.map(({ id }) => id));
    for (const { message } of untested)
      expect(message).toMatch(/give .*PORTAL_(TEAMMATE|OUTSIDER)_TOKEN \(an API token of/);
    expect(called.stdout).toContain(
      'give PORTAL_OUTSIDER_TOKEN (an API token of a user in another account)',
    );
    expectClean(called);
  });

  test.concurrent('all of it may be accepted', async () => {
    const { code, report } = await portalConformance(
      ['--allow-untested'],
      just('PORTAL_CALLER_TOKEN'),
    );
    expect([code, report.outcome]).toEqual([0, 'conformant-partial']);
    expect(report.selection.accepted).toEqual(idsWith(report.requirements, 'untested'));
  });

  test.concurrent('some of it may be accepted, and the rest still counts', async () => {
    const { code, report } = await portalConformance([], {
      ...just('PORTAL_CALLER_TOKEN', 'PORTAL_TEAMMATE_TOKEN'),
      PORTAL_ALLOW_UNTESTED: 'outsider-token-hidden,accounts-share-nothing,outsider-user-hidden',
    });
    expect([code, report.outcome]).toEqual([3, 'undecided']);
    expect(report.message).toMatch(/2 of \d+ MUSTs .*: outsider-ids-nowhere, account-not-chosen\./);
  });

  test.concurrent('a session token alone is enough to begin with', async () => {
    const { code, report } = await portalConformance(
      ['--only', 'response,record'],
      just('PORTAL_CALLER_SESSION'),
    );
    expect([code, idsWith(report.requirements, 'fail')]).toEqual([3, []]);
    expect(idsWith(report.requirements, 'pass')).toContain('name-string');
  });
});

describe('options', () => {
  test.concurrent.each([
    ['created-at-*', /^created-at-/],
    ['*-string', /-string$/],
    ['lists-hold-the-sam?', /^lists-hold-the-same$/],
    ['should', /./],
  ])('--only %s takes what is like it', async (pattern, ids) => {
    const { report } = await portalConformance(['--only', pattern], all);
    const passed = idsWith(report.requirements, 'pass', 'warn');
    expect(passed.length).toBeGreaterThan(0);
    for (const id of passed) expect(id).toMatch(ids);
    const isLevel = pattern === 'should';
    for (const { id, level } of report.requirements)
      if (isLevel && passed.includes(id)) expect(level).toBe('SHOULD');
  });

  test.concurrent('only and skip choose, and the report says what was left out', async () => {
    const { code, report } = await portalConformance(
      ['--only', 'visi*,array', '--skip', 'own-token-listed'],
      all,
    );
    expect([code, report.outcome]).toEqual([0, 'conformant-partial']);
    const passed = idsWith(report.requirements, 'pass');
    expect(passed).toHaveLength(13);
    expect(passed).toContain('array');
    expect(report.selection.deselected).toContain('own-token-listed');
  });

  test.concurrent('a run of nothing that counts is undecided', async () => {
    const { code, report } = await portalConformance(['--only', 'id-opens-core-api'], all);
    expect([code, report.message]).toEqual([
      3,
      expect.stringMatching(
        /^No mandatory requirement was checked\. Of id-opens-core-api: the Core API/,
      ),
    ]);
  });

  test.concurrent('quiet prints the ending alone', async () => {
    const { stdout } = await portalConformance(['--quiet'], all);
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  test.concurrent('verbose prints every requirement', async () => {
    const { stdout } = await portalConformance(['--verbose'], all);
    for (const { id } of requirements) expect(stdout).toContain(` ${id} `);
  });

  test.concurrent('a file of variables gives what the environment does not', async () => {
    const path = join(folder, 'portal.env');
    const lines = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
    writeFileSync(path, `${lines.join('\n')}\nPORTAL_QUIET=1\n`);
    const { code, stdout, report } = await portalConformance(['--env-file', path], {
      PORTAL_QUIET: '0',
    });
    expect([code, report.target]).toEqual([0, portal.url]);
    expect(stdout.trim().split('\n').length).toBeGreaterThan(2);
  });

  const asPortal = (name: string, value: string) => `${name}=${value}`;
  const wide = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  test.concurrent.each([
    ['a byte order mark', asPortal, (text: string) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16', asPortal, wide],
    ['UTF-16, the other way round', asPortal, (text: string) => wide(text).swap16()],
    ['lines of Windows', asPortal, (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['set', (name: string, value: string) => `set ${name}=${value}`, Buffer.from],
    ['export', (name: string, value: string) => `  export ${name}='${value}'`, Buffer.from],
    ['$env:', (name: string, value: string) => `$env:${name} = "${value}"`, Buffer.from],
  ] as const)('a file of variables may have %s', async (_, write, encode) => {
    const path = join(folder, `${Math.random()}.env`);
    const lines = Object.entries(all).map(([name, value]) => write(name, value ?? ''));
    const text = ['# of the portal', '', ...lines, 'OTHER="two', 'lines"', ''].join('\n');
    writeFileSync(path, encode(text));
    const { code, report } = await portalConformance(['--env-file', path]);
    expect({ code, target: report.target, message: report.message }).toMatchObject({
      code: 0,
      target: portal.url,
    });
  });

  test.concurrent.each([
    ['PORTAL_TARGET: https://x', 2],
    ['PORTAL_TARGET', 2],
    ['{ "PORTAL_TARGET": "https://x" }', 2],
  ])('a file with the line %s is a wrong call', async (line, number) => {
    const path = join(folder, `${Math.random()}.env`);
    writeFileSync(path, `# first\n${line}\nPORTAL_QUIET=1\n`);
    const { code, report } = await portalConformance(['--env-file', path], all);
    expect([code, report.message]).toEqual([
      2,
      `${path}, line ${number}: not a variable, such as PORTAL_TARGET=https://...`,
    ]);
  });

  test.concurrent.each([
    ['with a byte order mark', (text: string) => `\uFEFF${text}`, 'utf8'],
    ['in UTF-16', (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`, 'utf16le'],
  ] as const)('a configuration %s is read', async (_, edit, encoding) => {
    const path = join(folder, `${Math.random()}.json`);
    writeFileSync(path, edit('{\n  "only": ["array"]\n}\n'), encoding);
    const { code, report } = await portalConformance(['--config', path], all);
    expect({ code, only: report.selection.only }).toEqual({ code: 0, only: ['array'] });
  });

  test.concurrent.each([
    [
      '{\n  "settle": 1,\n  "only": [array]\n}',
      /is not JSON: .*, line 3, column 12: invalid symbol\.$/,
    ],
    [
      '{\n  "settle": 1,\n}',
      /is not JSON: .*, line 3, column 1: a name in quotation marks is expected/,
    ],
    ['{ "settle": 1 } // soon', /is not JSON: .*, line 1, column 17: JSON has no comments\.$/],
    ['{ "ca": "a\\c" }', /line 1, column 9: a backslash is written/],
    ['{ "reports": { "html": "a\\temp.html" } }', /holds a control character: in JSON a backslash/],
    ['{', /is not JSON: .*, line 1, column 2: close brace expected\.$/],
    [
      '{\n  "settle": 1,\n  "sttle": 1\n}',
      /, line 3: the file must not have additional properties: "sttle".*Did you mean "settle"\?$/,
    ],
    [
      '{\n  "settle": 1,\n  "reports":\n  { "html": "" }\n}',
      /, line 4: \/reports\/html must not be empty/,
    ],
  ])('the configuration %j is a wrong call, which names the line', async (text, sentence) => {
    const path = join(folder, `${Math.random()}.json`);
    writeFileSync(path, text);
    const { code, report } = await portalConformance(['--config', path], all);
    expect({ code, message: report.message }).toEqual({
      code: 2,
      message: expect.stringMatching(sentence),
    });
  });

  test.concurrent('a variable that nobody knows is named, with the one that was meant', async () => {
    const { code, report } = await portalConformance([], {
      ...all,
      ...{ PORTAL_CALER_SESSION: 'x', PORTAL_OF_OTHERS: 'y', PORTAL_GATEWAY: 'z' },
      ...{ PORTAL_HEADER: 'X-Gateway=PORTAL_GATEWAY' },
    });
    expect([code, report.notices]).toEqual([
      0,
      [
        'PORTAL_CALER_SESSION is set, and is no variable of this suite. Was PORTAL_CALLER_SESSION meant?',
        'PORTAL_OF_OTHERS is set, and is no variable of this suite.',
        'Every request has, too: X-Gateway.',
      ],
    ]);
  });

  test.concurrent('headers of a configuration are sent', async () => {
    const path = join(folder, 'headers.json');
    writeFileSync(path, JSON.stringify({ headers: ['X-One=GATEWAY_ONE', 'X-Two=GATEWAY_TWO'] }));
    const gateway = { GATEWAY_ONE: 'one-of-the-gateway', GATEWAY_TWO: 'two-of-the-gateway' };
    const called = await portalConformance(['--config', path], { ...all, ...gateway });
    expect([called.code, called.report.notices]).toEqual([
      0,
      [`Options were read from ${path}.`, 'Every request has, too: X-One, X-Two.'],
    ]);
  });

  test.concurrent('a report goes to standard output alone when it is asked to', async () => {
    const { code, stdout, stderr } = await run(
      process.execPath,
      ['dist/src/cli.js', '--report', 'json=-'],
      all,
    );
    expect([code, JSON.parse(stdout).outcome]).toEqual([0, 'conformant']);
    expect(stderr).toContain('conformant:');
  });

  test.concurrent('a report that cannot be written is no success', async () => {
    const path = join(folder, 'portal.env', 'report.json');
    const { code, stderr } = await run(
      process.execPath,
      ['dist/src/cli.js', '--report', `json=${path}`],
      all,
    );
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/The report cannot be written \((ENOTDIR|EEXIST)\)/),
    ]);
  });

  test.concurrent('a token that is itself restricted works with its origin', async () => {
    const restricted = portal.store.tokens.find(({ restrictions }) => restrictions?.hosts?.length);
    const variables = { PORTAL_TARGET: portal.url, PORTAL_CALLER_TOKEN: restricted?.id };
    const without = await portalConformance(['--only', 'response'], variables);
    expect(without.report.outcome).toBe('misconfigured');
    const args = [
      '--only',
      'response',
      '--origin',
      `https://${restricted?.restrictions?.hosts?.[0]}`,
    ];
    const { code } = await portalConformance(args, variables);
    expect(code).toBe(0);
  });

  test.concurrent('every request is a GET that names the run and what it is for', async () => {
    const seen: { method: string | undefined; agent: string | undefined }[] = [];
    const forward = forwardTo(portal.url);
    const proxy = await http((request, response) => {
      seen.push({ method: request.method, agent: request.headers['user-agent'] });
      forward(request, response);
    });
    const { report } = await portalConformance([proxy.url], all);
    await proxy.close();
    expect(seen).toHaveLength(report.requests);
    expect(new Set(seen.map(({ method }) => method))).toEqual(new Set(['GET']));
    const named = new RegExp(`^portal-conformance/\\S+ \\(run ${report.runId}\\); \\S`);
    // Once in a run it asks as curl and as a browser do.
    const others = seen.filter(({ agent }) => !named.test(agent ?? ''));
    expect(others.map(({ agent }) => agent?.split('/')[0]).sort()).toEqual([
      ...['Mozilla', 'Mozilla', 'curl', 'curl', 'kube-probe'],
    ]);
    expect(seen.map(({ agent }) => agent).join()).toContain('cookie-refused');
  });
});

test.concurrent('list prints the register', async () => {
  const { code, stdout } = await portalConformance(['list']);
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(requirements.length);
  const json = JSON.parse((await portalConformance(['list', '--json'])).stdout);
  expect(json.map(({ id }: { id: string }) => id)).toEqual(requirements.map(({ id }) => id));
});

test.concurrent('help and version are no errors', async () => {
  const { code, stdout } = await portalConformance(['--help']);
  expect(code).toBe(0);
  // What most people look for are the options of the command that has no name.
  expect(stdout).toMatch(/Options of run:[\s\S]* --settle <seconds>[\s\S]*Exit codes:/);
  expect((await portalConformance(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
