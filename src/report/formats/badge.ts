import type { Report } from '../report.ts';

/** Renders a report as what an endpoint badge of shields.io shows. */
export function renderBadge(report: Report): string {
  const { outcome, exitCode, counts, leftovers } = report;
  const failed = counts.fail > 0 ? `, ${counts.fail} failed` : '';
  const left = leftovers.length > 0 ? `, ${leftovers.length} left behind` : '';
  const badge = {
    schemaVersion: 1,
    label: 'List API Tokens',
    message: `${outcome}${failed}${left}`,
    color: exitCode === 0 ? 'brightgreen' : exitCode === 1 ? 'red' : 'yellow',
    isError: exitCode === 70,
  };
  return `${JSON.stringify(badge, undefined, 2)}\n`;
}
