import { describe, expect, test } from 'vitest';
import type { Status } from '../src/contract/judge.ts';
import type { Level } from '../src/contract/requirement.ts';
import { type Ending, outcomeOf } from '../src/report/outcome.ts';
import type { Report, RequirementResult, Selection } from '../src/report/report.ts';

// What the verdicts of requirements make of a run, word by word: people read these sentences first.

type Result = Pick<RequirementResult, 'id' | 'status' | 'level' | 'message' | 'counts'>;

const must = (id: string, status: Status, more: Partial<Result> = {}): Result => ({
  ...{ id, status, level: 'MUST' as Level, message: `${id} says why` },
  ...more,
});
const should = (id: string, status: Status) => must(id, status, { level: 'SHOULD' });

interface Given {
  readonly selection?: Partial<Selection>;
  readonly ending?: Partial<Ending>;
  readonly profile?: Report['profile'];
  readonly problems?: NonNullable<Report['baseline']>['problems'];
}

function told(results: readonly Result[], given: Given = {}) {
  const { selection, ending, profile = 'read-only', problems } = given;
  const { outcome, exitCode, message } = outcomeOf(
    results as unknown as RequirementResult[],
    { only: [], skip: [], deselected: [], accepted: [], strict: false, ...selection },
    { suiteErrors: [], ...ending },
    { profile, baseline: problems ? { file: 'baseline.json', problems } : null },
  );
  return `${exitCode} ${outcome}: ${message}`;
}

const failing = (length: number) =>
  Array.from({ length }, (_, index) => must(`m${index + 1}`, 'fail'));
const held = [must('a', 'pass'), must('b', 'pass')];
const advice = 'Give --rate 5.';
const problems = [
  { line: 7, requirement: 'a', problem: 'has expired' },
  { line: 9, requirement: 'b', problem: 'holds now' },
];

describe('the outcome', () => {
  test.each<[string, readonly Result[], Given, string]>([
    [
      'everything holds',
      [...held, must('c', 'excluded'), should('d', 'warn'), must('e', 'warn', { counts: false })],
      { ending: { advice } },
      '0 conformant: All 2 MUSTs were decided and held.',
    ],
    [
      'a MUST fails',
      [...held, must('c', 'fail')],
      {},
      '1 non-conformant: 1 of 3 mandatory requirements failed: c.',
    ],
    [
      'six fail, and all are named',
      failing(6),
      {},
      '1 non-conformant: 6 of 6 mandatory requirements failed: m1, m2, m3, m4, m5, m6.',
    ],
    [
      'seven fail, and five are named',
      failing(7),
      {},
      '1 non-conformant: 7 of 7 mandatory requirements failed: m1, m2, m3, m4, m5 and 2 more.',
    ],
    [
      'a SHOULD fails, too, and something is known',
      [must('c', 'fail'), should('d', 'fail'), must('k', 'known'), must('l', 'known')],
      {},
      '1 non-conformant: 2 requirements failed, recommended ones among them (--strict): c, d. Known, and not counted: k, l.',
    ],
    [
      'a MUST fails where the run was stopped',
      [must('c', 'fail')],
      { ending: { stop: { outcome: 'undecided', message: 'It went away.' } } },
      '1 non-conformant: 1 of 1 mandatory requirements failed: c.',
    ],
    [
      'a signal ends it',
      held,
      { ending: { signal: 'SIGTERM', suiteErrors: ['x'] } },
      '143 interrupted: The run was ended by SIGTERM; the report is partial.',
    ],
    [
      'a signal ends it after a failure',
      [must('c', 'fail'), must('d', 'fail')],
      { ending: { signal: 'SIGINT' } },
      '130 interrupted: The run was ended by SIGINT; the report is partial. Failed so far: c, d.',
    ],
    [
      'the suite fails',
      [must('c', 'fail')],
      { ending: { suiteErrors: ['array: TypeError at x.ts:1', 'a leak'] } },
      '70 suite-error: The suite itself failed, not the portal: array: TypeError at x.ts:1; a leak. Please report this.',
    ],
    [
      'the call is wrong',
      [must('c', 'fail')],
      { ending: { advice, stop: { outcome: 'misconfigured', message: 'No such option.' } } },
      '2 misconfigured: No such option.',
    ],
    [
      'nothing answers',
      [must('c', 'inconclusive')],
      { ending: { advice, stop: { outcome: 'undecided', message: 'Nothing answers.' } } },
      '3 undecided: Nothing answers. Give --rate 5.',
    ],
    [
      'nothing answers, and there is no advice',
      [],
      { ending: { stop: { outcome: 'undecided', message: 'Nothing answers.' } } },
      '3 undecided: Nothing answers.',
    ],
    [
      'a MUST is open',
      [...held, must('c', 'inconclusive'), must('d', 'untested')],
      { ending: { advice } },
      '3 undecided: Nothing failed, but 2 of 4 MUSTs could not be decided: c, d. Give --rate 5.',
    ],
    [
      'a MUST is open beside one that is known',
      [...held, must('c', 'inconclusive'), must('k', 'known')],
      {},
      '3 undecided: Nothing new failed, but 1 of 4 MUSTs could not be decided: c. Known, and not counted: k.',
    ],
    [
      'what is open was deselected or accepted',
      [...held, must('c', 'inconclusive'), must('d', 'untested')],
      { selection: { deselected: ['c'], accepted: ['d'] } },
      '0 conformant-partial: 2 of 4 MUSTs were decided and held; left out by request: c, d.',
    ],
    [
      'what failed is known',
      [...held, must('k', 'known')],
      {},
      '0 known-failures: 2 of 3 MUSTs held; known failures, all in the baseline: k.',
    ],
    [
      'what failed is known, and something was left out',
      [...held, must('k', 'known'), must('c', 'untested')],
      { selection: { deselected: ['c'] } },
      '0 known-failures: 2 of 4 MUSTs held; known failures, all in the baseline: k. Left out by request: c.',
    ],
    [
      'all that was judged is known',
      [must('k', 'known')],
      {},
      '0 known-failures: 0 of 1 MUSTs held; known failures, all in the baseline: k.',
    ],
    [
      'an entry of the baseline must be changed',
      held,
      { problems: problems.slice(0, 1) },
      '1 baseline-outdated: Nothing new failed, but 1 entry of the baseline must be changed: line 7, a has expired.',
    ],
    [
      'two entries must be changed',
      held,
      { problems },
      '1 baseline-outdated: Nothing new failed, but 2 entries of the baseline must be changed: line 7, a has expired.',
    ],
    [
      'nothing was judged',
      [must('c', 'excluded')],
      {},
      '3 undecided: No mandatory requirement was checked.',
    ],
    [
      'a SHOULD was judged alone, by its name',
      [must('c', 'untested'), should('d', 'pass')],
      { selection: { only: ['d'], deselected: ['c'] } },
      '3 undecided: No mandatory requirement was checked. Of d: d says why.',
    ],
    [
      'nothing could be told, and the first that was selected says why',
      [must('b', 'inconclusive'), must('c', 'untested'), must('d', 'inconclusive')],
      { selection: { deselected: ['b'] } },
      '3 undecided: No mandatory requirement was checked. Of d: d says why.',
    ],
    [
      'a saved response shows some',
      [...held, must('c', 'untested'), must('d', 'untested')],
      { profile: 'saved' },
      '0 conformant-partial: 2 MUSTs were decided in this response and held. 2 more could not be checked: the response has nothing they apply to. The others need a portal.',
    ],
    [
      'a saved response shows all',
      held,
      { profile: 'saved' },
      '0 conformant-partial: 2 MUSTs were decided in this response and held. The others need a portal.',
    ],
    [
      'of a saved response something could not be decided',
      [...held, must('c', 'inconclusive')],
      { profile: 'saved' },
      '3 undecided: Nothing failed, but 1 of 3 MUSTs could not be decided: c.',
    ],
  ])('where %s', (_, results, given, expected) => {
    expect(told(results, given)).toBe(expected);
  });
});
