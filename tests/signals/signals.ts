import { expect, test } from 'vitest';
import { startReference } from '../../src/reference/start.ts';
import { portalConformance, run } from '../support/cli.ts';
import { adminVariablesOf } from '../support/judge.ts';
import { behind, stateOf } from '../support/shims.ts';

// Ends runs of the full profile at random moments, and counts what the portal has left: a moment
// is a request of the run, so that none depends on a clock.

const moments = 20;
/** A whole run sends some 530 requests; a few moments are after its end. */
const most = 540;

const endings = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
  ['SIGTERM', 143],
] as const;

const args = ['--settle', '1'];

/** Runs the full profile, and calls back at one of its requests. */
async function endedAt(
  moment: number,
  end: (kill: (signal: NodeJS.Signals) => void) => void,
  isReported: boolean,
) {
  const portal = await startReference();
  const before = stateOf(portal.store);
  let requests = 0;
  let kill: (signal: NodeJS.Signals) => void = () => {};
  const server = await behind(portal, () => {
    requests += 1;
    if (requests === moment) end(kill);
    return false;
  });
  const variables = { ...adminVariablesOf(portal), PORTAL_TARGET: server.url };
  const onStart = (send: typeof kill) => {
    kill = send;
  };
  const code = isReported
    ? (await portalConformance(args, variables, onStart)).code
    : (await run(process.execPath, ['dist/src/cli.js', ...args], variables, onStart)).code;
  await server.close();
  return { portal, before, code };
}

function randomMoments(): number[] {
  return Array.from({ length: moments }, () => 1 + Math.floor(Math.random() * most));
}

test.each(endings)('%s at twenty moments leaves nothing', async (signal, expected) => {
  for (const moment of randomMoments()) {
    const { portal, before, code } = await endedAt(moment, (kill) => kill(signal), true);
    const after = stateOf(portal.store);
    await portal.close();
    expect({
      moment,
      code: [0, expected].includes(code as 0),
      isAsBefore: after === before,
    }).toEqual({ moment, code: true, isAsBefore: true });
  }
});

test('kill -9 at twenty moments, and cleanup after it, leaves at most a session', async () => {
  for (const moment of randomMoments()) {
    const { portal, before } = await endedAt(moment, (kill) => kill('SIGKILL'), false);
    const cleanup = ['dist/src/cli.js', 'cleanup', '--older-than', '0s', '--yes'];
    const { code } = await run(process.execPath, cleanup, adminVariablesOf(portal));
    // What the killed process had sent may still be carried out.
    await expect
      .poll(() => JSON.parse(stateOf(portal.store)).slice(0, 3))
      .toEqual(JSON.parse(before).slice(0, 3));
    const admin = portal.store.users.find(({ isAdmin }) => isAdmin);
    const known = JSON.parse(before)[3] as string[];
    const others = [...portal.store.sessions].filter(([session]) => !known.includes(session));
    await portal.close();
    expect({ moment, code }).toEqual({ moment, code: 0 });
    expect(others.every(([, { userId }]) => userId === admin?.id)).toBe(true);
    expect(others.length).toBeLessThanOrEqual(1);
  }
});

test('two full runs at once on one server are conformant, and leave nothing', async () => {
  const portal = await startReference();
  const before = stateOf(portal.store);
  const runs = await Promise.all([1, 2].map(() => portalConformance([], adminVariablesOf(portal))));
  const after = stateOf(portal.store);
  await portal.close();
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(after).toBe(before);
});
