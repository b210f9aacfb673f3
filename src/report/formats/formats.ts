import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Report } from '../report.ts';

type Renderer = (report: Report) => string;

/** Every form that a report can be written in: pure functions of it, loaded when asked for. */
const renderers = {
  json: async () => (report: Report) => `${JSON.stringify(report, undefined, 2)}\n`,
  html: async () => (await import('./html/page.ts')).renderHtml,
  junit: async () => (await import('./junit.ts')).renderJunit,
  markdown: async () => (await import('./markdown.ts')).renderMarkdown,
  github: async () => (await import('./github.ts')).renderAnnotations,
  ctrf: async () => (await import('./ctrf.ts')).renderCtrf,
  text: async () => {
    const { renderConsole } = await import('./text.ts');
    return (report: Report) => renderConsole(report, { color: false, detail: 'verbose' });
  },
} satisfies Record<string, () => Promise<Renderer>>;

export type Format = keyof typeof renderers;

export const formats = Object.keys(renderers) as Format[];

export function isFormat(name: string): name is Format {
  return Object.hasOwn(renderers, name);
}

export interface Destination {
  readonly format: Format;
  /** A file, or `-` for standard output. */
  readonly path: string;
}

export async function render(report: Report, format: Format): Promise<string> {
  const renderer = await renderers[format]();
  return renderer(report);
}

/**
 * Writes a report in each of the forms asked for.
 *
 * @param print writes to standard output
 * @returns what went wrong, in sentences
 */
export async function writeReports(
  report: Report,
  destinations: readonly Destination[],
  print: (text: string) => void,
): Promise<string[]> {
  const trouble: string[] = [];
  for (const { format, path } of destinations) {
    const text = await render(report, format);
    try {
      if (path === '-') {
        print(text);
      } else {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      trouble.push(`The report cannot be written (${code}): ${path}`);
    }
  }
  return trouble;
}
