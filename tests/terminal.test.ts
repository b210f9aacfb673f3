import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Reference, startReference } from '../src/reference/start.ts';
import { outputOf } from '../src/report/output.ts';
import { wrap } from '../src/report/wrap.ts';
import { portalConformance, run } from './support/cli.ts';
import { variablesOf } from './support/judge.ts';

// What a person sees in a terminal: colours, widths, and failures that nothing buries.

let portal: Reference;
beforeAll(async () => {
  portal = await startReference();
});
afterAll(() => portal.close());

const hasScript = spawnSync('script', ['--version']).status === 0;

/** Runs the command in a terminal of some width. */
function inTerminal(columns: number, args: string, variables: Record<string, string>) {
  const line = `stty cols ${columns}; ${process.execPath} dist/src/cli.js ${args}`;
  return run('script', ['-qec', line, '/dev/null'], { CI: '', NO_COLOR: '', ...variables });
}

/** The text that stays when the line of progress has gone. */
const lasting = (text: string) => text.replace(/\r\u001b\[K[^\n\r]*…/g, '').replace(/\r/g, '');

describe.skipIf(!hasScript)('needs script: a terminal', () => {
  test.each([40, 60])('of %d columns is not overrun, but for commands', async (columns) => {
    const { PORTAL_TEAMMATE_TOKEN: _, ...variables } = variablesOf(portal);
    const { stdout } = await inTerminal(columns, '--strict', { ...variables, TERM: 'xterm' });
    const lines = stripVTControlCharacters(lasting(stdout)).split('\n');
    expect(lines.length).toBeGreaterThan(20);
    const long = lines.filter((line) => line.length > columns && line.includes(' '));
    expect(long.filter((line) => !/curl -|portal-conformance|https?:/.test(line))).toEqual([]);
    // What goes on is indented as the text of its line.
    expect(lines.join('\n')).toMatch(/^ {2,}\S/m);
  });

  test('that is dumb gets no colour and no line that is written over', async () => {
    const { stdout } = await inTerminal(80, '--only array', {
      ...variablesOf(portal),
      TERM: 'dumb',
    });
    expect(stdout).toContain('conformant-partial');
    expect(stdout).not.toContain('\u001b');
  });
});

type Streams = Parameters<typeof outputOf>[0];
const streams = (isTTY: boolean) =>
  ({ stdout: { isTTY, columns: 70 }, stderr: { isTTY: false } }) as unknown as Streams;

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
])('terminal %s with %j: colours %s', (isTTY, environment, color) => {
  expect(outputOf(streams(isTTY), environment).look.out).toEqual({
    color,
    columns: isTTY ? 70 : undefined,
  });
});

test.each([
  ['a word-that-is-longer-than-any-terminal-is-wide-and-more', 1],
  ['  expected  one two three four five six seven eight', 2],
  [`  again     curl -sS ${'x'.repeat(60)} y z`, 1],
])('%j is wrapped at blanks alone', (line, lines) => {
  const wrapped = wrap(line, 40).split('\n');
  expect(wrapped.map((one) => one.trim()).join(' ')).toBe(line.trim());
  if (lines > 1) expect(wrapped.slice(1)).toEqual([expect.stringMatching(/^ {12}\S/)]);
  else expect(wrapped.length).toBeLessThanOrEqual(2);
});

test('what is undecided for one reason is told once, and a failure is not buried', async () => {
  const { PORTAL_CALLER_TOKEN = '' } = variablesOf(portal);
  const { stdout, report } = await portalConformance([portal.url], { PORTAL_CALLER_TOKEN });
  const untested = report.requirements.filter(({ status }) => status === 'untested');
  const reasons = new Set(untested.map(({ message }) => message));
  expect(untested.length).toBeGreaterThan(reasons.size * 2);
  const blocks = stdout.match(/^○ \d+ untested: /gm) ?? [];
  expect(blocks.length).toBeGreaterThan(0);
  expect(blocks.length).toBeLessThanOrEqual(reasons.size);
  // Each is named once, alone or with those of its reason.
  for (const { id } of untested)
    expect(stdout.split(new RegExp(`\\b${id}\\b(?!-)`)).length).toBeGreaterThan(1);
});
