import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startReference } from '../../src/reference/start.ts';
import type { Report } from '../../src/report/report.ts';
import { portalConformance } from '../support/cli.ts';
import { adminVariablesOf, idsWith, variablesOf } from '../support/judge.ts';
import { stateOf } from '../support/shims.ts';
import { isThere } from './program.ts';
import { type Setup, setups } from './setups.ts';

type Profile = 'read-only' | 'full';

/** Judges a portal behind a setup, through the command, and sees that nothing is left in it. */
async function judgeBehind(setup: Setup, profile: Profile): Promise<Report> {
  const portal = await startReference();
  const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-'));
  const before = stateOf(portal.store);
  try {
    const front = await setup.start(portal);
    const { url, ca, files = {}, args: more = [] } = front;
    try {
      const given = profile === 'full' ? adminVariablesOf(portal) : variablesOf(portal);
      const ends = ca === undefined ? [] : ['--ca', join(folder, 'ca.pem')];
      if (ca !== undefined) writeFileSync(join(folder, 'ca.pem'), ca);
      const named = Object.entries(files).flatMap(([option, text]) => {
        const path = join(folder, `${option.slice(2)}.pem`);
        writeFileSync(path, text);
        return [option, path];
      });
      const args = [...ends, ...named, ...more, ...(setup.args ?? [])];
      const { report } = await portalConformance(args, { ...given, PORTAL_TARGET: url });
      expect(stateOf(portal.store)).toBe(before);
      return report;
    } finally {
      await front.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
    await portal.close();
  }
}

const rows = new Map<string, string>();
const titles: string[] = [];

// Most of them wait most of the time.
describe.concurrent('real servers', () => {
  for (const setup of setups) {
    const { name, needs, outcome, failed = [], profiles = ['read-only', 'full'] } = setup;
    for (const profile of profiles) {
      const title = `${needs ? `needs ${needs}: ` : ''}${name}, ${profile}`;
      titles.push(title);
      test.skipIf(needs && !isThere(needs))(title, async () => {
        const report = await judgeBehind(setup, profile);
        const undecided = idsWith(report.requirements, 'fail', 'inconclusive', 'untested');
        const why = report.requirements
          .filter(({ id }) => undecided.includes(id))
          .map(({ id, status, message }) => `${id} ${status}: ${message}`);
        rows.set(
          title,
          `| ${name} | ${profile} | ${report.outcome} | ${report.requests} | ${(report.durationMs / 1000).toFixed(1)} |`,
        );
        const told = `${report.outcome}: ${report.message}\n${why.join('\n')}`;
        expect(report.outcome, told).toBe(outcome);
        expect(undecided).toEqual(expect.arrayContaining([...failed]));
      });
    }
  }
});

afterAll(() => {
  if (process.env.REAL_PAGE === undefined) return;
  const page = [
    '# Real servers',
    '',
    'Written by `npm run real`, from its run: the reference portal behind servers as they are installed by',
    'Debian, behind TLS by a private authority and below a path, and behind a network that is not what it',
    'should be, three at a time. Nothing of a run is left in any of them. Requests and seconds differ from',
    'run to run.',
    '',
    '| in front of the portal | profile | verdict | requests | seconds |',
    '|---|---|---|---|---|',
    ...titles.flatMap((title) => rows.get(title) ?? []),
    '',
  ].join('\n');
  writeFileSync(process.env.REAL_PAGE, page);
});
