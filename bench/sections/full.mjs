import { readFileSync, writeFileSync } from 'node:fs';
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

/** A run that makes what it judges, at two delays of an answer, and what waits for what at a long one. */
export async function measure() {
  const chain = await longestChain();
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
    'It makes accounts, users and some 190 tokens, judges, and removes them. Its floor sends',
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
    '',
    `With a delay of ${longMs} ms, ${chain.length} requests wait for one another, each for the last answer before it:`,
    '',
    ...table(
      ['phase', 'in a row', 'takes'],
      [...links].map(([phase, why]) => {
        const part = chain.filter((one) => one.phase === phase);
        const took = part.reduce((sum, { ms: each }) => sum + each, 0);
        return [`**${phase}**: ${why}`, part.length, ms(took)];
      }),
    ),
  ];
}

/** A delay beside which nothing else takes time, in milliseconds. */
const longMs = 100;

async function longestChain() {
  const server = await startServer(longMs);
  const report = join(folder, 'full-report.json');
  const env = { ...server.login, PORTAL_TARGET: server.url };
  time([cli, '--quiet', '--report', `json=${report}`], env);
  server.stop();
  return chainOf(JSON.parse(readFileSync(report, 'utf8')).timeline);
}

/** What waits for what in each phase, call by call. */
const links = new Map([
  [
    'preparation',
    'is there a portal; the administrator logs in; whom does the session belong to; an account, for a user is created in it; its user logs in, and a teammate is created; they log in, for tokens are created in sessions; their tokens; the list, until all of them are in it; the first read',
  ],
  ['reads', 'what is compared lies between two reads, so there are two rounds more'],
  [
    'changes',
    'side by side, of which the account of acts is the longest: an account; two users; a session; the list before; two reads at rest; tokens (the second of a name after the first, then the rest, 16 at once); the list; the tokens are used; the list; a pause, to tell uses apart; updates, the list, updates by others, the list, restrictions lifted, the list; two logins, one after the other, for a portal may end the first; the list; both sessions; that of one everywhere; its logout; a logout with a token; the list; what is still accepted; a user of another account tries; the list; a deletion; the list; the same again; the list; the last logout; the list; whose user it is; its removal; its session; the list',
  ],
  [
    'refusals',
    'what they do not need is removed before them (a token, whose account it is, the account, is it gone), a control, what the contract names, 47 others, the rest, the last control',
  ],
  [
    'cleanup',
    'each account is shown to be of the run, deleted, and shown to be gone; strays are looked for by name; the administrator logs out, and the session is shown to have ended',
  ],
]);

/** The requests of which each began when the one before it was answered, from the last answer back. */
function chainOf({ requests, phases }) {
  const sent = requests.map(([from, took]) => ({ from, ms: took, to: from + took }));
  const last = (some) => some.reduce((one, other) => (other.to > one.to ? other : one));
  const chain = [last(sent)];
  for (;;) {
    const before = sent.filter(({ from, to }) => to <= chain[0].from && from < chain[0].from);
    if (before.length === 0) break;
    chain.unshift(last(before));
  }
  const phaseAt = (time) => phases.findLast(({ at }) => at <= time)?.name;
  return chain.map((one) => ({ ...one, phase: phaseAt(one.from) }));
}
