import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { options } from '../src/settings/options.ts';
import { run } from './support/cli.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) =>
    name.endsWith('.md') ? `docs/${name}` : [],
  ),
];
const read = (page: string) => readFileSync(join(root, page), 'utf8');

test.each(pages)('every link of %s leads somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)/g)].map(([, to = '']) => to);
  const lost = links.filter(
    (to) => !to.startsWith('https:') && !existsSync(join(root, dirname(page), to)),
  );
  expect(lost).toEqual([]);
});

test('every option and every command is documented', async () => {
  const page = read('docs/options.md');
  expect(options.filter(({ name }) => !page.includes(`--${name}`))).toEqual([]);
  const { stdout } = await run(process.execPath, ['dist/src/cli.js', '--help']);
  const [, list = ''] = stdout.split('Commands:\n');
  const commands = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
  expect(commands).toContain('explain');
  const told = commands.filter((name) => !['run', 'help', 'init'].includes(name));
  expect(told.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});

test('every page is for one reader, and the README leads to it', () => {
  const lost = pages.filter(
    (page) => page.startsWith('docs/') && !read('README.md').includes(page),
  );
  expect(lost).toEqual([]);
});
