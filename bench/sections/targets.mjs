import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cli,
  folder,
  ms,
  program,
  ratio,
  startServer,
  table,
  took,
  tookSideBySide,
} from '../measure.mjs';

export const title = 'Fifty targets';

const times = 3;

/** Read-only runs of many targets in one process, and the floor with their requests. */
export async function measure() {
  const server = await startServer(0);
  const variables = Object.fromEntries(Object.keys(server.tokens).map((name) => [name, name]));
  const runOf = async (size) => {
    const targets = Array.from({ length: size }, (_, index) => ({
      id: `target-${index}`,
      target: server.url,
      variables,
    }));
    const file = join(folder, `targets-${size}.json`);
    writeFileSync(file, JSON.stringify({ targets }));
    const args = [cli, 'fleet', '--targets', file, '--out', join(folder, `out-${size}`)];
    took(args, server.tokens);
    const { requests, seen } = await server.counts();
    const sent = join(folder, `sent-${size}.json`);
    writeFileSync(sent, JSON.stringify(seen));
    const sameRequests = [program('floor'), server.url, sent];
    const [ours, floor] = tookSideBySide([[args, server.tokens], [sameRequests]], times);
    await server.counts();
    return [
      size,
      requests,
      ms(ours.ms),
      `${(ours.cpu / requests).toFixed(2)} ms`,
      `${(floor.cpu / requests).toFixed(2)} ms`,
      ratio(ours.cpu, floor.cpu),
      `${ours.megabytes.toFixed(0)} MB`,
    ];
  };
  const rows = [await runOf(1), await runOf(50)];
  server.stop();
  return [
    'Read-only runs in one process, all of one reference portal, start included; the floor sends the same requests',
    `with the same client, 48 at a time, and judges nothing. Medians of ${times}.`,
    '',
    ...table(
      ['targets', 'requests', 'takes', 'CPU of a request', 'of the floor', 'ratio', 'peak memory'],
      rows,
    ),
  ];
}
