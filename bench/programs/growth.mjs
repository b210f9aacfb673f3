// One list of so many tokens: all record rules against JSON.parse of the same text.
// Prints medians in milliseconds, and the peak of memory in megabytes.
import { requirements } from '../../build/specs/index.js';
import { checkSaved } from '../../build/src/run/saved.js';

const [, , size, kind, broken] = process.argv;
const records = Array.from({ length: Number(size) }, (_, index) => ({
  id: index.toString(16).padStart(32, '0'),
  name: broken ? null : `Chart plotter ${index}`,
  userId: index % 7,
  userEmail: `crew${index % 7}@example.com`,
  createdAt: broken ? 1_736_942_400 : 1_736_942_400_000 + index,
  lastUsedAt: index % 3 ? 1_736_946_000_000 + index : null,
  restrictions: index % 5 ? null : { hosts: ['example.com'] },
}));
const text = JSON.stringify(records);
const rounds = Number(size) >= 1_000_000 ? 1 : Number(size) >= 10_000 ? 5 : 25;
const times = [];
let output = 0;
for (let round = 0; round < rounds; round += 1) {
  const saved = Buffer.from(text);
  const from = performance.now();
  if (kind === 'parse') JSON.parse(saved.toString());
  else output = JSON.stringify(await checkSaved(saved, { strict: false }, requirements)).length;
  times.push(performance.now() - from);
}
times.sort((one, other) => one - other);
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ms: times[Math.floor(rounds / 2)], megabytes, output }));
