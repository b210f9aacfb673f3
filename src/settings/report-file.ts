import { Misconfigured } from '../contract/misconfigured.ts';
import type { Report } from '../report/report.ts';
import { type SavedReport, upgrade } from '../report/upgrade.ts';
import { readJsonFile } from './json-file.ts';

/** A report that was written as JSON. @throws Misconfigured */
export function readOldReport(path: string, option: string): Report {
  return upgrade(readJsonFile<SavedReport>(path, option, 'report').value);
}

/** The ids of what a report does not show to hold, to be judged again. @throws Misconfigured */
export function openIn(path: string): readonly string[] {
  const { requirements, selection } = readOldReport(path, '--rerun');
  const open = requirements.filter(
    ({ id, status }) =>
      ['fail', 'known', 'warn', 'inconclusive', 'untested'].includes(status) &&
      !selection.deselected.includes(id),
  );
  if (open.length > 0) return open.map(({ id }) => id);
  throw new Misconfigured(
    `--rerun: everything that ${path} judged passed, so there is nothing to judge again.`,
  );
}
