import { setMaxListeners } from 'node:events';
import type { Checked, Phase, Requirement, RunFacts } from '../contract/requirement.ts';
import type { Client } from '../http/client.ts';
import { Limiter } from '../http/limiter.ts';
import { parseTarget, type Target } from '../http/target.ts';
import { Timeline } from '../http/timeline.ts';
import { Context } from '../portal/context.ts';
import { JournalReads } from '../portal/journal.ts';
import { unjudged } from '../report/collect.ts';
import type { EndingSignal } from '../report/outcome.ts';
import type { Report, RequirementResult } from '../report/report.ts';
import type { Administrator } from '../sandbox/administrator.ts';
import { Created } from '../sandbox/created.ts';
import { newRunId } from '../sandbox/names.ts';
import type { Settings } from '../settings/settings.ts';
import { callsOf } from './calls.ts';
import { cleanAfter, removeWhatRefusalsSpare } from './cleaning.ts';
import { newClient } from './client.ts';
import { adviceOf, gone, noticesOf } from './notices.ts';
import { credentialsOf } from './personas.ts';
import { callOf, factsOf, type Plan, planOf, writesOf } from './plan.ts';
import { contextOf, lackOf, type Prepared, prepare } from './preparation.ts';
import { type KnownOfRun, Recorder } from './recorder.ts';
import { watchSecrets } from './secrets.ts';

type Register = readonly Requirement<Context>[];

/**
 * One run against one target: preparation, results, cleaning up, report. It says
 * nothing of the order of results; `verify` and the vitest suites each have theirs.
 */
export class Run {
  readonly target: Target;
  readonly facts: RunFacts;
  /** Whether the target is the reference portal that was started for this run. */
  readonly isReference: boolean;
  readonly plan: Plan;
  readonly #settings: Settings;
  readonly #recorder: Recorder;
  readonly #runId = newRunId();
  readonly #timeline = new Timeline();
  readonly #end = new AbortController();
  readonly #client: Client;
  readonly #limiter: Limiter;
  readonly #created = new Created();
  readonly #deadline: NodeJS.Timeout;
  #administrator: Administrator | undefined;
  #prepared: Prepared;
  #cleaned?: Awaited<ReturnType<typeof cleanAfter>>;
  #signal: EndingSignal | undefined;
  #step = 'reading';

  /** @throws Misconfigured when the settings name no target that can be reached */
  constructor(settings: Settings & { target: string }, register: Register, isReference = false) {
    this.isReference = isReference;
    this.#settings = settings;
    this.target = parseTarget(settings.target);
    this.facts = factsOf(settings, this.target, isReference || settings.startedHere);
    this.plan = planOf(register, settings, this.facts);
    this.#recorder = new Recorder(register);
    this.#prepared = {
      stop: { outcome: 'undecided', message: 'The run was not prepared.' },
      credentials: credentialsOf(settings.credentials),
    };
    watchSecrets(this.#recorder.masker, settings, register);
    setMaxListeners(0, this.#end.signal); // One for each request under way.
    this.#limiter = new Limiter(settings.rate);
    this.#client = newClient(settings, this.target, {
      purpose: `run ${this.#runId}`,
      writes: writesOf(settings),
      signal: this.#end.signal,
      limiter: this.#limiter,
      timeline: this.#timeline,
      onGone: () => this.#end.abort(gone),
    });
    const late = () => this.#end.abort('the deadline of the run has passed');
    this.#deadline = setTimeout(late, settings.deadlineMs);
  }

  /** Creates what the profile needs and reads the list, or finds out why nothing can be judged. */
  async prepare(): Promise<void> {
    this.#timeline.enter('preparation');
    try {
      this.#prepared = await prepare({
        client: this.#client,
        masker: this.#recorder.masker,
        settings: this.#settings,
        facts: this.facts,
        target: this.target,
        runId: this.#runId,
        created: this.#created,
        signal: this.#end.signal,
        onAdministrator: (administrator) => {
          this.#administrator = administrator;
        },
        onStep: (step) => {
          this.#step = step;
        },
      });
      this.#step = 'judged';
    } catch (error) {
      const stop = { outcome: 'undecided', message: 'The preparation broke.' } as const;
      this.#prepared = { stop, credentials: this.#prepared.credentials };
      this.#recorder.noteBug('preparation', error);
    }
  }

  /** Judges one requirement; undefined when the run was stopped before it could be. */
  async judge(requirement: Requirement<Context>): Promise<RequirementResult | undefined> {
    if (this.#prepared.stop || !requirement.check || !this.plan.includes(requirement))
      return undefined;
    const { rounds, surroundings } = this.#prepared;
    // What was read may be long: nothing is judged past the deadline.
    const { aborted, reason } = this.#end.signal;
    if (aborted) return this.#recorder.keep(unjudged(requirement, 'inconclusive', `${reason}`));
    const lacking = lackOf(this.#prepared, requirement.needs);
    if (lacking) return this.#recorder.keep(unjudged(requirement, ...lacking));
    const result = await this.#recorder.judge(
      requirement,
      (attempt, evidence) => contextOf(requirement.id, rounds, surroundings, attempt, evidence),
      { strict: this.#settings.strict },
    );
    if (result.status === 'fail') surroundings.patience.foundFault(requirement.id);
    return result;
  }

  /** Prepares the next phase: all that refusals do not need is removed before a guard may ban. */
  async enter(phase: Phase): Promise<void> {
    this.#timeline.enter(phase);
    const sandbox = this.#prepared.stop ? undefined : this.#prepared.surroundings.sandbox;
    const keeps = phase !== 'refusals' || this.#settings.keep !== undefined;
    if (keeps || !sandbox || !this.#administrator) return;
    const calls = callsOf(this.#client, this.#settings, this.#created, this.#recorder.masker, 0);
    const means = { administrator: this.#administrator, created: this.#created };
    await removeWhatRefusalsSpare(sandbox, { calls, runId: this.#runId, ...means });
  }

  /** Judges once more, over every response of the run, what holds for each of them. */
  async judgeEveryResponse(): Promise<readonly Checked<Context>[]> {
    if (this.#prepared.stop || this.#end.signal.aborted) return [];
    const { rounds, surroundings } = this.#prepared;
    const reads = new JournalReads(rounds[0], surroundings.journal);
    return this.#recorder.judgeAgain(
      this.plan.ofEveryResponse.filter(({ needs }) => !lackOf(this.#prepared, needs)),
      (id, evidence) => new Context(id, reads, surroundings, evidence),
      this.#settings.strict,
    );
  }

  /**
   * Removes what the run created, whatever became of it. It does so on a client of
   * its own, which neither the deadline nor a signal ends.
   */
  async cleanUp(): Promise<void> {
    // An image goes with all that is in it.
    if (this.#cleaned || this.#created.isEmpty || this.#settings.image !== undefined) return;
    this.#step = 'removing what was created';
    this.#timeline.enter('cleanup');
    // A server may bound how many connections there are.
    this.#client.closeIdle();
    this.#cleaned = await cleanAfter({
      settings: this.#settings,
      target: this.target,
      runId: this.#runId,
      created: this.#created,
      administrator: this.#administrator,
      masker: this.#recorder.masker,
      concurrency: this.#client.concurrency,
      limiter: this.#limiter,
      timeline: this.#timeline,
      writes: writesOf(this.#settings),
      keeps: this.#isKept,
      onBug: (error) => this.#recorder.noteBug('cleaning up', error),
    });
  }

  /** A bug that no check caught: the run ends, and cleans up. */
  fail(error: unknown): void {
    this.#recorder.noteBug('uncaught exception', error);
    this.#end.abort('the suite failed');
  }

  /** Ends every request that is under way; the report will say so. */
  interrupt(signal: EndingSignal): void {
    this.#signal ??= signal;
    this.#end.abort(`the run was ended by ${signal}`);
  }

  /** The report; complete when everything was judged and cleaned up. */
  report(): Report {
    return this.#recorder.report({ ...this.#known, timeline: this.#timeline.report() });
  }

  /** What the report will say of one requirement, baseline and selection applied. */
  reportOf(requirement: Requirement<Context>): Report {
    return this.#recorder.reportOf(requirement, this.#known);
  }

  get #known(): KnownOfRun {
    const { stop, credentials } = this.#prepared;
    return {
      ...this.facts,
      runId: this.#runId,
      target: this.target.base,
      ...callOf(this.#settings, this.plan),
      startedAt: new Date(this.#timeline.startedAt).toISOString(),
      durationMs: Date.now() - this.#timeline.startedAt,
      requests: this.#client.sent + (this.#cleaned?.requests ?? 0),
      cleanup: this.#cleaned?.cleanup ?? null,
      notices: noticesOf(this.#settings, this.target, this.#created, this.isReference).concat(
        this.#isKept ? `Nothing was removed (--keep): ${this.cleanupCommand}` : [],
      ),
      ...(this.isReference ? { reference: true as const } : {}),
      credentials: credentials.map(({ name }) => name),
      ending: {
        ...(stop ? { stop } : {}),
        ...adviceOf(this.#limiter, this.#end.signal, this.#prepared),
        ...(this.#signal ? { signal: this.#signal } : {}),
      },
    };
  }

  close(): void {
    clearTimeout(this.#deadline);
    this.#client.close();
  }

  /** The command that removes what this run has created. */
  get cleanupCommand(): string {
    return `portal-conformance cleanup ${this.target.base} --run ${this.#runId} --yes`;
  }

  get #isKept(): boolean {
    return this.#settings.keep !== undefined && this.#created.accounts.length > 0;
  }

  /** The tokens of what a run leaves, by their variables. */
  get kept(): ReadonlyMap<string, string> {
    const { credentials } = this.#prepared;
    return new Map(this.#isKept ? credentials.map(({ variable, token }) => [variable, token]) : []);
  }

  /** How far the run is: what it does, and how many of its requirements were judged. */
  get progress(): { step: string; done: number; total: number } {
    if (this.#step !== 'judged')
      return this.#recorder.mask({ step: this.#step, done: 0, total: 0 });
    const total = this.plan.phases.flatMap(([, part]) => part).length;
    return this.#recorder.mask({ step: this.#step, done: this.#recorder.done, total });
  }
}
