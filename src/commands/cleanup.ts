import { requirements } from '../../specs/index.ts';
import { count } from '../contract/count.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { inert } from '../report/inert.ts';
import { sweep } from '../run/sweep.ts';
import { SandboxUnavailable } from '../sandbox/administrator.ts';
import { CallFailed } from '../sandbox/caller.ts';
import { type Trace, whyKept } from '../sandbox/cleanup.ts';
import { nameOf } from '../sandbox/commands.ts';
import { readSettings } from '../settings/settings.ts';
import { type Call, complain } from './shared.ts';

/** Lists what aborted runs left behind, and removes it on request. @returns the exit code */
export async function cleanupCommand({ given, environment, output }: Call): Promise<number> {
  try {
    const settings = readSettings(given, environment, requirements);
    const text = (name: string) => (typeof given[name] === 'string' ? given[name] : undefined);
    const which = {
      run: text('run'),
      account: text('account'),
      olderThanMs: readAge(text('older-than')),
    };
    const { found, left, sessions, mask } = await sweep(settings, given.yes === true, which);
    const tell = (text: string) => output.out(mask(text));
    for (const trace of found) tell(`${inert(describeTrace(trace))}\n`);
    for (const { what, why, curl } of [...(left ?? []), ...sessions]) {
      tell(`left behind: ${inert(what)}; ${inert(why)}\n  look at it  ${inert(curl)}\n`);
    }
    const hint = !left && found.some((trace) => !whyKept(trace)) ? '; --yes removes it' : '';
    const gone = left ? `, ${found.length - left.length} removed` : '';
    output.out(`${found.length} found${gone}${hint}\n`);
    output.out(`${left ? removedNote : ''}${incompleteNote}`);
    return (left?.length ?? 0) + sessions.length > 0 ? 1 : 0;
  } catch (error) {
    const isExpected =
      error instanceof Misconfigured ||
      error instanceof CallFailed ||
      error instanceof SandboxUnavailable;
    if (!isExpected) throw error;
    complain(output, error.message);
    return error instanceof Misconfigured ? 2 : 3;
  }
}

const incompleteNote =
  'The lists of a portal may be incomplete (pages, caches): --account ID names an account that they do not show.\n';
const removedNote =
  "A killed run's session of the administrator may stay open, for no call lists sessions; PORTAL_ADMIN_TOKEN avoids it.\n";

function describeTrace(trace: Trace): string {
  const { kind, id, runId, createdAt, users, foreignUsers } = trace;
  const age = createdAt === undefined ? '' : `, created ${ageOf(Date.now() - createdAt)} ago`;
  const people =
    kind === 'user'
      ? ''
      : `, ${count(users, 'user')}${foreignUsers > 0 ? `, ${count(foreignUsers, 'foreign user')}` : ''}`;
  const kept = whyKept(trace);
  return `${nameOf(kind, id)} of run ${runId}${age}${people}${kept ? `: not removed, ${kept}` : ''}`;
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function ageOf(ms: number): string {
  const [unit, length] =
    Object.entries(units).findLast(([, size]) => Math.abs(ms) >= size) ?? (['s', 1000] as const);
  return `${Math.max(0, Math.floor(ms / length))} ${unit}`;
}

/** `90m`, `2h`, `1d`. @throws Misconfigured */
function readAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (number === undefined)
    throw new Misconfigured('--older-than takes a number and a unit, such as 90m, 2h or 1d.');
  return Number(number) * units[unit as keyof typeof units];
}
