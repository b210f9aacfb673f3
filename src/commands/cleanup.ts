import { requirements } from '../../specs/index.ts';
import { count } from '../contract/count.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { inert } from '../report/inert.ts';
import { sweep } from '../run/sweep.ts';
import { SandboxUnavailable } from '../sandbox/administrator.ts';
import { CallFailed } from '../sandbox/calls.ts';
import { readSettings } from '../settings/settings.ts';
import { type Call, complain } from './shared.ts';

/** Lists what killed runs have left in a portal, and removes it on request. */
export async function cleanupCommand({ given, environment, output }: Call): Promise<number> {
  try {
    const settings = readSettings(given, environment, requirements);
    const run = typeof given.run === 'string' ? given.run : undefined;
    const { found, left } = await sweep(settings, given.yes === true, run);
    for (const { kind, id, runId, foreignUsers } of found) {
      const foreign = foreignUsers > 0 ? `, with ${count(foreignUsers, 'foreign user')}` : '';
      output.out(`${kind} ${id} of run ${runId}${foreign}\n`);
    }
    for (const { what, why, curl } of left ?? []) {
      output.out(`left behind: ${what}; ${inert(why)}\n  remove it  ${inert(curl)}\n`);
    }
    const hint = !left && found.length > 0 ? '; --yes removes it' : '';
    const gone = left ? `, ${found.length - left.length} removed` : '';
    output.out(`${found.length} found${gone}${hint}\n`);
    return left && left.length > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof Misconfigured) complain(output, error.message);
    else if (error instanceof CallFailed || error instanceof SandboxUnavailable)
      complain(output, error.message);
    else throw error;
    return error instanceof Misconfigured ? 2 : 3;
  }
}
