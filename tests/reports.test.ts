import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { parse } from 'parse5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { statuses } from '../src/contract/judge.ts';
import { startReference } from '../src/reference/start.ts';
import { type Format, formatNames, formats, render } from '../src/report/formats/formats.ts';
import type { Report } from '../src/report/report.ts';
import { baselineWith } from './support/baseline.ts';
import { type Called, portalConformance, run } from './support/cli.ts';
import {
  everyStatus,
  everyStatusBaseline,
  everyStatusOnly,
  goldenRun,
} from './support/every-status.ts';
import { hostile } from './support/hostile-report.ts';
import { variablesOf } from './support/judge.ts';
import { schemaErrors } from './support/schema.ts';
import { secretsIn } from './support/secrets.ts';

/** Written before any test begins. */
const goldenFile = join(mkdtempSync(join(tmpdir(), 'portal-conformance-golden-')), 'report.json');
let folder: string;
let golden: Report;
let called: Called;
let written: Record<Format, string>;

beforeAll(async () => {
  golden = await goldenRun();
  writeFileSync(goldenFile, JSON.stringify(golden));
  folder = mkdtempSync(join(tmpdir(), 'portal-conformance-reports-'));
  const portal = await startReference(everyStatus);
  const baseline = join(folder, 'baseline.json');
  writeFileSync(baseline, JSON.stringify(everyStatusBaseline, undefined, 2));
  const { PORTAL_OUTSIDER_TOKEN: _, ...variables } = variablesOf(portal);
  const reports = formatNames.flatMap((format) => [
    '--report',
    `${format}=${join(folder, formats[format].file)}`,
  ]);
  const args = [
    '--only',
    everyStatusOnly,
    '--settle',
    '0.3',
    '--baseline',
    baseline,
    '--allow-token-in-url',
    // An attestation is about what has a digest.
    ...['--subject-version', `sha256:${'a'.repeat(64)}`],
  ];
  called = await portalConformance([...args, ...reports], variables);
  written = Object.fromEntries(
    formatNames.map((format) => [format, readFileSync(join(folder, formats[format].file), 'utf8')]),
  ) as Record<Format, string>;
  for (const text of [called.everything, ...Object.values(written)])
    expect(secretsIn(text, portal.store)).toEqual([]);
  await portal.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(join(goldenFile, '..'), { recursive: true });
});

test('one run has every status in it', () => {
  const seen = new Set(called.report.requirements.map(({ status }) => status));
  expect([...statuses].filter((status) => !seen.has(status))).toEqual([]);
  expect([called.code, called.report.outcome]).toEqual([1, 'non-conformant']);
});

test('the golden run has every status in it, too', () => {
  const seen = new Set(golden.requirements.map(({ status }) => status));
  expect([...statuses].filter((status) => !seen.has(status))).toEqual([]);
});

test('a secret in a baseline is in no form of the report, and is no bug of the suite', async () => {
  const portal = await startReference(everyStatus);
  const baseline = join(folder, 'with-secret.json');
  writeFileSync(baseline, JSON.stringify(baselineWith(portal.credentials.get('caller.token'))));
  const reports = formatNames
    .filter((format) => format !== 'intoto')
    .flatMap((format) => ['--report', `${format}=${join(folder, format)}`]);
  const args = ['--only', 'name-string', '--baseline', baseline, ...reports];
  const { code, everything, report } = await portalConformance(args, variablesOf(portal));
  const files = formatNames
    .filter((format) => format !== 'intoto')
    .map((format) => readFileSync(join(folder, format), 'utf8'));
  await portal.close();
  expect({ code, outcome: report.outcome }).toEqual({ code: 0, outcome: 'known-failures' });
  expect(everything).toContain('see the ticket of [secret]');
  expect(secretsIn([everything, ...files].join('\n'), portal.store)).toEqual([]);
});

test('the terminal ends with what to do', () => {
  const lines = called.stdout.trim().split('\n');
  expect(lines.at(-1)).toMatch(/^non-conformant: 1 of \d+ .*created-at-milliseconds/);
  expect(called.stdout).toContain('portal-conformance explain created-at-milliseconds');
  expect(called.stdout).toContain(`html     ${join(folder, 'report.html')}`);
});

describe.each(formatNames.filter((format) => format !== 'intoto'))('as %s', (format) => {
  test('the golden report is rendered as the golden text: npm run golden writes it', async () => {
    const file = new URL(`./golden/${formats[format].file}`, import.meta.url).pathname;
    await expect(await render(golden, format)).toMatchFileSnapshot(file);
  });

  test('an old report is rendered anew, the same', async () => {
    const args = ['report', `${format}=-`, '--from', goldenFile];
    const { code, stdout, stderr } = await run(process.execPath, ['dist/src/cli.js', ...args]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(await render(golden, format));
  });

  test('what the run wrote is valid', async () => {
    expect(await problems(format, written[format])).toEqual([]);
  });

  test('hostile text is valid and inert', async () => {
    const text = await render(hostile(golden), format);
    expect(await problems(format, text)).toEqual([]);
    if (format === 'json') return; // Data, escaped by its own rules.
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\ufffe]/);
    if (format === 'text' || format === 'markdown')
      expect(text).not.toMatch(/::(error|stop-commands)|##\[|##vso/);
  });
});

test.each(formatNames.filter((format) => format !== 'badge' && format !== 'intoto'))(
  'what stays on the server is in the form %s, with its command',
  async (format) => {
    const command = 'portal-conformance cleanup http://127.0.0.1:9909 --run 2222222222 --yes';
    const left = {
      what: 'account 7 of run 2222222222',
      why: 'status 500',
      curl: 'curl -X POST',
      command,
    };
    const text = await render({ ...golden, leftovers: [left], exitCode: 4 }, format);
    expect(text).toContain(command);
    expect(text).toContain('status 500');
    expect(await problems(format, text)).toEqual([]);
  },
);

/** What keeps a text from being what its format wants; lines of text, where nothing is known of it. */
async function problems(format: Format, text: string): Promise<string[]> {
  const validate: Partial<Record<Format, () => string[] | Promise<string[]>>> = {
    json: () => schemaErrors('report', JSON.parse(text)),
    junit: () => junitProblems(text),
    ctrf: () => ctrfProblems(JSON.parse(text)),
    html: () => htmlProblems(text),
    markdown: () => markdownProblems(text),
    prometheus: () => prometheusProblems(text),
    badge: () => badgeProblems(JSON.parse(text)),
    intoto: () => (text === '' ? [] : inTotoProblems(JSON.parse(text))),
    github: () =>
      text
        .trimEnd()
        .split('\n')
        .filter((line) => !annotation.test(line)),
  };
  return validate[format]?.() ?? (text.endsWith('\n') ? [] : ['no line end']);
}

const annotation = /^::(error|warning|notice) (file=[^:,]+,line=\d+,)?title=[^:,\r\n]+::.+$/;

async function junitProblems(text: string): Promise<string[]> {
  const schema = readFileSync(new URL('./support/junit.xsd', import.meta.url), 'utf8');
  const { errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: text }],
    schema: [{ fileName: 'junit.xsd', contents: schema }],
  });
  return errors.map(({ message }) => message);
}

function ctrfProblems(value: unknown): string[] {
  const require = createRequire(import.meta.url);
  const folder = join(require.resolve('ctrf'), '..');
  const schema = JSON.parse(readFileSync(join(folder, 'ctrf-schema-0.0.json'), 'utf8'));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Lines of the text format, each metric with its help and type, every sample once. */
function prometheusProblems(text: string): string[] {
  const lines = text.trimEnd().split('\n');
  const sample =
    /^(portal_conformance_\w+)\{(?:[A-Za-z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\} -?\d+(\.\d+)?$/u;
  const names = lines.flatMap((line) => sample.exec(line)?.[1] ?? []);
  const known = lines.flatMap((line) => /^# TYPE (\w+) gauge$/.exec(line)?.[1] ?? []);
  const samples = lines.filter((line) => !line.startsWith('#'));
  return [
    ...lines.filter((line) => !line.startsWith('# ') && !sample.test(line)),
    ...names.filter((name) => !known.includes(name)),
    ...samples.filter((line, index) => samples.indexOf(line) !== index),
    ...(text.endsWith('\n') ? [] : ['no line end']),
  ];
}

function badgeProblems(badge: Record<string, unknown>): string[] {
  const allowed = ['schemaVersion', 'label', 'message', 'color', 'isError'];
  return [
    ...Object.keys(badge).filter((name) => !allowed.includes(name)),
    ...(badge.schemaVersion === 1 && badge.message !== '' ? [] : ['no badge']),
  ];
}

/** As the in-toto specification wants a statement with a test result. */
function inTotoProblems(value: unknown): string[] {
  const strings = { type: 'array', items: { type: 'string' } };
  const digest = {
    type: 'object',
    required: ['sha256'],
    properties: { sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
  };
  const validate = new Ajv().compile({
    type: 'object',
    additionalProperties: false,
    required: ['_type', 'subject', 'predicateType', 'predicate'],
    properties: {
      _type: { const: 'https://in-toto.io/Statement/v1' },
      subject: {
        type: 'array',
        minItems: 1,
        items: { type: 'object', required: ['digest'], properties: { name: {}, digest } },
      },
      predicateType: { const: 'https://in-toto.io/attestation/test-result/v0.1' },
      predicate: {
        type: 'object',
        required: ['result', 'configuration'],
        properties: {
          result: { enum: ['PASSED', 'WARNED', 'FAILED'] },
          configuration: { type: 'array', minItems: 1, items: { type: 'object' } },
          ...{ passedTests: strings, warnedTests: strings, failedTests: strings },
        },
      },
    },
  });
  return validate(value) ? [] : (validate.errors ?? []).map(({ message }) => `${message}`);
}

test('an in-toto statement is about what has a digest, and about nothing that was not decided', async () => {
  const digest = 'a'.repeat(64);
  const attested = { ...golden, image: 'portal:1', imageDigest: `sha256:${digest}` };
  const statement = JSON.parse(await render(attested, 'intoto'));
  expect(statement).toMatchObject({
    subject: [{ name: 'portal:1', digest: { sha256: digest } }],
    predicate: { result: 'FAILED', failedTests: ['created-at-milliseconds'] },
  });
  expect(inTotoProblems(statement)).toEqual([]);
  const path = join(folder, 'statement.json');
  const from = join(folder, 'attested.json');
  const attest = async (report: object) => {
    writeFileSync(from, JSON.stringify(report));
    return run(process.execPath, [
      ...['dist/src/cli.js', 'report', `intoto=${path}`, '--from', from],
    ]);
  };
  const undecided = await attest({ ...attested, outcome: 'undecided', exitCode: 3 });
  expect(undecided).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('intoto is not written: the outcome is undecided'),
  });
  expect(await attest(golden)).toMatchObject({ stderr: expect.stringContaining('digest of what') });
  expect(await attest({ ...attested, reference: true })).toMatchObject({
    stderr: expect.stringContaining('the reference portal was judged'),
  });
  expect(existsSync(path)).toBe(false);
  const version = { version: `portal@sha256:${digest}`, labels: {} };
  expect(await attest({ ...golden, subject: version })).toMatchObject({ code: 0, stderr: '' });
});

function htmlProblems(text: string): string[] {
  const found: string[] = [];
  parse(text, {
    onParseError: ({ code, startLine }) => found.push(`${code} on line ${startLine}`),
  });
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const remote = [...text.matchAll(/(?:src|href)="(?!#|data:)[^"]*"/g)].map(([link]) => link);
  return [...found, ...twice.map((id) => `id ${id} twice`), ...remote];
}

/** Markdown that keeps its structure: a table, details that are closed, no other markup. */
function markdownProblems(text: string): string[] {
  const html = micromark(text, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  const count = (pattern: RegExp) => [...html.matchAll(pattern)].length;
  const found: string[] = [];
  if (count(/<table>/g) !== 1) found.push('not one table');
  if (count(/<details>/g) !== count(/<\/details>/g)) found.push('details left open');
  if (/<(script|img|a|iframe)\b/i.test(html)) found.push('markup of somebody else');
  return found;
}

test('metrics and badge say what is open, and nothing of what held', async () => {
  const lines = written.prometheus.split('\n');
  const failing = lines.filter((line) => /open\{.*status="fail"/.test(line));
  expect(failing).toEqual([
    expect.stringMatching(/requirement="created-at-milliseconds",level="MUST",status="fail"\} 1$/),
  ]);
  expect(lines.filter((line) => /open\{.*status="pass"/.test(line))).toEqual([]);
  expect(JSON.parse(written.badge)).toMatchObject({
    message: 'non-conformant, 1 failed',
    color: 'red',
  });
});

test('a report names what it was held to: the set, and what it says', async () => {
  const { report } = await portalConformance(['--reference', '--only', 'array']);
  const { report: other } = await portalConformance(['--reference', '--only', 'status-200']);
  const { report: latest } = await portalConformance([
    ...['--reference', '--only', 'array', '--requirements', 'latest'],
  ]);
  expect(report.requirementSetDigest).toMatch(/^sha256:[\da-f]{64}$/);
  expect(other.requirementSetDigest).toBe(report.requirementSetDigest);
  const counted = (one: Report) => one.requirements.filter(({ counts }) => counts !== false).length;
  expect(latest.requirementSetDigest === report.requirementSetDigest).toBe(
    counted(latest) === counted(report),
  );
  expect(report.suite.digest).toMatch(/^sha256:[\da-f]{64}$/);
});

test('who was judged is in every form for people, and in the labels of metrics', async () => {
  const path = join(folder, 'judged.prom');
  const html = join(folder, 'judged.html');
  const who = ['--subject-version', '0.7.0', '--label', 'oem=acme', '--label', 'region=eu "west"'];
  const files = ['--report', `prometheus=${path}`, '--report', `html=${html}`];
  const args = ['--reference', '--only', 'array', ...who, ...files];
  const { report, stdout } = await portalConformance(args);
  expect(report.subject).toEqual({
    version: '0.7.0',
    labels: { oem: 'acme', region: 'eu "west"' },
  });
  expect(stdout).toContain('judged       0.7.0; oem=acme, region=eu "west"');
  expect(readFileSync(html, 'utf8')).toContain('0.7.0; oem=acme, region=eu');
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('version="0.7.0",oem="acme",region="eu \\"west\\""');
  expect(prometheusProblems(text)).toEqual([]);
});

test.each([
  ['oem', /NAME=VALUE/],
  ['status=x', /not that of a member/],
  ['a b=c', /NAME=VALUE/],
])('a label that is none is a wrong call: %s', async (label, says) => {
  const call = ['dist/src/cli.js', '--reference', '--label', label];
  const { code, stderr } = await run(process.execPath, call);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
});

describe('JUnit', () => {
  test.each([
    ['fail', 'failure'],
    ['inconclusive', 'error'],
    ['known', 'skipped'],
    ['untested', 'skipped'],
    ['excluded', 'skipped'],
  ])('%s is %s', (status, element) => {
    const ids = idsOf(status);
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids)
      expect(caseOf(`${id}: `)).toMatch(new RegExp(`<${element} [^>]*type="${status}"`));
  });

  test.each(['pass', 'warn', 'note'])('%s passes, with its findings as a property', (status) => {
    for (const id of idsOf(status)) {
      const passed = caseOf(`${id}: `);
      expect(passed).not.toMatch(/<(failure|error|skipped)\b/);
      if (status !== 'pass') expect(passed).toContain(`<property name="${status}" value="`);
    }
  });

  test('requirement, level, source and curl are properties', () => {
    const found = caseOf('created-at-milliseconds: ');
    expect(found).toContain('<property name="requirement" value="created-at-milliseconds"/>');
    expect(found).toContain('<property name="level" value="MUST"/>');
    expect(found).toContain('<property name="source" value="Response Schema, createdAt"/>');
    expect(found).toMatch(/<property name="curl" value="curl [^"]*\$PORTAL_CALLER_TOKEN/);
  });

  test('each topic is a suite, whose counts are those of its cases', () => {
    const suites = written.junit.split('<testsuite ').slice(1);
    const topics = called.report.requirements.map(({ topic }) => topic);
    expect(suites.map((one) => /name="([^"]*)"/.exec(one)?.[1])).toEqual([...new Set(topics)]);
    for (const one of suites) {
      const told = ['tests', 'failures', 'errors', 'skipped'].map((name) =>
        Number(new RegExp(` ${name}="(\\d+)"`).exec(one)?.[1]),
      );
      const count = (tag: string) => [...one.matchAll(new RegExp(`<${tag} `, 'g'))].length;
      expect(told).toEqual(['testcase', 'failure', 'error', 'skipped'].map(count));
    }
  });

  test('the counts are those of the cases', () => {
    const [, tests, failures, errors] =
      /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(written.junit) ?? [];
    const count = (tag: string) => [...written.junit.matchAll(new RegExp(`<${tag} `, 'g'))].length;
    expect([tests, failures, errors].map(Number)).toEqual([
      count('testcase'),
      count('failure'),
      count('error'),
    ]);
  });

  test('a broken SHOULD is a failure under --strict', async () => {
    const report = golden;
    const strict = {
      ...report,
      requirements: report.requirements.map((one) =>
        one.status === 'warn' ? { ...one, status: 'fail' as const } : one,
      ),
    };
    expect(caseOf('no-shared-caching: ', await render(strict, 'junit'))).toContain('<failure ');
  });

  test.each(['misconfigured', 'interrupted', 'suite-error', 'baseline-outdated'] as const)(
    'a run that is %s has an error of its own',
    async (outcome) => {
      const text = await render({ ...golden, outcome }, 'junit');
      expect(caseOf('the run: ', text)).toMatch(new RegExp(`<error [^>]*type="${outcome}"`));
      expect(await junitProblems(text)).toEqual([]);
    },
  );

  function idsOf(status: string): string[] {
    return called.report.requirements.filter((one) => one.status === status).map(({ id }) => id);
  }

  function caseOf(name: string, text = written.junit): string {
    return text.split('<testcase ').find((one) => one.startsWith(`name="${name}`)) ?? '';
  }
});

test('every form is written when a signal ends the run, and when the call is wrong', async () => {
  const path = join(folder, 'wrong.xml');
  const wrong = await portalConformance(['ftp://x', '--report', `junit=${path}`]);
  expect(wrong.code).toBe(2);
  expect(await junitProblems(readFileSync(path, 'utf8'))).toEqual([]);
  expect(readFileSync(path, 'utf8')).toContain('type="misconfigured"');
});

test('under GitHub Actions, annotations follow the outcome, ten errors at most', async () => {
  const portal = await startReference(everyStatus);
  const variables = { ...variablesOf(portal), GITHUB_ACTIONS: 'true' };
  const args = ['--only', everyStatusOnly, '--settle', '0.3'];
  const { stdout } = await portalConformance(args, variables);
  await portal.close();
  const lines = stdout.split('\n').filter((line) => line.startsWith('::'));
  expect(lines.filter((line) => !annotation.test(line))).toEqual([]);
  expect(lines[0]).toMatch(/^::error title=portal-conformance (name-string|created-at)/);
  expect(lines.at(-1)).toMatch(/^::error title=portal-conformance non-conformant::/);
});

test('a comment on a pull request is not too long for GitHub', async () => {
  const report = golden;
  const finding = { expected: 'x'.repeat(8000), received: 'y', count: 1 };
  const broken = report.requirements.map((one) => ({
    ...one,
    status: 'fail' as const,
    findings: [finding],
  }));
  const selection = { ...report.selection, deselected: [] };
  const text = await render({ ...report, selection, requirements: broken }, 'markdown');
  expect(text.length).toBeGreaterThan(50_000);
  expect(text.length).toBeLessThan(65_536);
  expect(text).toMatch(/… and \d+ more requirements; see the other reports\.\n$/);
});

test('ten broken requirements are nine errors and the outcome', async () => {
  const report = golden;
  const broken = report.requirements.map((one) => ({ ...one, status: 'fail' as const }));
  const text = await render({ ...report, requirements: broken }, 'github');
  expect(text.match(/^::error /gm)).toHaveLength(10);
});

test.each([
  [['report', 'pdf=x', '--from', goldenFile], /takes FORMAT=PATH/],
  [['report', 'html=x', '--from', 'no-such.json'], /--from cannot be read \(ENOENT\)/],
  [['report', 'html=x', '--from', 'package.json'], /must have required property|must not have/],
  [['report', 'html=x', '--from', 'README.md'], /is not JSON/],
  [['report', 'html=/dev/null/x', '--from', goldenFile], /cannot be written \(E\w+\)/],
])('%j is a wrong call', async (args, sentence) => {
  const { code, stderr } = await run(process.execPath, ['dist/src/cli.js', ...args]);
  expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
  expect(stderr).toMatch(sentence);
});

test('the JSON is the report, whatever its texts look like', async () => {
  const message = 'of [ 1, 2, 3 ] and [\n 1,\n 2,\n 3\n ]';
  const report = { ...golden, message };
  expect(JSON.parse(await render(report, 'json'))).toEqual(report);
});
