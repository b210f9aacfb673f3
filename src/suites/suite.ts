import { requirements as register } from '../../specs/index.ts';
import { inApiWords, settingsOf } from '../api/settings.ts';
import { endedBy, type VerifyOptions } from '../api/verify.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { Level, Topic } from '../contract/requirement.ts';
import { parseTarget } from '../http/target.ts';
import { whyOutside } from '../report/collect.ts';
import { writeReports } from '../report/deliver.ts';
import type { Format } from '../report/formats/formats.ts';
import { renderRequirement } from '../report/formats/text.ts';
import { inertReport } from '../report/inert.ts';
import type { Report } from '../report/report.ts';
import { leftoversOf, verdictOf, withoutStack } from '../report/test-verdict.ts';
import { openRun } from '../run/open.ts';
import { factsOf, planOf } from '../run/plan.ts';
import type { Run } from '../run/run.ts';
import { type OpenedSubject, openSubject, requireSubject, type Subject } from '../run/subject.ts';
import { readBaseline } from '../settings/baseline-file.ts';
import type { Settings } from '../settings/settings.ts';
import { readReports } from '../settings/values.ts';

/** What a suite takes: the options of `verify`, and what the command reads and writes beside them. */
export interface SuiteOptions extends VerifyOptions {
  /** The file of known failures. */
  readonly baseline?: string;
  /** Reports to write when the suite is closed, a path for each format. */
  readonly reports?: Readonly<Partial<Record<Format, string>>>;
}

/** A requirement as a test, known before the portal is there. */
export interface SuiteTest {
  readonly id: string;
  readonly topic: Topic;
  readonly level: Level;
  readonly title: string;
  /** The name of the test: `status-200: The list is answered with 200 OK (MUST)`. */
  readonly name: string;
  /** Why it is not part of this run, if that is known before it begins. */
  readonly skip?: string;
}

/** What a test is to do. */
export interface SuiteVerdict {
  /** `pass`, `fail`, `warn`, `note`, `inconclusive`, `untested`, `known` or `excluded`. */
  readonly status: string;
  readonly message: string;
  /** Throw it: the requirement is violated or undecided. Its message is the text of the command. */
  readonly failure?: Error;
  /** Skip the test, for this reason. */
  readonly skip?: string;
}

/** The requirements as tests of any runner. */
export interface Suite {
  readonly requirements: readonly SuiteTest[];
  /** Starts the portal, creates what the profile needs, and begins to judge. @throws Error for a wrong call */
  readonly prepare: () => Promise<void>;
  /** The verdict on one requirement, when it is there. @throws Error without `prepare` */
  readonly judge: (id: string) => Promise<SuiteVerdict>;
  /**
   * Judges all responses once more, removes what was created, writes the reports and closes the portal.
   *
   * @returns the report, as `verify` does
   * @throws Error for what was left behind, and for what only all responses together show
   */
  readonly close: () => Promise<Report>;
}

/**
 * The requirements as tests of any runner: list them, then `prepare`, `judge` each, and `close`.
 * Nothing is sent before `prepare`.
 *
 * @param subject what is judged; a function that starts it is called by `prepare`
 */
export function suite(subject: Subject, options: SuiteOptions = {}): Suite {
  return new RunSuite(subject, options);
}

class RunSuite implements Suite {
  readonly requirements: readonly SuiteTest[];
  readonly #subject: Subject;
  readonly #settings: Settings | Misconfigured;
  /** Those of the run: what is not part of it has its verdict at once. */
  readonly #judged = new Map<string, Promise<unknown>>();
  readonly #end: AbortSignal | undefined;
  #opened: OpenedSubject | undefined;
  #open: { run: Run; close: () => Promise<void> } | undefined;
  #judging: Promise<void> = Promise.resolve();

  constructor(subject: Subject, options: SuiteOptions) {
    this.#subject = subject;
    this.#settings = settingsOrTrouble(subject, options);
    this.#end = options?.signal;
    this.requirements = testsOf(subject, this.#settings);
  }

  async prepare(): Promise<void> {
    try {
      if (this.#settings instanceof Misconfigured) throw this.#settings;
      this.#opened = await openSubject(this.#subject);
      const { url: target, startedHere } = this.#opened;
      this.#open = await openRun({ ...this.#settings, target, startedHere }, register);
      endedBy(this.#end)(this.#open.run);
      await this.#open.run.prepare();
      this.#judging = this.#judgeAll(this.#open.run);
    } catch (error) {
      await this.#opened?.close();
      throw error instanceof Misconfigured ? withoutStack(inApiWords(error.message)) : error;
    }
  }

  /** In its own order, whatever that of the tests is: refusals come last. */
  #judgeAll(run: Run): Promise<void> {
    let before: Promise<unknown> = Promise.resolve();
    for (const [phase, part] of run.plan.phases) {
      const begun = before.then(() => (part.length > 0 ? run.enter(phase) : undefined));
      for (const one of part)
        this.#judged.set(
          one.id,
          begun.then(() => run.judge(one)),
        );
      before = begun.then(() => Promise.all(part.map(({ id }) => this.#judged.get(id))));
    }
    return before.then(
      () => {},
      (error) => run.fail(error),
    );
  }

  async judge(id: string): Promise<SuiteVerdict> {
    const requirement = register.find((one) => one.id === id);
    if (!requirement) throw new Error(`There is no requirement ${id}.`);
    if (!this.#open) throw new Error('prepare() was not called, or failed.');
    await this.#judged.get(id);
    const report = inertReport(this.#open.run.reportOf(requirement));
    const { result, ...verdict } = verdictOf(id, report, renderRequirement);
    return { status: result.status, message: result.message, ...verdict };
  }

  async close(): Promise<Report> {
    const { run, close } = this.#open ?? {};
    if (!run || this.#settings instanceof Misconfigured) throw new Error('prepare() has failed.');
    let trouble: string[] = [];
    try {
      await this.#judging;
      const changed = await run.judgeEveryResponse().finally(() => run.cleanUp());
      const report = run.report();
      const text = inertReport(report);
      const [failure = leftoversOf(text)] = changed.flatMap(
        ({ id }) => verdictOf(id, text, renderRequirement).failure ?? [],
      );
      trouble = await writeReports(report, this.#settings.reports, nowhere);
      if (failure) throw failure;
      if (trouble.length > 0) throw withoutStack(trouble.join('\n'));
      return report;
    } finally {
      await close?.();
      await this.#opened?.close();
    }
  }
}

/** A suite prints nothing. */
const nowhere = { out: () => {}, flushed: async () => undefined };

function settingsOrTrouble(subject: Subject, options: SuiteOptions): Settings | Misconfigured {
  try {
    requireSubject(subject);
    const { baseline, reports = {}, ...others } = options;
    const destinations = Object.entries(reports).map(([format, path]) => `${format}=${path}`);
    return {
      ...settingsOf(undefined, others),
      reports: readReports(destinations),
      ...(baseline === undefined ? {} : { baseline: readBaseline(baseline) }),
    };
  } catch (error) {
    if (error instanceof Misconfigured) return error;
    throw error;
  }
}

function testsOf(subject: Subject, settings: Settings | Misconfigured): readonly SuiteTest[] {
  const whyNot = settings instanceof Misconfigured ? () => undefined : whyNotIn(subject, settings);
  return register.map((requirement) => {
    const { id, topic, level, title } = requirement;
    const skip = whyNot(requirement);
    const test = { id, topic, level, title, name: `${id}: ${title} (${level})` };
    return skip === undefined ? test : { ...test, skip };
  });
}

/** Why a requirement is not part of a run, as far as it can be known before the portal is there. */
function whyNotIn(subject: Subject, settings: Settings) {
  const facts = factsOf(settings, { loopback: isHere(subject) }, typeof subject !== 'string');
  const { deselected } = planOf(register, settings, facts);
  return (requirement: (typeof register)[number]): string | undefined => {
    if (requirement.excluded !== undefined) return requirement.excluded;
    return deselected.includes(requirement.id) ? 'deselected' : whyOutside(requirement, facts);
  };
}

function isHere(subject: Subject): boolean {
  try {
    return typeof subject !== 'string' || parseTarget(subject).loopback;
  } catch {
    return false;
  }
}
