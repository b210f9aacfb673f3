import type { Requirement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import type { Ending } from '../report/outcome.ts';
import type { Report } from '../report/report.ts';
import type { Settings } from '../settings/settings.ts';
import { openRun } from './open.ts';
import { type KnownOfRun, Recorder } from './recorder.ts';
import type { Run } from './run.ts';

type Register = readonly Requirement<Context>[];

/**
 * Judges a target and reports; whatever the target does is in the report.
 *
 * @param onRun is given the run before anything is sent, so that it can be ended
 * @throws Misconfigured when there is no target to reach
 */
export async function verify(
  settings: Settings,
  register: Register,
  onRun: (run: Run) => void = () => {},
): Promise<Report> {
  const { run, close } = await openRun(settings, register);
  onRun(run);
  try {
    try {
      await run.prepare();
      for (const [phase, part] of run.plan.phases) {
        if (part.length > 0) await run.enter(phase);
        await Promise.all(part.map((requirement) => run.judge(requirement)));
      }
      await run.judgeEveryResponse();
    } finally {
      await run.cleanUp();
    }
    return run.report();
  } finally {
    await close();
  }
}

/** The report of a call that is wrong, so that it never became a run. */
export function misconfiguredReport(
  message: string,
  register: Register,
  notices: readonly string[] = [],
): Report {
  return stoppedReport({ stop: { outcome: 'misconfigured', message } }, register, { notices });
}

/** The report of a run that came to nothing before anything was sent. */
export function stoppedReport(
  ending: Omit<Ending, 'suiteErrors'>,
  register: Register,
  known: Pick<KnownOfRun, 'image' | 'notices'> = {},
): Report {
  return new Recorder(register).report({ ...known, ending });
}
