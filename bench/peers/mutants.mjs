// Shows every tool the broken portals of docs/proof.md that break a MUST in the read-only profile.
import { spawn } from 'node:child_process';
import { requirements } from '../../build/specs/index.js';
import { faults } from '../../build/src/reference/faults.js';
import { startReference } from '../../build/src/reference/start.js';
import { bare, folder, variablesOf } from '../measure.mjs';
import { portalOf } from './tools.mjs';

const musts = new Set(requirements.filter(({ level }) => level === 'MUST').map(({ id }) => id));
const mutants = faults.filter(
  ({ profile, trips }) => profile === undefined && trips.some((id) => musts.has(id)),
);

/**
 * How many mutants each tool takes for broken, by its name, and how many there are.
 *
 * @throws when a tool takes the sound portal for broken, or does not end
 */
export async function countCaught(tools) {
  const caught = new Map(tools.map(({ name }) => [name, 0]));
  for (const tool of tools) {
    const code = await judge(tool);
    if (code !== 0) throw new Error(`${tool.name} cries wolf: ${code}`);
  }
  const left = [...mutants];
  const work = async () => {
    for (let mutant = left.pop(); mutant !== undefined; mutant = left.pop()) {
      for (const tool of tools) {
        const code = await judge(tool, mutant);
        // Of ours, only a verdict counts: 2 and 3 say that it could not be told.
        if (tool.name === 'portal-conformance' ? code === 1 : code !== 0)
          caught.set(tool.name, caught.get(tool.name) + 1);
      }
      if (left.length % 50 === 0) console.error(`${left.length} mutants to go`);
    }
  };
  await Promise.all([work(), work()]);
  return { caught, total: mutants.length };
}

/** The exit code of a tool, faced with a portal. */
async function judge({ name, call }, mutant) {
  const portal = await startReference(mutant);
  const { url, credentials } = portal;
  const [args, env] = call(portalOf(url, variablesOf(Object.fromEntries(credentials))));
  const code = await new Promise((resolve) => {
    spawn(process.execPath, args, {
      // What does not settle is no mutant that takes its time.
      env: { ...bare, PORTAL_SETTLE: '0.2', PORTAL_ALLOW_TOKEN_IN_URL: 'true', ...env },
      cwd: folder,
      stdio: 'ignore',
      timeout: 60_000,
    }).on('exit', resolve);
  });
  await portal.close();
  if (code === null) throw new Error(`${name} did not end: ${mutant?.name}`);
  return code;
}
