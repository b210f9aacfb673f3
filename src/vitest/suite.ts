import { Misconfigured } from '../contract/misconfigured.ts';
import type { Requirement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import type { Report, RequirementResult } from '../report/report.ts';
import { openRun } from '../run/open.ts';
import { misconfiguredReport } from '../run/verify.ts';
import { readSettings, reportsOf, type Settings } from '../settings/settings.ts';

type Register = readonly Requirement<Context>[];

/** What vitest is given of a run; never a credential, for its reporters write it into files. */
export interface Handover {
  readonly report: Report;
  readonly settings: Pick<Settings, 'reports' | 'detail'>;
}

/** A run as vitest drives it: one test for each requirement. */
export interface Suite {
  readonly prepare: () => Promise<void>;
  /** All requirements, in the order in which their groups are to run. */
  readonly phases: readonly (readonly [string, Register])[];
  /** Prepares a group of requirements. */
  readonly enter: (phase: string) => Promise<void>;
  readonly judge: (requirement: Requirement<Context>) => Promise<TestVerdict>;
  /** Ends the run, with what was found when all its responses were judged once more. */
  readonly close: () => Promise<{ handover: Handover; failure?: Error }>;
}

export interface TestVerdict {
  readonly result: RequirementResult;
  /** Why the test must not look green, in words of ours. */
  readonly failure?: Error;
}

export async function openSuite(
  environment: Readonly<Record<string, string | undefined>>,
  register: Register,
): Promise<Suite> {
  try {
    return await openOn(readSettings({}, environment, register), register);
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    const { reports, notices } = reportsOf({}, environment);
    return stopped(misconfiguredReport(error.message, register, notices), register, reports);
  }
}

async function openOn(settings: Settings, register: Register): Promise<Suite> {
  if (settings.dryRun || settings.keep !== undefined)
    throw new Misconfigured(
      '--dry-run and --keep (PORTAL_DRY_RUN, PORTAL_KEEP) are for the command alone.',
    );
  const { run, close } = await openRun(settings, register);
  const rest = register.filter((requirement) => !run.plan.includes(requirement));
  const { reports, detail } = settings;
  return {
    prepare: () => run.prepare(),
    phases: [...run.plan.phases, ['left out', rest]],
    enter: (phase) => run.enter(phase),
    judge: async (requirement) => {
      await run.judge(requirement);
      return verdictOf(requirement, run.reportOf(requirement));
    },
    close: async () => {
      const changed = await run.judgeEveryResponse().finally(() => run.cleanUp());
      const report = run.report();
      await close();
      const [changedFailure] = changed.flatMap((one) => verdictOf(one, report).failure ?? []);
      const failure = changedFailure ?? leftoversOf(report);
      const handover = { report, settings: { reports, detail } };
      return failure ? { handover, failure } : { handover };
    },
  };
}

/** vitest has no exit code for what was left behind: it must not look green. */
function leftoversOf({ leftovers }: Report): Error | undefined {
  if (leftovers.length === 0) return undefined;
  const error = new Error(
    leftovers.map(({ what, why, curl }) => `not removed: ${what} (${why}); ${curl}`).join('\n'),
  );
  error.stack = '';
  return error;
}

function stopped(report: Report, register: Register, reports: Settings['reports']): Suite {
  return {
    prepare: async () => {},
    enter: async () => {},
    phases: [['left out', register]],
    judge: async (requirement) => verdictOf(requirement, report),
    close: async () => ({ handover: { report, settings: { reports, detail: 'normal' } } }),
  };
}

/** Only our reporter tells undecided from broken; every other one must see red too. */
function verdictOf({ id }: Requirement<Context>, { requirements, selection }: Report): TestVerdict {
  const result = requirements.find((one) => one.id === id) as RequirementResult;
  const { level, status, message } = result;
  const isOpen = level === 'MUST' && (status === 'inconclusive' || status === 'untested');
  const isWaived = [...selection.deselected, ...selection.accepted].includes(id);
  if (status !== 'fail' && (!isOpen || isWaived)) return { result };
  const failure = new Error(`${status}: ${message}`);
  failure.stack = '';
  return { result, failure };
}
