import { Misconfigured } from '../contract/misconfigured.ts';
import { phases, type Requirement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import type { Report } from '../report/report.ts';
import { leftoversOf, type TestVerdict, verdictOf } from '../report/test-verdict.ts';
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
    enter: async (phase) => {
      const known = phases.find((one) => one === phase);
      // What is left out is no phase of a run.
      if (known) await run.enter(known);
    },
    judge: async (requirement) => {
      await run.judge(requirement);
      return verdictOf(requirement.id, run.reportOf(requirement));
    },
    close: async () => {
      const changed = await run.judgeEveryResponse().finally(() => run.cleanUp());
      const report = run.report();
      await close();
      const [changedFailure] = changed.flatMap((one) => verdictOf(one.id, report).failure ?? []);
      const failure = changedFailure ?? leftoversOf(report);
      const handover = { report, settings: { reports, detail } };
      return failure ? { handover, failure } : { handover };
    },
  };
}

function stopped(report: Report, register: Register, reports: Settings['reports']): Suite {
  return {
    prepare: async () => {},
    enter: async () => {},
    phases: [['left out', register]],
    judge: async (requirement) => verdictOf(requirement.id, report),
    close: async () => ({ handover: { report, settings: { reports, detail: 'normal' } } }),
  };
}
