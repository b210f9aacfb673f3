// What the sections of the bench have in common: processes side by side, and tables.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

export const cli = at('../dist/src/cli.js');
export const program = (name) => at(`programs/${name}.mjs`);
export const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-bench-'));
export const rounds = 9;

/** The environment without anything that would be taken for a setting. */
export const bare = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('PORTAL_')),
);

/** The wall time of a process in milliseconds. */
export function time(args, env = {}, command = process.execPath) {
  const from = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    env: { ...bare, ...env },
    cwd: folder,
  });
  if (status !== 0) throw new Error(`${args[0]}: ${status} ${stderr}`);
  return performance.now() - from;
}

/** A module that has a process tell what it took when it ends, as the last line of its errors. */
export const tells =
  'data:text/javascript,process.on("exit",()=>console.error(JSON.stringify(process.resourceUsage())))';

/** What a process that tells so took: CPU in milliseconds, and its peak of memory in megabytes. */
export function tookOf(errors) {
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(errors.trim().split('\n').at(-1));
  return { cpu: (userCPUTime + systemCPUTime) / 1000, megabytes: maxRSS / 1024 };
}

/** The wall time of a process in milliseconds, and what it took. */
export function took(args, env = {}) {
  const from = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', tells, ...args], {
    env: { ...bare, ...env },
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args[0]}: ${status} ${stderr}`);
  return { ms: performance.now() - from, ...tookOf(stderr) };
}

/** What several commands take in the median, in turn. */
export function tookSideBySide(commands, times) {
  const rounds = Array.from({ length: times }, () => commands.map((command) => took(...command)));
  return commands.map((_, index) => {
    const of = (what) => median(rounds.map((round) => round[index][what]));
    return { ms: of('ms'), cpu: of('cpu'), megabytes: of('megabytes') };
  });
}

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Several commands in turn, so that each meets the same moments of the machine. */
export function sideBySide(commands, times = rounds) {
  const results = commands.map(() => []);
  for (let round = 0; round < times; round += 1)
    for (const [index, command] of commands.entries()) results[index].push(time(...command));
  return results.map((values) => ({
    ms: median(values),
    noise: (Math.max(...values) - Math.min(...values)) / median(values),
  }));
}

export const nodeAlone = [['-e', '0']];

/** The tokens of a reference portal, as the variables of a run. */
export const variablesOf = (credentials) =>
  Object.fromEntries(
    Object.entries(credentials).map(([name, token]) => [
      `PORTAL_${name.toUpperCase().replace('.', '_')}`,
      token,
    ]),
  );

/** Starts the reference portal in a process of its own. */
export async function startServer(...delays) {
  const { admin, ...server } = await startProgram('server', ...delays);
  const login = { PORTAL_ADMIN_USERNAME: admin.username, PORTAL_ADMIN_PASSWORD: admin.password };
  return { ...server, login };
}

/** Starts a program that serves, and says what a client needs. */
export async function startProgram(name, ...args) {
  const child = spawn(process.execPath, [program(name), ...args.map(String)], { env: bare });
  process.on('exit', () => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const { credentials, ...told } = await next();
  return {
    ...told,
    tokens: variablesOf(credentials),
    /** What was asked since the last time. */
    counts: () => {
      child.kill('SIGUSR2');
      return next();
    },
    nextDelay: () => child.kill('SIGUSR1'),
    stop: () => child.kill(),
  };
}

export const ratio = (one, other) => (one / other).toFixed(2);
export const ms = (value) => `${value.toFixed(0)} ms`;
export const percent = (value) => `${(value * 100).toFixed(0)} %`;
export const row = (...cells) => `| ${cells.join(' | ')} |`;

/** A table whose first column is text, and whose others are numbers. */
export function table(titles, rows) {
  const sides = titles.map((_, index) => (index === 0 ? '---' : '---:'));
  return [row(...titles), row(...sides), ...rows.map((cells) => row(...cells))];
}
