import { Misconfigured } from '../contract/misconfigured.ts';
import { phases, type Requirement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import type { Report, RequirementResult } from '../report/report.ts';
import { openRun } from '../run/open.ts';
import { misconfiguredReport } from '../run/verify.ts';
import { readSettings, reportsOf, type Settings } from '../settings/settings.ts';

type Register = readonly Requirement<Context>[];

/** A run as vitest drives it: one test for each requirement. */
export interface Suite {
  readonly prepare: () => Promise<void>;
  /** All requirements, in the order in which their groups are to run. */
  readonly phases: readonly (readonly [string, Register])[];
  readonly judge: (requirement: Requirement<Context>) => Promise<RequirementResult>;
  /** @throws Error for what must not look green, in words of ours */
  readonly assert: (judged: RequirementResult) => void;
  readonly close: () => Promise<{ report: Report; settings: Pick<Settings, 'reports' | 'detail'> }>;
}

export async function openSuite(
  environment: Readonly<Record<string, string | undefined>>,
  register: Register,
): Promise<Suite> {
  try {
    const settings = readSettings({}, environment, register);
    return await openOn(settings, register);
  } catch (error) {
    if (error instanceof Misconfigured)
      return stopped(error.message, register, reportsOf({}, environment));
    throw error;
  }
}

async function openOn(settings: Settings, register: Register): Promise<Suite> {
  const { run, close } = await openRun(settings, register);
  const parts = run.phases;
  const rest = register.filter((one) => !parts.flat().includes(one));
  return {
    prepare: () => run.prepare(),
    phases: [
      ...phases.map((phase, index) => [phase, parts[index] ?? []] as const),
      ['left out', rest],
    ],
    judge: async (requirement) => {
      await run.judge(requirement);
      return find(run.report(), requirement);
    },
    assert: (judged) => assertGreen(judged, run.report()),
    close: async () => {
      await run.cleanUp();
      const report = run.report();
      await close();
      // Credentials are settings, too: reporters of vitest write what a file hands over.
      const { reports, detail } = settings;
      return { report, settings: { reports, detail } };
    },
  };
}

function stopped(message: string, register: Register, reports: Settings['reports']): Suite {
  const report = misconfiguredReport(message, register);
  return {
    prepare: async () => {},
    phases: [['left out', register]],
    judge: async (requirement) => find(report, requirement),
    assert: (judged) => assertGreen(judged, report),
    close: async () => ({ report, settings: { reports, detail: 'normal' } }),
  };
}

function find({ requirements }: Report, { id }: Requirement<Context>): RequirementResult {
  return requirements.find((one) => one.id === id) as RequirementResult;
}

/** Only our reporter tells undecided from broken; every other one must see red too. */
function assertGreen(
  { id, level, status, message }: RequirementResult,
  { selection }: Report,
): void {
  const open = level === 'MUST' && (status === 'inconclusive' || status === 'untested');
  const waived = [...selection.deselected, ...selection.accepted].includes(id);
  if (status !== 'fail' && (!open || waived)) return;
  const error = new Error(`${status}: ${message}`);
  error.stack = '';
  throw error;
}
