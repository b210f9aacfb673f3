import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each part may import, beside itself. `type` allows types alone. */
const allowed: Record<string, Record<string, 'all' | 'type'>> = {
  'src/contract': {},
  'src/portal': { 'src/contract': 'all' },
  'src/report': { 'src/contract': 'all' },
  'src/reference': {},
  specs: { 'src/contract': 'all', 'src/portal': 'type' },
  'src/run': {
    'src/contract': 'all',
    'src/portal': 'all',
    'src/report': 'all',
    'src/reference': 'all',
  },
  'src/api': {
    'src/contract': 'all',
    'src/portal': 'all',
    'src/report': 'all',
    'src/run': 'all',
    specs: 'all',
  },
  'src/commands': {
    'src/contract': 'all',
    'src/portal': 'all',
    'src/report': 'all',
    'src/reference': 'all',
    'src/run': 'all',
    specs: 'all',
  },
};

/** The vitest adapter drives runs as the command does. */
const entries = ['src/cli.ts', 'src/index.ts', 'specs/conformance.spec.ts'];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts'));
}

function partOf(path: string): string | undefined {
  return Object.keys(allowed).find((part) => path.startsWith(`${part}/`));
}

const edges = [...sources('src'), ...sources('specs')].flatMap((path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = text.matchAll(
    /\b(import|export)\s*(type\s)?([^'"();]*?from\s*)?\(?['"](\.[^'"]+)['"]/g,
  );
  return [...imports].map(([, , type, , to = '']) => ({
    from: path,
    to: normalize(join(dirname(path), to)),
    type: Boolean(type),
  }));
});

test('imports run one way', () => {
  const wrong = edges.filter(({ from, to, type }) => {
    if (entries.includes(from)) return false;
    const [part, other] = [partOf(from), partOf(to)];
    if (part === undefined || part === other) return part === undefined;
    const right = allowed[part]?.[other ?? ''];
    return !(right === 'all' || (right === 'type' && type));
  });
  expect(wrong).toEqual([]);
  expect(edges.length).toBeGreaterThan(100);
});

test('what judges is loaded by nobody who is judged, and dynamic imports are seen too', () => {
  const reference = edges.filter(
    ({ from, to }) => to.startsWith('src/reference') && !from.startsWith('src/reference'),
  );
  expect([...new Set(reference.map(({ from }) => from))].sort()).toEqual([
    'src/commands/explain.ts',
    'src/commands/serve.ts',
    'src/run/open.ts',
  ]);
});

test('only the command and the vitest reporter print or set an exit code', () => {
  const printing = [...sources('src'), ...sources('specs')].filter((path) =>
    /process\.(stdout|stderr|exit|exitCode)\b|console\.(log|error|warn|info)\b/.test(
      readFileSync(join(root, path), 'utf8'),
    ),
  );
  expect(printing.sort()).toEqual(['src/cli.ts', 'src/report/vitest-reporter.ts']);
});

test('no test and no source reads what lies beside the project', () => {
  const paths = [...sources('src'), ...sources('specs'), ...sources('tests')];
  const outside = paths.filter((path) =>
    /\.\.\/shared\//.test(readFileSync(join(root, path), 'utf8')),
  );
  expect(outside).toEqual([]);
});
