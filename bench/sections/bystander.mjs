import { spawn } from 'node:child_process';
import { bare, cli, median, ms, startServer, table } from '../measure.mjs';

export const title = 'A bystander';

/** How long one answer takes the server to work out, in milliseconds. */
const work = 5;

/** What somebody else waits for an answer while a run is under way, on a server that works on few requests at a time. */
export async function measure() {
  const rows = [];
  for (const atOnce of [1, 4]) {
    const server = await startServer(`${work}/${atOnce}`);
    const env = { ...bare, ...server.tokens, PORTAL_TARGET: server.url };
    const alone = await waits(server, 100);
    rows.push([`${atOnce} at a time`, 'none', '', ms(median(alone)), ms(Math.max(...alone))]);
    for (const concurrency of [16, 32, 48]) {
      const args = [cli, '--quiet', '--concurrency', String(concurrency)];
      const from = performance.now();
      const run = spawn(process.execPath, args, { env, stdio: 'ignore' });
      let done = false;
      const ended = new Promise((resolve) => {
        run.on('close', resolve);
      }).then(() => {
        done = true;
        return performance.now() - from;
      });
      const seen = await waits(server, Number.POSITIVE_INFINITY, () => done);
      rows.push([
        `${atOnce} at a time`,
        concurrency,
        ms(await ended),
        ms(median(seen)),
        ms(Math.max(...seen)),
      ]);
    }
    server.stop();
  }
  return [
    `A server needs ${work} ms for an answer and works on one or on four requests at a time. Somebody else asks for the list`,
    'again and again, one request after the other, while a read-only run is under way.',
    '',
    ...table(['server', 'in flight', 'run', 'their median', 'their worst'], rows),
  ];
}

/** How long each of some requests takes, until enough of them or the end of something. */
async function waits(server, number, isDone = () => false) {
  const times = [];
  while (times.length < number && !isDone()) {
    const from = performance.now();
    const headers = { Authorization: `Bearer ${server.tokens.PORTAL_TEAMMATE_TOKEN}` };
    await fetch(`${server.url}/api/portal/v1/apiTokens`, { headers }).then((one) => one.text());
    times.push(performance.now() - from);
  }
  return times;
}
