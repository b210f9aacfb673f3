import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from '../src/reference/faults.ts';
import { type Reference, startReference } from '../src/reference/start.ts';
import { readEnvFile } from '../src/settings/env-file.ts';
import { portalConformance } from './support/cli.ts';
import { variablesOf } from './support/judge.ts';

let portal: Reference;
const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-env-'));

beforeAll(async () => {
  portal = await startReference(faults.find(({ name }) => name === 'byte-order-mark'));
});

afterAll(async () => {
  await portal.close();
  rmSync(folder, { recursive: true });
});

function write(text: string | Buffer, name = `${Math.random()}.env`): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test.each([
  ['X=a b', 'a b'],
  ['X = a # not b', 'a'],
  ['X=', ''],
  ['X=  # nothing', ''],
  ['export X="a # b" # c', 'a # b'],
  ["X='a'  ", 'a'],
  ['X=`a"b`', 'a"b'],
  ['X="two\\nlines"', 'two\nlines'],
  ['X="two\nlines"', 'two\nlines'],
  ['set X=ab#cd "e" ', 'ab#cd "e"'],
  ['@SET X=a', 'a'],
  ['set "X=a b"', 'a b'],
  ['$env:X = "a`$b`"c""d"', 'a$b"c"d'],
  ["$env:X='a\"b''c\\n'", 'a"b\'c\\n'],
  ['$env:X="a\\nb";', 'a\\nb'],
  ['@echo off\nREM a note\n:: another\n\nX=a\u001a', 'a'],
])('%j sets X', (line, value) => {
  expect(readEnvFile(write(line))).toEqual({ X: value });
});

const notClosed = 'the quotation mark is not closed on its line, or something follows it.';
const unknownHere = 'a sign in it has a meaning to its shell: write NAME="VALUE" in its place.';
const unclear = 'write a value that holds # in quotation marks.';

test.each([
  ['$env:PORTAL_TARGET="x"; $env:PORTAL_STRICT="true"', 1, notClosed],
  ['PORTAL_TARGET="x"y', 1, notClosed],
  ['PORTAL_TARGET="x" + "y"', 1, notClosed],
  ['A=b\nPORTAL_SUBJECT_VERSION="0.7\nPORTAL_STRICT=true\nPORTAL_LABEL="a=b"', 2, notClosed],
  ["MY_NOTE='don\nPORTAL_STRICT=true\nX='y'", 1, notClosed],
  ['PORTAL_ADMIN_PASSWORD="abc', 1, notClosed],
  ['set "PORTAL_TARGET=x', 1, notClosed],
  ['PORTAL_ADMIN_PASSWORD=ab#cd', 1, unclear],
  ['PORTAL_ADMIN_PASSWORD=#cd', 1, unclear],
  ['set X=a^&b', 1, unknownHere],
  ['set "X=%HOME%"', 1, unknownHere],
  ['$env:X="$HOME"', 1, unknownHere],
  ['$env:X="a`tb"', 1, unknownHere],
  ['PORTAL_TARGET=x\nsetx A b', 2, 'not a variable, such as PORTAL_TARGET=https://...'],
])('%j is a wrong call', (text, line, why) => {
  const path = write(text);
  expect(() => readEnvFile(path)).toThrow(`${path}, line ${line}: ${why}`);
});

test('what is not UTF-8 is a wrong call: a password would be another', () => {
  const path = write(Buffer.from('PORTAL_ADMIN_PASSWORD=caf\u00e9', 'latin1'));
  expect(() => readEnvFile(path)).toThrow(`is neither UTF-8 nor UTF-16: ${path}`);
});

test.concurrent('names of ours may be in any case, as on Windows', async () => {
  const { code } = await portalConformance(
    ['--env-file', write('portal_strict=true\n')],
    variablesOf(portal),
  );
  expect(code).toBe(1);
});

test.concurrent('of several files all are read, and the last counts', async () => {
  const strict = write('PORTAL_STRICT=true\nPORTAL_TARGET=http://127.0.0.1:1\n');
  const lines = Object.entries(variablesOf(portal)).map(([name, value]) => `${name}=${value}`);
  const { code, report } = await portalConformance([
    ...['--env-file', strict, '--env-file', write(lines.join('\n'))],
  ]);
  expect({ code, target: report.target }).toEqual({ code: 1, target: portal.url });
});

test.concurrent('a typing error is told when little is printed, and beside what it leads to', async () => {
  const quiet = await portalConformance(['--quiet'], {
    ...variablesOf(portal),
    PORTAL_STRCT: 'true',
  });
  expect(quiet.stderr).toContain('Was PORTAL_STRICT meant?');
  const { report } = await portalConformance([], {
    PORTAL_TARGET: portal.url,
    PORTAL_ADMIN_USERNAME: 'admin',
    PORTAL_ADMIN_PASSWRD: 'x',
  });
  expect(report.message).toMatch(
    /go together, and PORTAL_ADMIN_PASSWORD is not set\. PORTAL_ADMIN_PASSWRD is set.*Was PORTAL_ADMIN_PASSWORD meant\?$/,
  );
});

test.concurrent('a variable that stands for another, and is not set, is named', async () => {
  const config = write('{"variables": {"PORTAL_CALLER_TOKEN": "STAGING_TOKEN"}}', 'c.json');
  const { code, report } = await portalConformance(['--config', config, portal.url]);
  expect({ code, message: report.message }).toEqual({
    code: 2,
    message: expect.stringContaining('STAGING_TOKEN, which stands for PORTAL_CALLER_TOKEN, is not'),
  });
});
