import { expect } from 'vitest';
import { requirements } from '../../specs/index.ts';
import { credentialKinds } from '../../src/portal/credential.ts';
import type { Behaviour } from '../../src/reference/behaviour.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import type { Report } from '../../src/report/report.ts';
import { type Given, readSettings } from '../../src/run/settings.ts';
import { verify } from '../../src/run/verify.ts';
import { schemaErrors } from './schema.ts';

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
  return judgeWith(variablesOf(portal), given);
}

/** Judges what some variables say; every report must be what its schema describes. */
export async function judgeWith(
  variables: Record<string, string | undefined>,
  given: Given = {},
): Promise<Report> {
  const settings = readSettings({ settle: '0.2', ...given }, variables, requirements);
  const report = await verify(settings, requirements);
  expect(schemaErrors('report', report)).toEqual([]);
  return report;
}

/** Judges the reference portal with a behaviour of its own. */
export async function judgeBehaviour(behaviour: Behaviour, given: Given = {}): Promise<Report> {
  const portal = await startReference(behaviour);
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
