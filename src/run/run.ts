import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { bugSite, judge } from '../contract/judge.ts';
import type { CredentialName, Requirement } from '../contract/requirement.ts';
import { Client } from '../portal/client.ts';
import { Context, type Surroundings } from '../portal/context.ts';
import { type Credential, credentialKinds, howToGive } from '../portal/credential.ts';
import type { Exchange } from '../portal/exchange.ts';
import { Observations } from '../portal/observations.ts';
import { type Preflight, preflight } from '../portal/preflight.ts';
import { Refusals } from '../portal/refusals.ts';
import { parseTarget, type Target } from '../portal/target.ts';
import { Vault } from '../portal/vault.ts';
import { collect, type RunRecord, whyOutside, without } from '../report/collect.ts';
import type { Judged, Report } from '../report/report.ts';
import { asEvidence } from './evidence.ts';
import { version } from './package.ts';
import type { Settings } from './settings.ts';

type Register = readonly Requirement<Context>[];

/**
 * One run against one target: preflight, verdicts, report. It says nothing of
 * the order; `verify` and the vitest suites each have their own.
 */
export class Run {
  readonly #settings: Settings;
  readonly #register: Register;
  readonly #runId = randomBytes(4).toString('hex');
  readonly #startedAt = Date.now();
  readonly #target: Target;
  readonly #vault = new Vault();
  readonly #end = new AbortController();
  readonly #client: Client;
  readonly #credentials: readonly Credential[];
  readonly #observations: readonly [Observations, Observations];
  readonly #refusals: Refusals | undefined;
  readonly #judged = new Map<string, Judged>();
  readonly #suiteErrors: string[] = [];
  readonly #deadline: NodeJS.Timeout;
  #preflight: Preflight | undefined;
  #signal: 'SIGINT' | 'SIGTERM' | undefined;

  /** @throws Misconfigured when the settings name no target that can be asked */
  constructor(settings: Settings & { target: string }, register: Register) {
    this.#settings = settings;
    this.#register = register;
    this.#target = parseTarget(settings.target);
    this.#vault.allow(
      JSON.stringify([register, settings.target, settings.ca?.file, settings.origin]),
    );
    setMaxListeners(0, this.#end.signal); // One for each request under way.
    this.#client = new Client({
      target: this.#target,
      userAgent: `portal-conformance/${version} (run ${this.#runId})`,
      timeoutMs: settings.timeoutMs,
      patienceMs: settings.settleMs,
      concurrency: settings.concurrency,
      signal: this.#end.signal,
      origin: settings.origin,
      ca: settings.ca,
      insecure: settings.insecure,
    });
    this.#credentials = credentialKinds.flatMap((kind) => {
      const token = settings.credentials.get(kind.name);
      return token === undefined ? [] : [{ ...kind, token }];
    });
    for (const { token } of this.#credentials) this.#vault.add(token);
    const observe = () => new Observations(this.#client, this.#vault, this.#credentials);
    this.#observations = [observe(), observe()];
    const control = this.#credentials.find(({ persona }) => persona === 'caller');
    this.#refusals = control && new Refusals(this.#client, control);
    this.#deadline = setTimeout(
      () => this.#end.abort('the deadline of the run has passed'),
      settings.deadlineMs,
    );
  }

  /** What is to be judged, in this order: the refusals after the reads. */
  get waves(): readonly Register[] {
    const chosen = this.#register.filter((one) => this.#isPart(one));
    return ['reads', 'refusals'].map((wave) =>
      chosen.filter((one) => one.check && one.wave === wave),
    );
  }

  /** Tells mistakes of the call from faults of the portal, before anything is judged. */
  async preflight(): Promise<void> {
    if (!this.#refusals) {
      const message = `A target needs the caller's credentials: ${howToGive('caller.token')}, or ${howToGive('caller.session')}.`;
      this.#preflight = { identities: new Map(), stop: { outcome: 'misconfigured', message } };
      return;
    }
    try {
      this.#preflight = await preflight(this.#client, this.#vault, this.#observations[0]);
    } catch (error) {
      this.#suiteErrors.push(`preflight: ${bugSite(error)}`);
      this.#preflight = {
        identities: new Map(),
        stop: { outcome: 'undecided', message: 'The preflight broke.' },
      };
    }
  }

  /** Judges one requirement; undefined when the run was stopped before it could be asked. */
  async judge(requirement: Requirement<Context>): Promise<Judged | undefined> {
    if (!this.#preflight || this.#preflight.stop || !this.#refusals) return undefined;
    if (!requirement.check || !this.#isPart(requirement)) return undefined;
    const startedAt = performance.now();
    const missing = requirement.needs.filter((name) => !this.#settings.credentials.has(name));
    if (missing.length > 0)
      return this.#keep(without(requirement, 'untested', whatToGive(missing)));
    const evidence = new Set<Exchange>();
    const surroundings: Surroundings = {
      target: this.#target,
      identities: this.#preflight.identities,
      refusals: this.#refusals,
      first: (credential) => this.#observations[0].read(credential, 0),
      settleMs: this.#settings.settleMs,
      signal: this.#end.signal,
    };
    const contextOf = (attempt: number) =>
      new Context(requirement.id, this.#observations[attempt > 0 ? 1 : 0], surroundings, evidence);
    const { bug, ...verdict } = await judge(requirement, contextOf, this.#settings.strict);
    if (bug) this.#suiteErrors.push(`${requirement.id}: ${verdict.message}`);
    return this.#keep({
      ...without(requirement, verdict.status, verdict.message),
      ...verdict,
      exchanges: [...evidence].slice(0, maxEvidence).map(asEvidence),
      durationMs: Math.round(performance.now() - startedAt),
    });
  }

  /** Ends every request that is under way; the report will say so. */
  interrupt(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#signal ??= signal;
    this.#end.abort(`the run was ended by ${signal}`);
  }

  /** What is known beside the verdicts; complete when everything has been judged. */
  get record(): RunRecord {
    const { only, skip, strict, allowUntested } = this.#settings;
    const stop = this.#preflight?.stop;
    const sealed = stop && this.#seal(stop);
    return {
      suite: { name: 'portal-conformance', version },
      runId: this.#runId,
      target: this.#target.base,
      startedAt: new Date(this.#startedAt).toISOString(),
      durationMs: Date.now() - this.#startedAt,
      requests: this.#client.sent,
      ...this.#facts,
      selection: {
        only,
        skip,
        deselected: this.#register
          .filter((one) => !this.#isChosen(one) && !this.#outside(one))
          .map(({ id }) => id),
        strict,
      },
      allowUntested,
      ending: {
        suiteErrors: this.#suiteErrors,
        ...(sealed ? { stop: sealed } : {}),
        ...(this.#signal ? { signal: this.#signal } : {}),
      },
    };
  }

  report(): Report {
    return collect(this.#register, this.#judged, this.record);
  }

  close(): void {
    clearTimeout(this.#deadline);
    this.#client.close();
  }

  get #facts() {
    const credentials: readonly CredentialName[] = this.#credentials.map(({ name }) => name);
    return { profile: 'read-only' as const, credentials, loopback: this.#target.loopback };
  }

  #isPart(requirement: Requirement<Context>): boolean {
    return this.#isChosen(requirement) && this.#outside(requirement) === undefined;
  }

  #isChosen({ id, topic }: Requirement<Context>): boolean {
    const { only, skip } = this.#settings;
    const named = (list: readonly string[]) => list.includes(id) || list.includes(topic);
    return (only.length === 0 || named(only)) && !named(skip);
  }

  #outside(requirement: Requirement<Context>): string | undefined {
    return whyOutside(requirement, this.#facts);
  }

  #keep(judged: Judged): Judged {
    const sealed = this.#seal(judged);
    this.#judged.set(judged.id, sealed);
    return sealed;
  }

  /** The last line of defence: nothing that holds a token leaves this class. */
  #seal<T extends object>(value: T): T {
    const { text, hits } = this.#vault.scrub(JSON.stringify(value));
    if (hits === 0) return value;
    const leak = 'a token was about to be written; it was replaced';
    if (!this.#suiteErrors.includes(leak)) this.#suiteErrors.push(leak);
    return JSON.parse(text);
  }
}

/** The exchanges that a report keeps of each requirement. */
const maxEvidence = 24;

function whatToGive(missing: readonly CredentialName[]): string {
  return `give ${missing.map(howToGive).join(' and ')}`;
}
