import { requirements } from '../../specs/index.ts';
import { credentialKinds } from '../../src/portal/credential.ts';
import type { Fault } from '../../src/reference/fault.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import type { Report } from '../../src/report/report.ts';
import { type Given, readSettings } from '../../src/run/settings.ts';
import { verify } from '../../src/run/verify.ts';

/** A portal as a user names it: its URL and the credentials of the personas. */
export type Portal = Pick<Reference, 'url' | 'credentials'>;

/** The variables with which a portal is given to a run. */
export function variablesOf({ url, credentials }: Portal): Record<string, string> {
  const variables: Record<string, string> = { PORTAL_TARGET: url };
  for (const { name, variable } of credentialKinds) {
    const token = credentials.get(name);
    if (token !== undefined) variables[variable] = token;
  }
  return variables;
}

/** Judges a portal in this process; what has to settle is given a moment only. */
export function judge(portal: Portal, given: Given = {}): Promise<Report> {
  const settings = readSettings({ settle: '0.2', ...given }, variablesOf(portal), requirements);
  return verify(settings, requirements);
}

/** Judges the reference portal with a fault in it. */
export async function judgeFault(fault: Fault, given: Given = {}): Promise<Report> {
  const portal = await startReference(fault);
  try {
    return await judge(portal, given);
  } finally {
    await portal.close();
  }
}

/** The ids of the requirements that a run found broken, at whatever level. */
export function tripped({ requirements: judged }: Report): string[] {
  return idsWith(judged, 'fail', 'warn', 'note');
}

export function idsWith(judged: Report['requirements'], ...statuses: string[]): string[] {
  return judged.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
}
