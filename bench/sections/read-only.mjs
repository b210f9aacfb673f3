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
  time([cli, '--quiet', '--concurrency', '64'], env);
  const chain = new Set((await server.counts()).seen.map(({ phase }) => phase)).size;
  time([cli, '--quiet'], env);
  const { requests, most, seen } = await server.counts();
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
    `control after the refusals. ${chain} round trips depend on each other; the others are waiting for one of 16`,
    'requests in flight.',
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
    '',
    'The goal is 1.3 times the floor. With a delay it is out of reach: with 16 requests in flight the floor',
    'takes 4 round trips, and a run takes 6, which are the reads, the same reads with eight more, the 41',
    'refusals in three, and the control after them. Refusals beside the reads would save two, but a server',
    'may ban who knocks too often, and the reads would prove nothing; a token in several places of one request',
    'would save one, but a refusal must differ from what is let in by one thing alone. Of what a profile',
    'showed, libraries and modules are loaded from few files, without what HTTP/2 and multipart bodies need;',
    'the last read is the control before the refusals. Tried without gain: minified code, larger files.',
  ];
}
