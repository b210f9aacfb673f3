// Measures the suite against the floor, the peers and growing lists, side by side in one run,
// and writes docs/performance.md. `npm run bench -- growth` measures one section, and prints.
import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { folder, rounds } from './measure.mjs';

const names = ['read-only', 'start-up', 'peers', 'full', 'growth', 'proof'];
const chosen = process.argv.slice(2);
const sections = [];
for (const name of names) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.error(`measuring ${name}`);
  const { title, measure } = await import(`./sections/${name}.mjs`);
  sections.push('', `## ${title}`, '', ...(await measure()));
}
rmSync(folder, { recursive: true });
const [{ model = 'unknown' } = {}] = cpus();
const page = [
  '# Performance',
  '',
  'Written by `npm run bench`, from its run. Every figure was measured beside the one that it is',
  `compared with, in turn; medians of ${rounds}. Noise is the largest minus the smallest, to the median.`,
  `Node ${process.version}, ${cpus().length} cores (${model.trim()}).`,
  ...sections,
  '',
].join('\n');
console.log(page);
if (chosen.length === 0)
  writeFileSync(fileURLToPath(new URL('../docs/performance.md', import.meta.url)), page);
