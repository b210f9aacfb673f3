import { inertReport } from '../inert.ts';
import type { Report } from '../report.ts';

type Render = (report: Report) => string;

interface FormatEntry {
  /** Who reads it, and what for. */
  readonly reader: string;
  readonly about: string;
  /** The usual name of the file. */
  readonly file: string;
  /** Whether it is data with escapes of its own, and keeps strings as they are. */
  readonly isData?: boolean;
  readonly load: () => Promise<Render>;
  /** Why there is nothing to be written of a report; the text is empty then. */
  readonly lack?: (report: Report) => Promise<string | undefined>;
}

/** Every form that a report can be written in: pure functions of it, loaded when needed. */
export const formats = {
  json: {
    reader: 'tools',
    about: 'everything; [schema](../schemas/report.schema.json)',
    file: 'report.json',
    isData: true,
    load: async () => (report: Report) =>
      // The requests of a timeline are thousands of lines otherwise.
      `${JSON.stringify(report, undefined, 2).replace(/\[\n\s+(-?\d+),\n\s+(-?\d+),\n\s+(-?\d+)\n\s+\]/g, '[$1, $2, $3]')}\n`,
  },
  html: {
    reader: 'people',
    about:
      'one file that fetches nothing; filters, deep links (`report.html#created-at-stable`), the command that reproduces a failure',
    file: 'report.html',
    load: async () => (await import('./html/page.ts')).renderHtml,
  },
  junit: {
    reader: 'CI systems',
    about: 'one test case for each requirement',
    file: 'junit.xml',
    load: async () => (await import('./junit.ts')).renderJunit,
  },
  markdown: {
    reader: 'step summaries, pull requests',
    about: 'what is open, folded',
    file: 'report.md',
    load: async () => (await import('./markdown.ts')).renderMarkdown,
  },
  github: {
    reader: 'GitHub Actions',
    about: 'annotations; printed there without being asked for',
    file: 'annotations.txt',
    load: async () => (await import('./github.ts')).renderAnnotations,
  },
  ctrf: {
    reader: 'dashboards',
    about: '[Common Test Report Format](https://ctrf.io)',
    file: 'ctrf.json',
    load: async () => (await import('./ctrf.ts')).renderCtrf,
  },
  prometheus: {
    reader: 'Prometheus',
    about: 'metrics for the textfile collector: how it ended, and each requirement that is open',
    file: 'portal_conformance.prom',
    load: async () => (await import('./prometheus.ts')).renderPrometheus,
  },
  badge: {
    reader: 'a README',
    about: 'the JSON of an endpoint badge ([shields.io](https://shields.io/badges/endpoint-badge))',
    file: 'badge.json',
    load: async () => (await import('./badge.ts')).renderBadge,
  },
  intoto: {
    reader: 'supply chains',
    about:
      'an in-toto statement ([test-result](https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md)) on the image, to be signed; nothing when undecided',
    file: 'intoto.json',
    isData: true,
    load: async () => (await import('./intoto.ts')).renderInToto,
    lack: async (report: Report) => (await import('./intoto.ts')).whyNotAttested(report),
  },
  text: {
    reader: 'people',
    about: 'what `--verbose` prints',
    file: 'report.txt',
    load: async () => (await import('./text.ts')).renderPlainText,
  },
} as const satisfies Record<string, FormatEntry>;

export type Format = keyof typeof formats;

export const formatNames = Object.keys(formats) as Format[];

export function isFormat(name: string): name is Format {
  return Object.hasOwn(formats, name);
}

/** Where a report is to be written, and in which form. */
export interface Destination {
  readonly format: Format;
  /** A file, or `-` for standard output. */
  readonly path: string;
}

export async function render(report: Report, format: Format): Promise<string> {
  const { load, isData = false }: FormatEntry = formats[format];
  const renderer = await load();
  return renderer(isData ? report : inertReport(report));
}

/** Why a form has nothing to say of a report. */
export async function lackOf(report: Report, format: Format): Promise<string | undefined> {
  const { lack }: FormatEntry = formats[format];
  return lack?.(report);
}
