// Measures the suite against the floor, the peers and growing lists, side by side in one run,
// and writes docs/performance.md. `npm run bench -- growth` measures one section, and prints; with
// `--write` it takes the place of the section that was there.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { folder } from './measure.mjs';

const names = [
  'read-only',
  'bystander',
  'start-up',
  'pairs',
  'peers',
  'full',
  'red',
  'growth',
  'live',
  'targets',
  'proof',
  'soak',
];
const isKept = process.argv.includes('--write');
const chosen = process.argv.slice(2).filter((name) => name !== '--write');
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  process.exit(2);
}
// Whatever becomes of a section, no file of it stays, and no server outlives this process.
process.on('exit', () => rmSync(folder, { recursive: true }));

const day = new Date().toISOString().slice(0, 10);
const sections = new Map();
for (const name of chosen.length > 0 ? chosen : names) {
  console.error(`measuring ${name}`);
  const { title, measure } = await import(`./sections/${name}.mjs`);
  sections.set(
    title,
    ['', `## ${title}`, '', `Measured on ${day}.`, '', ...(await measure())].join('\n'),
  );
}
const [{ model = 'unknown' } = {}] = cpus();
const head = [
  '# Performance',
  '',
  'Written by `npm run bench`; ratios are of what was run beside each other, in turn.',
  'Noise is the largest minus the smallest, to the median.',
  `Node ${process.version}, ${cpus().length} cores (${model.trim()}).`,
].join('\n');
const path = new URL('../docs/performance.md', import.meta.url);
const titles = await Promise.all(
  names.map(async (name) => (await import(`./sections/${name}.mjs`)).title),
);
if (isKept) for (const title of titles) if (!sections.has(title)) sections.set(title, kept(title));
const page = [head, ...titles.flatMap((title) => sections.get(title) ?? []), ''].join('\n');
console.log(page);
if (isKept || chosen.length === 0) {
  const remarks = readFileSync(new URL('remarks.md', import.meta.url), 'utf8');
  writeFileSync(path, `${page}\n${remarks}`);
}

/** A section as it was measured before; nothing where there was none. @param {string} title */
function kept(title) {
  const [, section] = readFileSync(path, 'utf8').split(`\n## ${title}\n`);
  return section === undefined ? '' : `\n## ${title}\n${section.split('\n## ')[0]}`.trimEnd();
}
