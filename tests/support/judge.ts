import { expect } from 'vitest';
import { requirements } from '../../specs/index.ts';
import { credentialKinds } from '../../src/portal/credential.ts';
import type { Behaviour } from '../../src/reference/behaviour.ts';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { renderText } from '../../src/report/formats/text.ts';
import type { Report } from '../../src/report/report.ts';
import { verify } from '../../src/run/verify.ts';
import type { Given } from '../../src/settings/option-reader.ts';
import { readSettings, type Settings } from '../../src/settings/settings.ts';
import { schemaErrors } from './schema.ts';
import { secretsIn } from './secrets.ts';

/** A portal as a user names it: its URL and the credentials of the personas. */
export type Portal = Pick<Reference, 'url' | 'credentials' | 'admin'>;

/** The variables with which a portal is given to a run. */
export function variablesOf({ url, credentials }: Portal): Record<string, string> {
  const variables: Record<string, string> = { PORTAL_TARGET: url };
  for (const { name, variable } of credentialKinds) {
    const token = credentials.get(name);
    if (token !== undefined) variables[variable] = token;
  }
  return variables;
}

/** The variables with which a portal is given to a run that makes its own users. */
export function adminVariablesOf({ url, admin }: Portal): Record<string, string> {
  const { username, password } = admin;
  return { PORTAL_TARGET: url, PORTAL_ADMIN_USERNAME: username, PORTAL_ADMIN_PASSWORD: password };
}

/** Judges a portal in this process; what has to settle is given a moment only. */
export function judge(portal: Portal, given: Given = {}): Promise<Report> {
  return judgeWith(variablesOf(portal), given);
}

/** Judges what some variables say; every report must be what its schema describes. */
export async function judgeWith(
  variables: Record<string, string | undefined>,
  given: Given = {},
  more: Partial<Settings> = {},
): Promise<Report> {
  const moment = { settle: '0.2', 'allow-token-in-url': true } as const;
  const read = readSettings({ ...moment, ...given }, variables, requirements);
  const settings = { ...read, ...more };
  const report = await verify(settings, requirements);
  expect(schemaErrors('report', report)).toEqual([]);
  return report;
}

/** Judges the reference portal with a behaviour of its own, and sees that nothing of it is told. */
export async function judgeBehaviour(behaviour: Behaviour, given: Given = {}): Promise<Report> {
  const portal = await startReference(behaviour);
  try {
    const variables = behaviour.profile === 'full' ? adminVariablesOf(portal) : variablesOf(portal);
    const report = await judgeWith(variables, given);
    // Nobody has a variable for what the run created.
    if (behaviour.profile === 'full')
      for (const { message, findings } of report.requirements)
        for (const text of [message, ...findings.map(({ hint }) => hint)])
          expect(text ?? '').not.toMatch(/PORTAL_(CALLER|TEAMMATE|OUTSIDER)_/);
    const told = [
      ...JSON.stringify(report, undefined, 1).split('\n'),
      ...renderText(report, { color: true, detail: 'verbose' }).split('\n'),
    ];
    // Much is said of many requirements; it is looked through once.
    expect(secretsIn([...new Set(told)].join('\n'), portal.store)).toEqual([]);
    return report;
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
