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

export type Mood = 'good' | 'bad' | 'doubt' | 'faint';

/** How a status is coloured. */
export const moods: Readonly<Record<Status, Mood>> = {
  pass: 'good',
  fail: 'bad',
  known: 'doubt',
  warn: 'doubt',
  note: 'faint',
  inconclusive: 'doubt',
  untested: 'doubt',
  excluded: 'faint',
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
