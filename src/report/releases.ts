import { inert } from './inert.ts';
import { attention, marks } from './marks.ts';
import type { Report } from './report.ts';

/**
 * Renders the reports of several releases as one table: a row for each
 * requirement that is not the same in all of them, or is open in any.
 */
export function renderReleases(reports: readonly Report[]): string {
  const rows = (reports[0]?.requirements ?? [])
    .map(({ id }) => {
      const statuses = reports.map(
        (report) => report.requirements.find((one) => one.id === id)?.status ?? 'excluded',
      );
      const changed = statuses.map((status, index) => index > 0 && status !== statuses[index - 1]);
      return { id, statuses, changed };
    })
    .filter(({ statuses }) => statuses.some((status) => attention.includes(status)));
  const columns = reports.map(({ image }, index) => ({
    head: inert(image ?? ''),
    cells: [
      ...rows.map(({ statuses, changed }) => {
        const status = statuses[index] ?? 'excluded';
        return `${marks[status]} ${status}${changed[index] ? ' *' : ''}`;
      }),
      reports[index]?.outcome ?? '',
    ],
  }));
  const names = ['requirement', ...rows.map(({ id }) => id), 'outcome'];
  const table = [padded(names), ...columns.map(({ head, cells }) => padded([head, ...cells]))];
  const lines = names.map((_, row) =>
    table
      .map((column) => column[row])
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n* changed from the image before\n`;
}

function padded(cells: readonly string[]): string[] {
  const width = Math.max(...cells.map((cell) => cell.length));
  return cells.map((cell) => cell.padEnd(width));
}
