import type { Requirement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import { collect } from '../report/collect.ts';
import type { Ending } from '../report/outcome.ts';
import type { Report } from '../report/report.ts';
import type { Settings } from '../settings/settings.ts';
import { openRun } from './open.ts';
import type { Run } from './run.ts';
import { version } from './version.ts';

type Register = readonly Requirement<Context>[];

/**
 * Judges a target and reports; whatever the target does is in the report.
 *
 * @param onRun is given the run before anything is sent, so that it can be ended
 * @throws Misconfigured when there is nothing that could be asked
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
      for (const phase of run.phases) await Promise.all(phase.map((one) => run.judge(one)));
    } finally {
      await run.cleanUp();
    }
    return run.report();
  } finally {
    await close();
  }
}

/** The report of a call that is wrong, so that it never became a run. */
export function misconfiguredReport(message: string, register: Register): Report {
  return stoppedReport({ stop: { outcome: 'misconfigured', message } }, register);
}

/** The report of a run that came to nothing before anything was asked. */
export function stoppedReport(ending: Omit<Ending, 'suiteErrors'>, register: Register): Report {
  return collect(register, new Map(), {
    suite: { name: 'portal-conformance', version },
    runId: '00000000',
    target: null,
    profile: 'read-only',
    startedAt: new Date().toISOString(),
    durationMs: 0,
    requests: 0,
    credentials: [],
    seed: null,
    cleanup: null,
    loopback: false,
    mayBeLogged: false,
    head: true,
    bodies: [],
    selection: { only: [], skip: [], deselected: [], strict: false },
    allowUntested: [],
    ending: { suiteErrors: [], ...ending },
  });
}
