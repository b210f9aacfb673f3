import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cli,
  folder,
  ms,
  nodeAlone,
  percent,
  program,
  ratio,
  rounds,
  sideBySide,
  startServer,
  table,
  time,
} from '../measure.mjs';

export const title = 'Against the floor';

/** A whole read-only run as a process, at several delays of an answer. */
export async function measure() {
  const delays = [100, 20, 0];
  const server = await startServer(...delays);
  const env = { ...server.tokens, PORTAL_TARGET: server.url };
  const phasesOf = ({ seen }) => new Set(seen.map(({ phase }) => phase)).size;
  time([cli, '--quiet'], env);
  const { requests, most } = await server.counts();
  // With room for all requests at once, what comes later does so because it depends on answers.
  time([cli, '--quiet', '--concurrency', '100'], env);
  const counted = await server.counts();
  const { seen } = counted;
  const file = join(folder, 'requests.json');
  writeFileSync(file, JSON.stringify(seen));
  const rows = [];
  for (const delay of delays) {
    const [ours, floor, ordered, node] = sideBySide([
      [[cli, '--quiet'], env],
      [[program('floor'), server.url, file]],
      [[program('floor'), server.url, file, 'in-order']],
      nodeAlone,
    ]);
    server.nextDelay();
    rows.unshift([
      ms(delay),
      ms(ours.ms),
      ms(floor.ms),
      ratio(ours.ms, floor.ms),
      ms(ordered.ms),
      ratio(ours.ms, ordered.ms),
      ms(node.ms),
      percent(ours.noise),
    ]);
  }
  server.stop();
  return [
    `A whole read-only run as a process: ${requests} requests, at most ${most} in flight. The floor sends the`,
    'same requests with the same client and concurrency, all of them at once, and judges nothing. In our',
    'order, it also waits for what has to be answered first: refusals come after the reads, and the last',
    `control after the refusals. ${phasesOf(counted)} round trips depend on each other; what more a run takes is waiting`,
    `for one of ${most} requests in flight. Medians of ${rounds}.`,
    '',
    ...table(
      [
        'answer delay',
        'ours',
        'floor',
        'ours / floor',
        'floor in our order',
        'ours / that',
        '`node -e 0`',
        'noise of ours',
      ],
      rows,
    ),
  ];
}
