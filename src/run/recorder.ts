import { setImmediate as nextTurn } from 'node:timers/promises';
import { bugSite } from '../contract/bug-site.ts';
import { judge } from '../contract/judge.ts';
import type { Checked, Requirement } from '../contract/requirement.ts';
import { digestOfSet } from '../contract/sets.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Context } from '../portal/context.ts';
import { collect, type RunRecord, unjudged } from '../report/collect.ts';
import type { Ending } from '../report/outcome.ts';
import type { Report, RequirementResult } from '../report/report.ts';
import { leak, maskSecrets } from '../secrets/mask.ts';
import { SecretMasker } from '../secrets/masker.ts';
import { asEvidence } from './evidence.ts';
import { digest, version } from './version.ts';

/** The exchanges that a report keeps of each requirement: two rounds of reads and every probe. */
const maxEvidence = 24;

/** What a run knows beside its results; what it leaves out is as in a call that never ran. */
export type KnownOfRun = Partial<
  Omit<RunRecord, 'suite' | 'bodies' | 'ending'> & { ending: Omit<Ending, 'suiteErrors'> }
>;

/**
 * The results of a run, what they rest on, and the report built from them: of a live run, a saved
 * response and a wrong call alike. Nothing leaves it with a secret in it.
 */
export class Recorder {
  readonly masker = new SecretMasker();
  readonly #register: readonly Requirement<Context>[];
  readonly #results = new Map<string, RequirementResult>();
  readonly #suiteErrors: string[] = [];
  /** Structures of bodies, and where each is in the report. */
  readonly #bodies = new Map<string, number>();

  constructor(register: readonly Requirement<Context>[]) {
    this.#register = register;
  }

  /** How many requirements have a result. */
  get done(): number {
    return this.#results.size;
  }

  /**
   * Judges one requirement and keeps the result with its evidence.
   *
   * @param contextOf the context of an attempt, which notes in `evidence` what it looks at
   * @param again whether a failure can be checked a second time
   */
  async judge(
    requirement: Checked<Context>,
    contextOf: (attempt: number, evidence: Set<Exchange>) => Context,
    { strict, again = true }: { strict: boolean; again?: boolean },
  ): Promise<RequirementResult> {
    const startedAt = performance.now();
    const evidence = new Set<Exchange>();
    const attempt = (number: number) => contextOf(number, evidence);
    const { bug, ...result } = await judge(requirement, attempt, strict, again);
    if (bug) this.#suiteErrors.push(`${requirement.id}: ${result.message}`);
    await nextTurn(); // What others request goes out before this is written down.
    const exchanges = [...evidence].slice(0, maxEvidence);
    return this.keep({
      ...unjudged(requirement, result.status, result.message),
      ...result,
      exchanges: exchanges.map((exchange) => asEvidence(exchange, this.#keepBody)),
      durationMs: Math.round(performance.now() - startedAt),
    });
  }

  /**
   * Judges requirements again, over all that a run has read: a violation stands, whatever the
   * result was; what holds changes nothing.
   *
   * @returns those whose result this has changed
   */
  async judgeAgain(
    requirements: readonly Checked<Context>[],
    contextOf: (id: string, evidence: Set<Exchange>) => Context,
    strict: boolean,
  ): Promise<readonly Checked<Context>[]> {
    const changed: Checked<Context>[] = [];
    for (const requirement of requirements) {
      const known = this.#results.get(requirement.id);
      if (!known || known.findings.length > 0) continue;
      const evidence = new Set<Exchange>();
      const attempt = () => contextOf(requirement.id, evidence);
      const { bug, ...result } = await judge(requirement, attempt, strict, false);
      if (bug) this.#suiteErrors.push(`${requirement.id}: ${result.message}`);
      if (result.findings.length === 0) continue;
      changed.push(requirement);
      const exchanges = [...evidence].slice(-maxEvidence);
      this.keep({
        ...known,
        ...result,
        exchanges: exchanges.map((exchange) => asEvidence(exchange, this.#keepBody)),
      });
    }
    return changed;
  }

  /** Keeps a result as it may be handed out: masked. */
  keep(result: RequirementResult): RequirementResult {
    const masked = this.mask(result);
    this.#results.set(masked.id, masked);
    return masked;
  }

  /** A bug of the suite, by its place: its message may hold values of the target. */
  noteBug(where: string, error: unknown): void {
    this.#suiteErrors.push(`${where}: ${bugSite(error)}`);
  }

  /** Masks what leaves the run; a secret in our own words is a bug of ours. */
  mask<T>(value: T): T {
    const masked = maskSecrets(value, this.masker);
    if (masked.hits > 0 && !this.#suiteErrors.includes(leak)) this.#suiteErrors.push(leak);
    return masked.value;
  }

  /** The whole report, masked again: the run has learned secrets since its results were kept. */
  report(known: KnownOfRun = {}): Report {
    return this.#reportOf(this.#register, known);
  }

  /** One requirement as the report has it, baseline and selection applied. */
  reportOf(requirement: Requirement<Context>, known: KnownOfRun): Report {
    return this.#reportOf([requirement], known);
  }

  #reportOf(register: readonly Requirement<Context>[], known: KnownOfRun): Report {
    // What a user wrote in a baseline or a name may hold a secret, which is not a bug of ours.
    const { value: given } = maskSecrets(known, this.masker);
    const errors = this.#suiteErrors.length;
    const report = this.mask(this.#collect(register, given));
    return this.#suiteErrors.length === errors ? report : this.mask(this.#collect(register, given));
  }

  #collect(register: readonly Requirement<Context>[], { ending, ...known }: KnownOfRun): Report {
    return collect(register, this.#results, {
      ...neverRun(),
      ...known,
      // That of all, of whichever a report is asked for.
      ...(known.requirementSet ? { requirementSetDigest: digestOfSet(this.#register) } : {}),
      suite: { name: 'portal-conformance', version, ...(digest ? { digest } : {}) },
      bodies: [...this.#bodies.keys()],
      ending: { ...ending, suiteErrors: this.#suiteErrors },
    });
  }

  readonly #keepBody = (structure: string): number => {
    const at = this.#bodies.get(structure) ?? this.#bodies.size;
    this.#bodies.set(structure, at);
    return at;
  };
}

/** The record of a call that never became a run. */
function neverRun(): Omit<RunRecord, 'suite' | 'bodies' | 'ending'> {
  return {
    runId: '00000000',
    target: null,
    image: null,
    profile: 'read-only',
    startedAt: new Date().toISOString(),
    durationMs: 0,
    requests: 0,
    credentials: [],
    seed: null,
    cleanup: null,
    notices: [],
    loopback: false,
    mayBeLogged: false,
    head: true,
    selection: { only: [], skip: [], deselected: [], strict: false },
    allowUntested: [],
  };
}
