// Measures the suite against the floor, the peers and growing lists, side by side in one run,
// and writes docs/performance.md. `npm run bench -- growth` measures one section, and prints.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { folder } from './measure.mjs';

const names = ['read-only', 'start-up', 'peers', 'full', 'growth', 'proof'];
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  process.exit(2);
}
// Whatever becomes of a section, no file of it stays, and no server outlives this process.
process.on('exit', () => rmSync(folder, { recursive: true }));

const sections = [];
for (const name of chosen.length > 0 ? chosen : names) {
  console.error(`measuring ${name}`);
  const { title, measure } = await import(`./sections/${name}.mjs`);
  sections.push('', `## ${title}`, '', ...(await measure()));
}
const [{ model = 'unknown' } = {}] = cpus();
const page = [
  '# Performance',
  '',
  'Written by `npm run bench`, from its run; ratios are of what was run beside each other, in turn.',
  'Noise is the largest minus the smallest, to the median.',
  `Node ${process.version}, ${cpus().length} cores (${model.trim()}).`,
  ...sections,
  '',
].join('\n');
console.log(page);
if (chosen.length === 0) {
  const remarks = readFileSync(new URL('remarks.md', import.meta.url), 'utf8');
  writeFileSync(new URL('../docs/performance.md', import.meta.url), `${page}\n${remarks}`);
}
