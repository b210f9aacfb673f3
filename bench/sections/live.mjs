import { cli, program, ratio, startProgram, table, took, tookSideBySide } from '../measure.mjs';

export const title = 'A long list, live';

const times = 3;

/** A read-only run of an account with so many tokens, and as many reads of its list that only parse. */
export async function measure() {
  const rows = [];
  for (const size of [1000, 10_000, 100_000]) {
    const server = await startProgram('long-list', size);
    const env = { ...server.tokens, PORTAL_TARGET: server.url };
    took([cli, '--quiet'], env);
    const { lists } = await server.counts();
    const reads = [program('read-list'), server.url, env.PORTAL_CALLER_TOKEN, String(lists)];
    const [ours, floor] = tookSideBySide([[[cli, '--quiet'], env], [reads]], times);
    server.stop();
    rows.push([
      size.toLocaleString('en'),
      lists,
      `${(ours.ms / 1000).toFixed(1)} s`,
      `${(floor.ms / 1000).toFixed(1)} s`,
      ratio(ours.ms, floor.ms),
      `${ours.megabytes.toFixed(0)} MB`,
      `${floor.megabytes.toFixed(0)} MB`,
    ]);
  }
  return [
    'A read-only run of an account with so many tokens, and a program that reads its list as often, one read after',
    `the other, and only parses it. Medians of ${times}; memory is the peak of the process.`,
    '',
    ...table(
      ['tokens', 'lists read', 'ours', 'parsing alone', 'ratio', 'peak memory', 'of parsing alone'],
      rows,
    ),
  ];
}
