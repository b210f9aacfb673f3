import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cli,
  folder,
  ms,
  percent,
  program,
  ratio,
  sideBySide,
  startServer,
  table,
  time,
} from '../measure.mjs';

export const title = 'The full profile';

const times = 5;

/** A run that makes what it judges, at two delays of an answer. */
export async function measure() {
  const delays = [20, 0];
  const server = await startServer(...delays);
  const env = { ...server.login, PORTAL_TARGET: server.url };
  const rows = [];
  for (const delay of delays) {
    time([cli, '--quiet'], env);
    const { requests, most, seen } = await server.counts();
    const file = join(folder, 'full.json');
    writeFileSync(file, JSON.stringify(seen));
    const [ours, floor, one] = sideBySide(
      [
        [[cli, '--quiet'], env],
        [[program('floor'), server.url, file, 'answered-again']],
        [[cli, '--quiet', '--concurrency', '1'], env],
      ],
      times,
    );
    await server.counts();
    server.nextDelay();
    rows.unshift([
      ms(delay),
      requests,
      most,
      ms(ours.ms),
      ms(floor.ms),
      ratio(ours.ms, floor.ms),
      ms(one.ms),
      percent(ours.noise),
    ]);
  }
  server.stop();
  return [
    'It makes two accounts, three users and 120 tokens and more, judges, and removes them. Its floor sends',
    'the same requests all at once and is given the same answers; it cannot know that most of them depend',
    `on what was made before. Medians of ${times}. A portal that answers at once has answered before it reads`,
    'the next request, so that it never sees two in flight.',
    '',
    ...table(
      [
        'answer delay',
        'requests',
        'in flight',
        'ours',
        'floor',
        'ours / floor',
        '`--concurrency 1`',
        'noise of ours',
      ],
      rows,
    ),
  ];
}
