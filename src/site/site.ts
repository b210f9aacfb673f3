import { renderBadge } from '../report/formats/badge.ts';
import type { Report } from '../report/report.ts';
import type { FleetData } from './fleet-data.ts';
import { indexPage } from './index-page.ts';
import { requirementPage, targetPage } from './pages.ts';

/**
 * The files of a site, by their path: pages that fetch nothing, badges, and the same as data for others.
 *
 * @param reportOf reads the report of a target again: a thousand of them are not kept
 */
export function* siteOf(
  data: FleetData,
  reportOf: (id: string) => Report,
): Generator<readonly [path: string, text: string]> {
  yield ['index.html', indexPage(data)];
  for (const target of data.targets) {
    const { id } = target.entry;
    yield [`targets/${id}.html`, targetPage(target)];
    yield [`badges/${id}.json`, renderBadge(reportOf(id))];
  }
  for (const one of data.requirements)
    yield [`requirements/${one.requirement.id}.html`, requirementPage(one)];
  const targets = data.targets.map(({ entry, open, since }) => {
    const { file: _, ...told } = entry;
    return { ...told, since: since ?? null, open: open.map(({ message: __, ...one }) => one) };
  });
  yield ['data/index.json', `${JSON.stringify({ schemaVersion: 1, targets })}\n`];
}
