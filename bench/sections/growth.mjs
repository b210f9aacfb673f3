import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { bare, cli, ms, program, ratio, table, tells, tookOf } from '../measure.mjs';

export const title = 'Growth';

/** One saved list of so many tokens, and one that is larger than what is read. */
export async function measure() {
  const run = (...args) =>
    JSON.parse(
      execFileSync(process.execPath, [program('growth'), ...args.map(String)], {
        encoding: 'utf8',
      }),
    );
  const rows = [10, 100, 1000, 10_000, 100_000, 1_000_000].map((size) => {
    const parse = run(size, 'parse');
    const ours = run(size, 'ours');
    const broken = run(size, 'ours', 'broken');
    return [
      size.toLocaleString('en'),
      `${parse.ms.toFixed(2)} ms`,
      `${ours.ms.toFixed(1)} ms`,
      ratio(ours.ms, parse.ms),
      `${broken.ms.toFixed(1)} ms`,
      ratio(broken.ms, parse.ms),
      `${parse.megabytes.toFixed(0)} / ${ours.megabytes.toFixed(0)} / ${broken.megabytes.toFixed(0)} MB`,
      `${(broken.output / 1000).toFixed(0)} kB`,
    ];
  });
  return [
    'One saved list, judged by every rule that one list can show; medians of 25 in one process, of 5 from',
    '10,000 tokens on, of one at 1,000,000. Memory is the peak of the process: of the parse, of ours, and of ours with every',
    'record broken.',
    '',
    ...table(
      [
        'tokens',
        '`JSON.parse`',
        'all record rules',
        'ratio',
        'every record broken',
        'ratio',
        'peak memory',
        'report when broken',
      ],
      rows,
    ),
    '',
    await pastTheCap(),
  ];
}

/** A portal whose list is larger than the 200 MiB that are read. */
async function pastTheCap() {
  const record = `${JSON.stringify({ id: 'a'.repeat(32), name: 'x'.repeat(900) })},`.repeat(1000);
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const list = function* () {
      yield '[';
      for (let sent = 0; sent < 220 * 2 ** 20; sent += record.length) yield record;
    };
    Readable.from(list())
      .on('error', () => {})
      .pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const from = performance.now();
  const child = spawn(process.execPath, ['--import', tells, cli, '--quiet'], {
    env: {
      ...bare,
      PORTAL_TARGET: `http://127.0.0.1:${port}`,
      PORTAL_CALLER_TOKEN: 'b'.repeat(32),
    },
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const took = performance.now() - from;
  server.closeAllConnections();
  server.close();
  const megabytes = tookOf(errors).megabytes.toFixed(0);
  const verdict = output.trim().split('\n').at(-1);
  return `A list of 220 MiB, where 200 MiB is the most that is read: exit ${code} after ${ms(took)} with a peak of ${megabytes} MB, saying “${verdict}”`;
}
