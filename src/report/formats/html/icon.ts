import type { Report } from '../../report.ts';

/** How the outcome is coloured. */
export function moodOf({ exitCode }: Report): 'good' | 'bad' | 'doubt' {
  return exitCode === 0 ? 'good' : exitCode === 1 ? 'bad' : 'doubt';
}

/** A mark that tells the verdicts of several tabs apart, by colour and by form. */
export function icon(report: Report): string {
  const [color, path] = {
    good: ['#14723b', 'M3 9l4 4 6-9'],
    bad: ['#b3261e', 'M4 4l8 8M12 4l-8 8'],
    doubt: ['#8a5300', 'M4 8h8'],
  }[moodOf(report)] as [string, string];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="${color}"/><path d="${path}" fill="none" stroke="#fff" stroke-width="2"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
