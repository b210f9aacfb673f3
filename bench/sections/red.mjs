import pLimit from 'p-limit';
import { table } from '../measure.mjs';

export const title = 'Red verdicts';

const slowest = 10;

/** How long broken servers take at the default `--settle`, and how many requests, beside the sound one. */
export async function measure() {
  const { faults } = await import('../../build/src/reference/faults.js');
  const { plain } = await import('../../build/src/reference/behaviour.js');
  const { startReference } = await import('../../build/src/reference/start.js');
  const { verify } = await import('../../build/src/index.js');
  const judge = async (behaviour, profile) => {
    const portal = await startReference(behaviour);
    const given =
      profile === 'full'
        ? { admin: portal.admin }
        : { credentials: Object.fromEntries(portal.credentials), allowTokenInUrl: true };
    const { durationMs, requests } = await verify(portal.url, given);
    await portal.close();
    return { name: behaviour.name, profile, durationMs, requests };
  };
  const sound = {
    full: await judge(plain, 'full'),
    'read-only': await judge(plain, 'read-only'),
  };
  // They wait more than they work.
  const limit = pLimit(6);
  const runs = await Promise.all(
    faults.map((fault) => limit(() => judge(fault, fault.profile ?? 'read-only'))),
  );
  const extra = ({ durationMs, requests, profile }) => ({
    ms: durationMs - sound[profile].durationMs,
    requests: requests - sound[profile].requests,
  });
  const over = runs.filter((run) => extra(run).ms > 2500 || extra(run).requests > 200);
  const rows = runs
    .toSorted((one, other) => other.durationMs - one.durationMs)
    .slice(0, slowest)
    .map((run) => [
      `\`${run.name}\``,
      run.profile,
      `${(run.durationMs / 1000).toFixed(1)} s`,
      `${(extra(run).ms / 1000).toFixed(1)} s`,
      run.requests,
      extra(run).requests,
    ]);
  return [
    `Every broken server of [proof.md](proof.md) at the default \`--settle 10\`, six at a time: ${runs.length - over.length} of ${runs.length} take at`,
    `most 2.5 s and 200 requests more than the sound one. The others lack something that could still come: they are`,
    'waited for until the bound. The slowest:',
    '',
    ...table(['broken server', 'profile', 'takes', 'more than sound', 'requests', 'more'], rows),
  ];
}
