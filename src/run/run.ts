import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bugSite } from '../contract/bug-site.ts';
import { judge } from '../contract/judge.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import {
  type CredentialName,
  credentialNames,
  type Profile,
  type Requirement,
  type RunFacts,
  waves,
} from '../contract/requirement.ts';
import { schema } from '../contract/shape.ts';
import { Client } from '../http/client.ts';
import type { Exchange } from '../http/exchange.ts';
import { parseTarget, type Target } from '../http/target.ts';
import { Context, type Surroundings } from '../portal/context.ts';
import { type Credential, credentialKinds, howToGive } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import { preflight, reach, type Stop } from '../portal/preflight.ts';
import { Refusals } from '../portal/probe-batches.ts';
import { News } from '../portal/propagation.ts';
import { Observations } from '../portal/rounds.ts';
import { collect, type RunRecord, whyOutside, without } from '../report/collect.ts';
import type { Judged, Report } from '../report/report.ts';
import { type Administrator, NoSetup } from '../sandbox/administrator.ts';
import { CallFailed, Calls } from '../sandbox/calls.ts';
import { type Cleanup, cleanUp } from '../sandbox/cleanup.ts';
import { Ledger } from '../sandbox/created.ts';
import { Names } from '../sandbox/names.ts';
import { provision } from '../sandbox/provision.ts';
import type { Stage } from '../sandbox/sandbox.ts';
import { Vault } from '../secrets/masker.ts';
import { leak, seal } from '../secrets/seal.ts';
import { options } from '../settings/options.ts';
import type { Settings } from '../settings/settings.ts';
import { asEvidence } from './evidence.ts';
import { version } from './version.ts';

type Register = readonly Requirement<Context>[];

/**
 * One run against one target: preparation, verdicts, cleaning up, report. It says
 * nothing of the order of verdicts; `verify` and the vitest suites each have theirs.
 */
export class Run {
  readonly target: Target;
  readonly profile: Profile;
  /** Whether the target is the reference portal that was started for this run. */
  readonly isReference: boolean;
  readonly #settings: Settings;
  readonly #register: Register;
  readonly #runId = randomBytes(4).toString('hex');
  readonly #startedAt = Date.now();
  readonly #vault = new Vault();
  readonly #end = new AbortController();
  readonly #client: Client;
  readonly #ledger = new Ledger();
  readonly #judged = new Map<string, Judged>();
  readonly #suiteErrors: string[] = [];
  /** Structures of bodies, and where each is in the report. */
  readonly #bodies = new Map<string, number>();
  readonly #deadline: NodeJS.Timeout;
  #credentials: readonly Credential[] = [];
  #administrator: Administrator | undefined;
  #prepared: Prepared = { stop: { outcome: 'undecided', message: 'The run was not prepared.' } };
  #cleanup: Cleanup | null = null;
  #cleaningRequests = 0;
  #signal: 'SIGINT' | 'SIGTERM' | undefined;
  #step = 'asking';

  /** @throws Misconfigured when the settings name no target that can be asked */
  constructor(settings: Settings & { target: string }, register: Register, isReference = false) {
    this.isReference = isReference;
    this.#settings = settings;
    this.#register = register;
    this.target = parseTarget(settings.target);
    this.profile = profileOf(settings);
    const { ca, origin } = settings;
    const own = [register, options, credentialKinds, schema('report'), schema('api-token')];
    this.#vault.allow(JSON.stringify([...own, settings.target, ca?.file, origin]));
    setMaxListeners(0, this.#end.signal); // One for each request under way.
    this.#client = this.#newClient(this.#end.signal);
    this.#take(settings.credentials);
    const { token, password } = settings.admin ?? {};
    for (const secret of [token, password]) if (secret !== undefined) this.#vault.add(secret);
    const late = () => this.#end.abort('the deadline of the run has passed');
    this.#deadline = setTimeout(late, settings.deadlineMs);
  }

  /** What is to be judged, in this order: reads, then what changes something, then refusals. */
  get waves(): readonly Register[] {
    const chosen = this.#register.filter((one) => this.#isPart(one));
    return waves.map((wave) => chosen.filter((one) => one.check && one.wave === wave));
  }

  /**
   * Makes users and tokens, in the full profile, and tells mistakes of the call
   * from faults of the portal, before anything is judged.
   */
  async prepare(): Promise<void> {
    try {
      this.#prepared = await this.#prepare();
      this.#step = 'judged';
    } catch (error) {
      this.#prepared = {
        stop: stopOf(error) ?? { outcome: 'undecided', message: 'The preparation broke.' },
      };
      if (!stopOf(error)) this.#suiteErrors.push(`preparation: ${bugSite(error)}`);
    }
  }

  async #prepare(): Promise<Prepared> {
    const isFull = this.profile === 'full';
    const unreachable = isFull ? await reach(this.#client, this.#vault) : undefined;
    if (unreachable) return { stop: unreachable };
    if (isFull) this.#step = 'making users and tokens';
    const stage = isFull ? await this.#provision() : undefined;
    this.#step = 'asking';
    if (stage) this.#take(credentialsOf(stage));
    const caller = this.#credentials.find(({ persona }) => persona === 'caller');
    if (!caller) throw new Misconfigured(`A target needs credentials: ${howToBegin}.`);
    const refusals = new Refusals(this.#client, caller);
    const onRead = (read: ListRead) => refusals.saw(read);
    const observe = (earlier: readonly ListRead[] = []) =>
      new Observations(this.#client, this.#vault, this.#credentials, onRead, earlier);
    const { settleMs } = this.#settings;
    const news = new News(this.#client, this.#vault, this.#credentials, stage);
    if (stage) await news.wait(settleMs, this.#end.signal);
    let observations = [observe(), observe()] as const;
    const { identities, stop } = await preflight(this.#client, this.#vault, observations[0]);
    if (stop) return { stop };
    const first = await observations[0].round(0);
    // Tokens that were given may be a moment old, too.
    if (!stage && first.some((read) => read.usable && !news.haveReached(read))) {
      await news.wait(settleMs, this.#end.signal);
      observations = [observe(first), observe()];
    }
    const surroundings: Surroundings = {
      target: this.target,
      identities,
      refusals,
      first: (credential) => observations[0].read(credential, 0),
      settleMs,
      mayBeLogged: this.#mayBeLogged,
      signal: this.#end.signal,
      vault: this.#vault,
      ask: (ask) => this.#client.send(ask),
      ...(stage ? { stage } : {}),
    };
    return { observations, surroundings };
  }

  async #provision(): Promise<Stage> {
    const { admin = {}, settleMs } = this.#settings;
    const names = await Names.load(this.seed, this.#runId);
    const calls = new Calls(this.#client, this.#vault, settleMs);
    const stage = await provision(calls, this.#ledger, names, admin, (administrator) => {
      this.#administrator = administrator;
    });
    return stage;
  }

  /** Makes the names of a full run; the same seed makes the same names. */
  get seed(): number {
    return this.#settings.seed;
  }

  #take(credentials: ReadonlyMap<CredentialName, string>): void {
    this.#credentials = credentialKinds.flatMap((kind) => {
      const token = credentials.get(kind.name);
      return token === undefined ? [] : [{ ...kind, token }];
    });
    for (const { token } of this.#credentials) this.#vault.add(token);
  }

  #newClient(signal: AbortSignal): Client {
    const { timeoutMs, settleMs, concurrency, origin, ca, insecure } = this.#settings;
    return new Client({
      target: this.target,
      userAgent: `portal-conformance/${version} (run ${this.#runId})`,
      timeoutMs,
      patienceMs: settleMs,
      concurrency,
      writes: this.profile === 'full',
      signal,
      origin,
      ca,
      insecure,
    });
  }

  /** Judges one requirement; undefined when the run was stopped before it could be asked. */
  async judge(requirement: Requirement<Context>): Promise<Judged | undefined> {
    const { observations, surroundings } = this.#prepared;
    if (!observations || !requirement.check || !this.#isPart(requirement)) return undefined;
    const startedAt = performance.now();
    const lacking = this.#lacking(requirement.needs);
    if (lacking) return this.#keep(without(requirement, ...lacking));
    const evidence = new Set<Exchange>();
    const contextOf = (attempt: number) =>
      new Context(requirement.id, observations[attempt > 0 ? 1 : 0], surroundings, evidence);
    const { bug, ...verdict } = await judge(requirement, contextOf, this.#settings.strict);
    if (bug) this.#suiteErrors.push(`${requirement.id}: ${verdict.message}`);
    await nextTurn(); // What others ask goes out before this is written down.
    return this.#keep({
      ...without(requirement, verdict.status, verdict.message),
      ...verdict,
      exchanges: [...evidence].slice(0, maxEvidence).map((one) => asEvidence(one, this.#keepBody)),
      durationMs: Math.round(performance.now() - startedAt),
    });
  }

  /**
   * Removes what the run made, whatever became of it. It does so on a client of
   * its own, which neither the deadline nor a signal ends.
   */
  async cleanUp(): Promise<void> {
    const admin = this.#administrator;
    if (!admin) return;
    this.#step = 'removing what was made';
    const own = new AbortController();
    setMaxListeners(0, own.signal);
    const client = this.#newClient(own.signal);
    const bound = this.#settings.cleaningMs;
    const last = setTimeout(
      () => own.abort('the bound of cleaning up has passed'),
      2 * bound + 10_000,
    );
    const calls = new Calls(client, this.#vault, this.#settings.settleMs);
    try {
      const cleanup = await cleanUp(calls, admin, this.#ledger, this.#runId, bound, own.signal);
      this.#cleanup = this.#seal(cleanup);
      if (admin.made) await calls.logout(admin.token);
    } catch (error) {
      if (!(error instanceof CallFailed)) this.#suiteErrors.push(`cleaning up: ${bugSite(error)}`);
    } finally {
      clearTimeout(last);
      this.#cleaningRequests = client.sent;
      client.close();
    }
  }

  /** Ends every request that is under way; the report will say so. */
  interrupt(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#signal ??= signal;
    this.#end.abort(`the run was ended by ${signal}`);
  }

  /** What is known beside the verdicts; complete when everything has been judged. */
  get record(): RunRecord {
    const { only, skip, strict, allowUntested } = this.#settings;
    const { stop } = this.#prepared;
    const sealed = stop && this.#seal(stop);
    return {
      suite: { name: 'portal-conformance', version },
      runId: this.#runId,
      target: this.target.base,
      startedAt: new Date(this.#startedAt).toISOString(),
      durationMs: Date.now() - this.#startedAt,
      requests: this.#client.sent + this.#cleaningRequests,
      seed: this.profile === 'full' ? this.seed : null,
      cleanup: this.#cleanup,
      bodies: this.#seal([...this.#bodies.keys()]),
      baseline: this.#settings.baseline,
      ...this.#facts,
      credentials: this.#credentials.map(({ name }) => name),
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

  /** The command that removes what this run has made. */
  get cleanupCommand(): string {
    return `portal-conformance cleanup ${this.target.base} --run ${this.#runId} --yes`;
  }

  /** How far the run is: what it does, and how many of its requirements were judged. */
  get progress(): { step: string; done: number; total: number } {
    if (this.#step !== 'judged') return { step: this.#step, done: 0, total: 0 };
    return { step: this.#step, done: this.#judged.size, total: this.waves.flat().length };
  }

  /** Loopback proves nothing: a tunnel ends there, too. */
  get #mayBeLogged(): boolean {
    return this.profile === 'full' || this.isReference || this.#settings.allowTokenInUrl;
  }

  get #facts(): RunFacts {
    const { profile, target } = this;
    const given = this.#credentials.map(({ name }) => name);
    const credentials = profile === 'full' ? credentialNames : given;
    const { loopback } = target;
    return { profile, credentials, loopback, mayBeLogged: this.#mayBeLogged, head: true };
  }

  /** What it means that credentials are not there; undefined when all are. */
  #lacking(needs: readonly CredentialName[]): ['untested' | 'inconclusive', string] | undefined {
    const missing = needs.filter((need) => !this.#credentials.some(({ name }) => name === need));
    if (missing.length === 0) return undefined;
    if (this.profile === 'full')
      return ['inconclusive', `${missing.join(' and ')} could not be made`];
    return ['untested', `give ${missing.map(howToGive).join(' and ')}`];
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

  readonly #keepBody = (structure: string): number => {
    const at = this.#bodies.get(structure) ?? this.#bodies.size;
    this.#bodies.set(structure, at);
    return at;
  };

  #keep(judged: Judged): Judged {
    const sealed = this.#seal(judged);
    this.#judged.set(judged.id, sealed);
    return sealed;
  }

  /** The last line of defence: nothing that holds a token leaves this class. */
  #seal<T extends object>(value: T): T {
    const sealed = seal(value, this.#vault);
    if (sealed.hits > 0 && !this.#suiteErrors.includes(leak)) this.#suiteErrors.push(leak);
    return sealed.value;
  }
}

/** The exchanges that a report keeps of each requirement. */
const maxEvidence = 24;

const howToBegin = `${howToGive('caller.token')}, or ${howToGive('caller.session')}; or an administrator: PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN`;

type Prepared =
  | { stop: Stop; observations?: never; surroundings?: never }
  | {
      stop?: never;
      observations: readonly [Observations, Observations];
      surroundings: Surroundings;
    };

/** What of a preparation keeps anything from being judged; undefined for a bug. */
function stopOf(error: unknown): Stop | undefined {
  if (error instanceof Misconfigured) return { outcome: 'misconfigured', message: error.message };
  if (error instanceof NoSetup) return { outcome: 'undecided', message: error.message };
  return undefined;
}

/** An administrator without any persona means the full profile. */
function profileOf({ profile, admin, credentials }: Settings): Profile {
  return profile ?? (admin && credentials.size === 0 ? 'full' : 'read-only');
}

/** The personas of a stage, by the names under which checks know them. */
function credentialsOf(stage: Stage): ReadonlyMap<CredentialName, string> {
  const credentials = new Map<CredentialName, string>([
    ['caller.session', stage.user('caller').token],
  ]);
  for (const { kind, owner, id } of stage.tokens) {
    if (kind === 'persona') credentials.set(`${owner.persona}.token`, id);
  }
  return credentials;
}
