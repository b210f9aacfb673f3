// A reference portal in a process of its own; its arguments are delays of an answer in
// milliseconds. Says on standard output what a client needs; SIGUSR2 has it tell what it
// was asked and begin anew, with the next of the delays on SIGUSR1.
import pLimit from 'p-limit';
import { plain } from '../../build/src/reference/behaviour.js';
import { startReference } from '../../build/src/reference/start.js';

// `5/4` is 5 ms of work for each answer, on four requests at a time.
const [work, workers] = process.argv[2]?.includes('/')
  ? process.argv[2].split('/').map(Number)
  : [];
const busy = workers ? pLimit(workers) : undefined;
const delays = busy ? [] : process.argv.slice(2).map(Number);
let seen = [];
let [open, most, phase] = [0, 0, 0];
const answers = [];

const portal = await startReference({
  ...plain,
  around: async (request, usual) => {
    // What begins when all before it has been answered may depend on it.
    if (open === 0) phase += 1;
    open += 1;
    most = Math.max(most, open);
    const again = request.headers.get('x-answer-again');
    const index = again === null ? note(request, await request.clone().text()) : Number(again);
    const delay = delays[0] ?? 0;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    if (busy) await busy(() => new Promise((resolve) => setTimeout(resolve, work)));
    if (again === null) answers[index] = await usual(request);
    open -= 1;
    return answers[index].clone();
  },
});

function note({ method, url, headers }, body) {
  const { pathname, search } = new URL(url);
  const own = /^(host|connection|user-agent|content-length)$/;
  seen.push({
    method,
    path: pathname + search,
    headers: Object.fromEntries([...headers].filter(([name]) => !own.test(name))),
    body,
    phase,
    index: answers.length,
  });
  return answers.push(undefined) - 1;
}

const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const { url, admin, credentials } = portal;
tell({ url, admin, credentials: Object.fromEntries(credentials) });
process.on('SIGUSR1', () => delays.shift());
process.on('SIGUSR2', () => {
  tell({ requests: seen.length, most, seen });
  [seen, most, phase] = [[], 0, 0];
});
