import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** From the top down: each floor imports from floors below it, types included. docs/design.md says what each is. */
const floors = [
  'src/cli.ts',
  'src/index.ts',
  'src/vitest.ts',
  'vitest.config.ts',
  'specs/conformance.spec.ts',
  'src/commands/',
  'src/site/',
  'src/fleet/',
  'src/suites/',
  'src/api/',
  'src/vitest/',
  'specs/',
  'src/export/',
  'src/run/',
  'src/checks/',
  'src/settings/',
  'src/portal/',
  'src/sandbox/',
  'src/container/',
  'src/report/',
  'src/http/',
  'src/contract/',
  'src/secrets/',
  'src/reference/',
];

/** The most lines that a file of `src` may have: what is longer is more than one thing. */
const maxLines = 250;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts'));
}

function floorOf(path: string): number {
  return floors.findIndex((floor) => path === floor || path.startsWith(floor));
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const judging = [...sources('src'), ...sources('specs'), 'vitest.config.ts'];

const edges = judging.flatMap((path) => {
  const imports = textOf(path).matchAll(
    /\b(?:import|export)\s*(?:type\s)?(?:[^'"();]*?from\s*)?\(?['"](\.[^'"]+)['"]/g,
  );
  return [...imports].map(([, to = '']) => ({
    from: path,
    to: normalize(join(dirname(path), to)),
  }));
});

test('every file is on a floor, and none of src is longer than it should be', () => {
  expect(judging.filter((path) => floorOf(path) < 0)).toEqual([]);
  const long = sources('src').filter((path) => textOf(path).split('\n').length - 1 > maxLines);
  expect(long).toEqual([]);
});

test('imports run downwards', () => {
  const wrong = edges.filter(({ from, to }) => floorOf(to) < floorOf(from));
  expect(wrong).toEqual([]);
  expect(edges.length).toBeGreaterThan(100);
});

test('specs/ has one door to the runner', () => {
  const doors = edges.filter(
    ({ from, to }) => from.startsWith('specs/') && /^src\/vitest/.test(to),
  );
  expect([...new Set(doors.map(({ from }) => from))]).toEqual(['specs/conformance.spec.ts']);
});

test('what is judged imports nothing of what judges it, and is started in few places', () => {
  const reference = edges.filter(
    ({ from, to }) => to.startsWith('src/reference') && !from.startsWith('src/reference'),
  );
  expect([...new Set(reference.map(({ from }) => from))].sort()).toEqual([
    'src/api/reference-portal.ts',
    'src/commands/dry-run.ts',
    'src/commands/explain.ts',
    'src/commands/serve.ts',
    'src/run/open.ts',
  ]);
});

test('only the command and the vitest reporter print or set an exit code', () => {
  const printing = judging.filter((path) =>
    /process\.(stdout|stderr|exit|exitCode)\b|console\.(log|error|warn|info)\b/.test(textOf(path)),
  );
  expect(printing.sort()).toEqual(['src/cli.ts', 'src/vitest/reporter.ts']);
});

test('no test and no source reads what lies beside the project', () => {
  const outside = [...judging, ...sources('tests')].filter((path) =>
    /\.\.\/shared\//.test(textOf(path)),
  );
  expect(outside).toEqual([]);
});
