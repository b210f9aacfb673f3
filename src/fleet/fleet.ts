import pLimit from 'p-limit';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { Requirement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import type { EndingSignal } from '../report/outcome.ts';
import type { ExitCode, Report } from '../report/report.ts';
import type { Run } from '../run/run.ts';
import { misconfiguredReport, verify } from '../run/verify.ts';
import type { Environment } from '../settings/option-reader.ts';
import { type FleetTarget, settingsOf } from './targets.ts';

/** A target with its verdict. */
export interface FleetVerdict {
  readonly target: FleetTarget;
  readonly report: Report;
}

/** Judges the targets of a fleet in this process, some at a time; one signal ends all of them, cleaned up. */
export class Fleet {
  readonly #register: readonly Requirement<Context>[];
  readonly #environment: Environment;
  readonly #running = new Set<Run>();
  #signal: EndingSignal | undefined;

  constructor(register: readonly Requirement<Context>[], environment: Environment) {
    this.#register = register;
    this.#environment = environment;
  }

  /** How many runs are under way. */
  get running(): number {
    return this.#running.size;
  }

  /** Ends every run; what has not begun does not begin. */
  interrupt(signal: EndingSignal): void {
    this.#signal ??= signal;
    for (const run of this.#running) run.interrupt(signal);
  }

  /** A bug of ours: every run ends and cleans up. */
  fail(error: unknown): void {
    for (const run of this.#running) run.fail(error);
  }

  /**
   * @param jobs how many targets at a time
   * @param onEnd is given each verdict as it is there
   * @returns whether each was reached; without those that did not begin. Reports are not kept: a thousand
   *   of them are a gigabyte
   */
  async judge(
    targets: readonly FleetTarget[],
    jobs: number,
    onEnd: (verdict: FleetVerdict) => void,
  ): Promise<readonly boolean[]> {
    const limit = pLimit(jobs);
    const reached = await Promise.all(
      targets.map((target) =>
        limit(async () => {
          if (this.#signal) return [];
          const verdict = { target, report: inWordsOf(target, await this.#judge(target)) };
          onEnd(verdict);
          return [wasReached(verdict.report)];
        }),
      ),
    );
    return reached.flat();
  }

  async #judge(target: FleetTarget): Promise<Report> {
    let current: Run | undefined;
    try {
      const settings = settingsOf(target, this.#environment, this.#register);
      return await verify(settings, this.#register, (run) => {
        current = run;
        this.#running.add(run);
        if (this.#signal) run.interrupt(this.#signal);
      });
    } catch (error) {
      if (!(error instanceof Misconfigured)) throw error;
      return misconfiguredReport(error.message, this.#register);
    } finally {
      if (current) this.#running.delete(current);
    }
  }
}

/** A wrong call, told with the variables that the entry names. */
function inWordsOf({ config: { variables } }: FleetTarget, report: Report): Report {
  if (report.outcome !== 'misconfigured') return report;
  let { message } = report;
  for (const [name, from] of Object.entries(variables))
    if (name !== from && !message.includes(from))
      message = message.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `${from} (${name})`);
  return { ...report, message };
}

/** What a target ended with counts in this order: broken, or wrong in the file; left behind; a bug; undecided. */
const order: readonly ExitCode[] = [1, 4, 70, 3];

/** The exit code of a fleet: the first in the order that any target ended with, and 0 for none. */
export function exitCodeOf(exitCodes: readonly ExitCode[]): number {
  // What was interrupted is undecided.
  const codes = exitCodes.map((code): ExitCode => (code === 2 ? 1 : code > 128 ? 3 : code));
  return order.find((code) => codes.includes(code)) ?? 0;
}

/** So many that cannot be reached, and no other: it is the network of this machine. */
const fewestUnreached = 3;

/** Whether no target was reached at all, which says more of this machine than of them. */
export function isOffline(reached: readonly boolean[]): boolean {
  return reached.length >= fewestUnreached && !reached.includes(true);
}

function wasReached({ outcome, requirements }: Report): boolean {
  return (
    outcome !== 'undecided' ||
    requirements.some(({ exchanges }) => exchanges.some(({ status }) => status !== null))
  );
}
