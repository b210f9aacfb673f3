import type { Status } from '../contract/judge.ts';

/** The sign that stands for each status, wherever a person reads it. */
export const marks: Readonly<Record<Status, string>> = {
  pass: '✓',
  fail: '✗',
  known: '~',
  warn: '!',
  note: 'i',
  inconclusive: '?',
  untested: '○',
  excluded: '–',
};

/** What a reader is to look at, worst first. */
export const attention: readonly Status[] = [
  'fail',
  'known',
  'warn',
  'note',
  'inconclusive',
  'untested',
];
