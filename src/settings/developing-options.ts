import type { Report } from '../report/report.ts';
import { flag, type Option, type Source } from './option.ts';
import { openIn, readOldReport } from './report-file.ts';

/** What helps people who develop against the suite. */
export const developingOptions = {
  rerun: {
    name: 'rerun',
    takes: '<file>',
    about: 'judge what this report (JSON) does not show to hold, in place of --only',
    isPath: true,
    schema: { type: 'string' },
    read: ({ reader }: Source): readonly string[] | undefined => {
      const file = reader.text('rerun');
      return file === undefined ? undefined : openIn(file);
    },
  },
  previous: {
    name: 'previous',
    takes: '<file>',
    about: 'the report (JSON) of the run before: what is new, gone and still violated',
    isPath: true,
    schema: { type: 'string' },
    read: ({ reader }: Source): Report | undefined => {
      const file = reader.text('previous');
      return file === undefined ? undefined : readOldReport(file, '--previous');
    },
  },
  dryRun: flag({
    name: 'dry-run',
    about: 'list what would be sent and created, and send nothing to the target',
  }),
  keep: {
    name: 'keep',
    takes: '<file>',
    about: 'leave what a full run created, and write its tokens into this file, to be sourced',
    isPath: true,
    weakens: true,
    schema: { type: 'string' },
    read: ({ reader }: Source): string | undefined => reader.text('keep'),
  },
} satisfies Record<string, Option>;

/** Which exchanges people are shown. */
const evidences = ['open', 'all'] as const;

/** How progress is shown: in a line that is written over, a line of JSON each, or not at all. */
const progressForms = ['line', 'ndjson', 'none'] as const;

/** What is printed while a run goes on, and at its end. */
export const outputOptions = {
  evidence: {
    name: 'evidence',
    takes: '<which>',
    about:
      'exchanges in the HTML report: open (of what did not pass), or all; JSON has all of them (open)',
    schema: { enum: evidences },
    read: ({ reader }: Source) => reader.choice('evidence', evidences),
  },
  progress: {
    name: 'progress',
    takes: '<form>',
    about: 'how far it is, on standard error: line (a terminal), ndjson (a line each), or none',
    schema: { enum: progressForms },
    read: ({ reader }: Source) => reader.choice('progress', progressForms),
  },
  quiet: flag({ name: 'quiet', letter: 'q', about: 'print the outcome alone' }),
  verbose: flag({ name: 'verbose', letter: 'v', about: 'print every requirement' }),
} satisfies Record<string, Option>;
