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
  phases,
  type Requirement,
  type RunFacts,
} from '../contract/requirement.ts';
import { schema } from '../contract/shape.ts';
import { Client } from '../http/client.ts';
import type { Exchange } from '../http/exchange.ts';
import { parseTarget, type Target } from '../http/target.ts';
import { Context, type Surroundings } from '../portal/context.ts';
import { type Credential, credentialKinds, howToGive } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import { preflight, reach, type Stop } from '../portal/preflight.ts';
import { ProbeBatches } from '../portal/probe-batches.ts';
import { Propagation } from '../portal/propagation.ts';
import { ReadRounds } from '../portal/rounds.ts';
import { collect, type RunRecord, whyOutside, without } from '../report/collect.ts';
import type { Report, RequirementResult } from '../report/report.ts';
import { type Administrator, SandboxUnavailable } from '../sandbox/administrator.ts';
import { CallFailed, Calls } from '../sandbox/calls.ts';
import { type Cleanup, cleanUp } from '../sandbox/cleanup.ts';
import { Created } from '../sandbox/created.ts';
import { Names } from '../sandbox/names.ts';
import { provision } from '../sandbox/provision.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { SecretMasker } from '../secrets/masker.ts';
import { leak, maskSecrets } from '../secrets/seal.ts';
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
  readonly #masker = new SecretMasker();
  readonly #end = new AbortController();
  readonly #client: Client;
  readonly #created = new Created();
  readonly #judged = new Map<string, RequirementResult>();
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
    this.#masker.allow(JSON.stringify([...own, settings.target, ca?.file, origin]));
    setMaxListeners(0, this.#end.signal); // One for each request under way.
    this.#client = this.#newClient(this.#end.signal);
    this.#take(settings.credentials);
    const { token, password } = settings.admin ?? {};
    for (const secret of [token, password]) if (secret !== undefined) this.#masker.add(secret);
    const late = () => this.#end.abort('the deadline of the run has passed');
    this.#deadline = setTimeout(late, settings.deadlineMs);
  }

  /** What is to be judged, in this order: reads, then what changes something, then refusals. */
  get phases(): readonly Register[] {
    const chosen = this.#register.filter((one) => this.#isPart(one));
    return phases.map((phase) => chosen.filter((one) => one.check && one.phase === phase));
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
    const unreachable = isFull ? await reach(this.#client, this.#masker) : undefined;
    if (unreachable) return { stop: unreachable };
    if (isFull) this.#step = 'creating users and tokens';
    const sandbox = isFull ? await this.#provision() : undefined;
    this.#step = 'asking';
    if (sandbox) this.#take(credentialsOf(sandbox));
    const caller = this.#credentials.find(({ persona }) => persona === 'caller');
    if (!caller) throw new Misconfigured(`A target needs credentials: ${howToBegin}.`);
    const batches = new ProbeBatches(this.#client, caller);
    const onRead = (read: ListRead) => batches.saw(read);
    const observe = (earlier: readonly ListRead[] = []) =>
      new ReadRounds(this.#client, this.#masker, this.#credentials, onRead, earlier);
    const { settleMs } = this.#settings;
    const propagation = new Propagation(this.#client, this.#masker, this.#credentials, sandbox);
    if (sandbox) await propagation.wait(settleMs, this.#end.signal);
    let rounds = [observe(), observe()] as const;
    const { identities, stop } = await preflight(this.#client, this.#masker, rounds[0]);
    if (stop) return { stop };
    const first = await rounds[0].round(0);
    // Tokens that were given may be a moment old, too.
    if (!sandbox && first.some((read) => read.usable && !propagation.hasReached(read))) {
      await propagation.wait(settleMs, this.#end.signal);
      rounds = [observe(first), observe()];
    }
    const surroundings: Surroundings = {
      target: this.target,
      identities,
      probes: batches,
      first: (credential) => rounds[0].read(credential, 0),
      settleMs,
      mayBeLogged: this.#mayBeLogged,
      signal: this.#end.signal,
      masker: this.#masker,
      send: (request) => this.#client.send(request),
      ...(sandbox ? { sandbox } : {}),
    };
    return { rounds, surroundings };
  }

  async #provision(): Promise<Sandbox> {
    const { admin = {}, settleMs } = this.#settings;
    const names = await Names.load(this.seed, this.#runId);
    const calls = new Calls(this.#client, this.#masker, settleMs);
    const sandbox = await provision(calls, this.#created, names, admin, (administrator) => {
      this.#administrator = administrator;
    });
    return sandbox;
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
    for (const { token } of this.#credentials) this.#masker.add(token);
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
  async judge(requirement: Requirement<Context>): Promise<RequirementResult | undefined> {
    const { rounds, surroundings } = this.#prepared;
    if (!rounds || !requirement.check || !this.#isPart(requirement)) return undefined;
    const startedAt = performance.now();
    const lacking = this.#lacking(requirement.needs);
    if (lacking) return this.#keep(without(requirement, ...lacking));
    const evidence = new Set<Exchange>();
    const contextOf = (attempt: number) =>
      new Context(requirement.id, rounds[attempt > 0 ? 1 : 0], surroundings, evidence);
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
    this.#step = 'removing what was created';
    const own = new AbortController();
    setMaxListeners(0, own.signal);
    const client = this.#newClient(own.signal);
    const bound = this.#settings.cleaningMs;
    const last = setTimeout(
      () => own.abort('the bound of cleaning up has passed'),
      2 * bound + 10_000,
    );
    const calls = new Calls(client, this.#masker, this.#settings.settleMs);
    try {
      const cleanup = await cleanUp(calls, admin, this.#created, this.#runId, bound, own.signal);
      this.#cleanup = this.#maskSecrets(cleanup);
      if (admin.createdByRun) await calls.logout(admin.token);
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
    const masked = stop && this.#maskSecrets(stop);
    return {
      suite: { name: 'portal-conformance', version },
      runId: this.#runId,
      target: this.target.base,
      startedAt: new Date(this.#startedAt).toISOString(),
      durationMs: Date.now() - this.#startedAt,
      requests: this.#client.sent + this.#cleaningRequests,
      seed: this.profile === 'full' ? this.seed : null,
      cleanup: this.#cleanup,
      bodies: this.#maskSecrets([...this.#bodies.keys()]),
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
        ...(masked ? { stop: masked } : {}),
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
    return { step: this.#step, done: this.#judged.size, total: this.phases.flat().length };
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
      return ['inconclusive', `${missing.join(' and ')} could not be created`];
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

  #keep(judged: RequirementResult): RequirementResult {
    const masked = this.#maskSecrets(judged);
    this.#judged.set(judged.id, masked);
    return masked;
  }

  /** The last line of defence: nothing that holds a token leaves this class. */
  #maskSecrets<T extends object>(value: T): T {
    const masked = maskSecrets(value, this.#masker);
    if (masked.hits > 0 && !this.#suiteErrors.includes(leak)) this.#suiteErrors.push(leak);
    return masked.value;
  }
}

/** The exchanges that a report keeps of each requirement. */
const maxEvidence = 24;

const howToBegin = `${howToGive('caller.token')}, or ${howToGive('caller.session')}; or an administrator: PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN`;

type Prepared =
  | { stop: Stop; rounds?: never; surroundings?: never }
  | {
      stop?: never;
      rounds: readonly [ReadRounds, ReadRounds];
      surroundings: Surroundings;
    };

/** What of a preparation keeps anything from being judged; undefined for a bug. */
function stopOf(error: unknown): Stop | undefined {
  if (error instanceof Misconfigured) return { outcome: 'misconfigured', message: error.message };
  if (error instanceof SandboxUnavailable) return { outcome: 'undecided', message: error.message };
  return undefined;
}

/** An administrator without any persona means the full profile. */
function profileOf({ profile, admin, credentials }: Settings): Profile {
  return profile ?? (admin && credentials.size === 0 ? 'full' : 'read-only');
}

/** The personas of a stage, by the names under which checks know them. */
function credentialsOf(sandbox: Sandbox): ReadonlyMap<CredentialName, string> {
  const credentials = new Map<CredentialName, string>([
    ['caller.session', sandbox.user('caller').token],
  ]);
  for (const { kind, owner, id } of sandbox.tokens) {
    if (kind === 'persona') credentials.set(`${owner.persona}.token`, id);
  }
  return credentials;
}
