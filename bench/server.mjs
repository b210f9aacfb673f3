// A reference portal in a process of its own, with an answer delay in milliseconds.
// Says on standard output what a client needs; tells its counts on SIGUSR2 and begins anew.
import { plain } from '../dist/src/reference/behaviour.js';
import { startReference } from '../dist/src/reference/start.js';

const delay = Number(process.argv[2] ?? 0);
let seen = [];
let [open, most] = [0, 0];

const portal = await startReference({
  ...plain,
  around: async (request, usual) => {
    open += 1;
    most = Math.max(most, open);
    const { pathname, search } = new URL(request.url);
    seen.push({
      method: request.method,
      path: pathname + search,
      headers: Object.fromEntries(
        [...request.headers].filter(([name]) => !/^(host|connection|user-agent)$/.test(name)),
      ),
    });
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const answer = await usual(request);
    open -= 1;
    return answer;
  },
});
const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
tell({ url: portal.url, admin: portal.admin, credentials: Object.fromEntries(portal.credentials) });
process.on('SIGUSR2', () => {
  tell({ requests: seen.length, most, seen });
  [seen, most] = [[], 0];
});
