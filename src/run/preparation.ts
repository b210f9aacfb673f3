import { Misconfigured } from '../contract/misconfigured.ts';
import type { CredentialName, RunFacts } from '../contract/requirement.ts';
import { otherLogin } from '../http/challenge.ts';
import type { Client } from '../http/client.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Target } from '../http/target.ts';
import { Context } from '../portal/context.ts';
import { type Credential, howToGive, notCreated } from '../portal/credential.ts';
import { Journal } from '../portal/journal.ts';
import type { ListRead } from '../portal/list-read.ts';
import { Newcomers } from '../portal/newcomers.ts';
import { Patience } from '../portal/patience.ts';
import { preflight, preflightOfCreated, reach } from '../portal/preflight.ts';
import { ProbeBatches } from '../portal/probe-batches.ts';
import { Propagation } from '../portal/propagation.ts';
import { ReadRounds } from '../portal/rounds.ts';
import { sessionGiven } from '../portal/session-given.ts';
import type { Stop } from '../portal/stop.ts';
import type { Surroundings } from '../portal/surroundings.ts';
import { adapterToken } from '../sandbox/adapted-calls.ts';
import {
  type Administrator,
  SandboxUnavailable,
  sandboxUnavailable,
} from '../sandbox/administrator.ts';
import { CallFailed } from '../sandbox/caller.ts';
import { Calls } from '../sandbox/calls.ts';
import type { Created } from '../sandbox/created.ts';
import { type Login, openSession } from '../sandbox/logins.ts';
import { Names } from '../sandbox/names.ts';
import { provision } from '../sandbox/provision.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import type { Settings } from '../settings/settings.ts';
import { callsOf } from './calls.ts';
import { credentialsOf, identitiesOf, personasOf } from './personas.ts';

/** What a preparation works with. */
export interface Means {
  readonly client: Client;
  readonly masker: SecretMasker;
  readonly settings: Settings;
  readonly facts: RunFacts;
  readonly target: Target;
  readonly runId: string;
  /** Notes what is created. */
  readonly created: Created;
  readonly signal: AbortSignal;
  /** Is given the administrator before anything is created. */
  readonly onAdministrator: (administrator: Administrator) => void;
  readonly onStep: (step: string) => void;
}

/** What the checks of a run stand on, or why there is nothing to judge. */
export type Prepared =
  | { readonly stop: Stop; readonly credentials: readonly Credential[] }
  | {
      readonly stop?: never;
      readonly credentials: readonly Credential[];
      /** The reads of the first attempt and of the second. */
      readonly rounds: readonly [ReadRounds, ReadRounds];
      readonly surroundings: Surroundings;
    };

/**
 * Creates users and tokens, in the full profile, and separates mistakes of the call
 * from faults of the portal, before anything is judged.
 */
export async function prepare(means: Means): Promise<Prepared> {
  let credentials = credentialsOf(means.settings.credentials);
  try {
    const isFull = means.facts.profile === 'full';
    const sandbox = isFull ? await reachAnd(means, create) : undefined;
    const { callerLogin } = means.settings;
    if (callerLogin && !isFull) {
      const session = await reachAnd(means, (one) => logCallerIn(one, callerLogin));
      credentials = credentialsOf(
        new Map([...means.settings.credentials, ['caller.session', session]]),
      );
    }
    means.onStep('reading');
    if (sandbox) credentials = credentialsOf(personasOf(sandbox));
    return await readFirst(means, credentials, sandbox);
  } catch (error) {
    const stop = stopOf(error);
    if (!stop) throw error;
    return { stop, credentials };
  }
}

/** What a check is given at an attempt: reads of its own, and the bound that is left. */
export function contextOf(
  id: string,
  rounds: readonly [ReadRounds, ReadRounds],
  surroundings: Surroundings,
  attempt: number,
  evidence: Set<Exchange>,
): Context {
  return new Context(id, rounds[attempt === 0 ? 0 : 1], surroundings, evidence, attempt);
}

/** What it means that some credentials are not there; undefined when all are. */
export function lackOf(
  prepared: Prepared,
  needs: readonly CredentialName[],
): ['untested' | 'inconclusive', string] | undefined {
  const there = prepared.credentials.map(({ name }) => name);
  const missing = needs.filter((need) => !there.includes(need));
  const [first] = missing;
  if (first === undefined) return undefined;
  const sandbox = prepared.stop ? undefined : prepared.surroundings.sandbox;
  const [why, status] = sandbox ? notCreated(first, sandbox) : [];
  if (why !== undefined && status) return [status, why];
  return ['untested', `give ${missing.map(howToGive).join(' and ')}`];
}

/** Does what sends more than reads, where there is a portal. @throws Unreachable */
async function reachAnd<T>(means: Means, act: (means: Means) => Promise<T>): Promise<T> {
  const doubt = await reach(means.client, means.masker);
  if (doubt && !doubt.mayLogIn) throw new Unreachable(doubt);
  let isAdministrator = false;
  const onAdministrator = (administrator: Administrator) => {
    isAdministrator = true;
    means.onAdministrator(administrator);
  };
  try {
    return await act({ ...means, onAdministrator });
  } catch (error) {
    if (doubt && !isAdministrator && stopOf(error)) throw new Unreachable(doubt);
    throw error;
  }
}

/** There is no portal, or none that answers. */
class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly stop: Stop;

  constructor({ outcome, message }: Stop) {
    super(message);
    this.stop = { outcome, message };
  }
}

async function create(means: Means): Promise<Sandbox> {
  const { client, masker, settings, runId, created, onAdministrator, onStep } = means;
  onStep('creating users and tokens');
  const { admin = {}, settleMs, seed } = settings;
  const names = await Names.load(seed, runId);
  const calls = callsOf(client, settings, created, masker, settleMs);
  const credentials = settings.sandbox ? { token: adapterToken } : admin;
  return provision(calls, created, names, credentials, onAdministrator);
}

/** Opens a session of the caller, which the run ends. @throws Misconfigured, SandboxUnavailable */
async function logCallerIn(
  { client, masker, settings, created, onStep }: Means,
  login: Login,
): Promise<string> {
  onStep('logging in');
  try {
    const calls = new Calls(client, masker, settings.settleMs);
    return await openSession(calls, created, login);
  } catch (error) {
    if (error instanceof CallFailed && error.status === 401)
      throw new Misconfigured(
        `PORTAL_CALLER_USERNAME and PORTAL_CALLER_PASSWORD were rejected (401).${otherLogin(error.exchange)}`,
      );
    throw sandboxUnavailable(error, 'The caller could not log in');
  }
}

/** Reads the list with every credential, and waits until what is new shows everywhere. */
async function readFirst(
  { client, masker, settings, facts, target, signal }: Means,
  credentials: readonly Credential[],
  sandbox: Sandbox | undefined,
): Promise<Prepared> {
  const caller = credentials.find(({ persona }) => persona === 'caller');
  if (!caller) throw new Misconfigured([howToBegin, ...settings.doubts].join(' '));
  for (const { token } of credentials) masker.add(token);
  const journal = new Journal(masker);
  const probes = new ProbeBatches(client, caller, journal);
  const onRead = (read: ListRead) => {
    probes.saw(read);
    journal.add(read);
  };
  const { settleMs } = settings;
  const newcomers = new Newcomers(client, settleMs, signal);
  const newRounds = (earlier: readonly ListRead[] = []) =>
    new ReadRounds(client, credentials, onRead, newcomers, earlier);
  const propagation = new Propagation(client, journal, credentials, sandbox);
  const patience = new Patience(settleMs);
  if (sandbox) await propagation.wait(patience, signal);
  const settledAt = sandbox ? Date.now() : undefined;
  let rounds = [newRounds(), newRounds()] as const;
  const { identities, stop } = sandbox
    ? { identities: identitiesOf(sandbox, credentials), stop: await preflightOfCreated(rounds[0]) }
    : await preflight(client, masker, rounds[0]);
  if (stop) return { stop, credentials };
  const first = await rounds[0].round(0);
  // Tokens that were given may be a moment old, too.
  const mayReach = (read: ListRead) => propagation.mayReach(read, first, settleMs);
  if (!sandbox && first.some((read) => read.usable && mayReach(read))) {
    await propagation.wait(patience, signal);
    rounds = [newRounds(first), newRounds()];
    const session = sessionGiven(await rounds[0].round(0), credentials, identities);
    if (session) return { stop: session, credentials };
  }
  const surroundings: Surroundings = {
    target,
    identities,
    probes,
    first: (credential) => rounds[0].read(credential, 0),
    patience,
    settledAt,
    mayBeLogged: facts.mayBeLogged,
    longList: settings.longList,
    signal,
    pause: (ms) => client.pause(ms),
    journal,
    send: (request) => client.send(request),
    ...(sandbox ? { sandbox } : {}),
  };
  return { credentials, rounds, surroundings };
}

const howToBegin = `A target needs credentials: ${howToGive('caller.token')}, or ${howToGive('caller.session')}, or PORTAL_CALLER_USERNAME and PORTAL_CALLER_PASSWORD; or an administrator: PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN.`;

/** What of a preparation keeps anything from being judged; undefined for a bug. */
function stopOf(error: unknown): Stop | undefined {
  if (error instanceof Unreachable) return error.stop;
  if (error instanceof Misconfigured) return { outcome: 'misconfigured', message: error.message };
  if (error instanceof SandboxUnavailable) return { outcome: 'undecided', message: error.message };
  return undefined;
}
