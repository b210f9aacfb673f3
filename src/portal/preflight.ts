import { sameId } from '../contract/json.ts';
import { otherLogin } from '../http/challenge.ts';
import type { Client } from '../http/client.ts';
import {
  type Exchange,
  type IncomingResponse,
  isUnavailable,
  mediaType,
} from '../http/exchange.ts';
import { listPath, whoamiPath } from '../http/target.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import type { Credential, Reader } from './credential.ts';
import { type Identity, readIdentity } from './identity.ts';
import { inFront } from './in-front.ts';
import { ListRead } from './list-read.ts';
import { hasMoved, redirected, wantsTls } from './redirect.ts';
import { whoamiRequest } from './requests.ts';
import type { ReadRounds } from './rounds.ts';
import type { Stop } from './stop.ts';

export interface Preflight {
  readonly identities: ReadonlyMap<Credential, Identity>;
  readonly stop?: Stop;
}

interface Arrival {
  readonly credential: Reader;
  readonly list: ListRead;
  readonly whoami: Exchange;
  readonly identity: Identity | undefined;
}

/**
 * Tells mistakes of the call from faults of the portal before anything is
 * judged: each credential reads the list and `/auth/whoami`.
 */
export async function preflight(
  client: Client,
  masker: SecretMasker,
  rounds: ReadRounds,
): Promise<Preflight> {
  const arrivals = await Promise.all(
    rounds.credentials.map(async (credential) => {
      const [list, whoami] = await Promise.all([
        rounds.read(credential, 0),
        client.send(whoamiRequest(credential, 'preflight')),
      ]);
      return { credential, list, whoami, identity: readIdentity(whoami) };
    }),
  );
  const identities = new Map<Credential, Identity>();
  for (const { credential, identity } of arrivals)
    if (identity) identities.set(credential, identity);
  const stop =
    (await inFrontOf(client, arrivals)) ??
    unanswered(arrivals) ??
    redirected(listsOf(arrivals), masker) ??
    notAPortal(arrivals) ??
    refused(arrivals) ??
    mistaken(identities);
  return stop ? { identities, stop } : { identities };
}

/** Why there seems to be no portal; one may still answer those whom it knows. */
export type Doubt = Stop & { readonly mayLogIn: boolean };

/**
 * Checks, without a credential, that there is a portal to create users on.
 *
 * @returns why there seems to be none
 */
export async function reach(client: Client, masker: SecretMasker): Promise<Doubt | undefined> {
  const nobody = { label: 'no token', variable: 'PORTAL_CALLER_TOKEN', token: '' };
  const bare = { headers: {}, credential: nobody.label, purpose: 'preflight', curl: '' };
  const [exchange, whoami] = await Promise.all(
    [listPath, whoamiPath].map((path) => client.send({ ...bare, path })),
  );
  if (!exchange || !whoami) return undefined;
  const list = new ListRead(nobody, exchange);
  const arrivals = [{ credential: nobody, list, whoami, identity: undefined }];
  const front = await inFrontOf(client, arrivals);
  if (front) return { ...front, mayLogIn: false };
  const stop =
    unanswered(arrivals) ?? redirected(listsOf(arrivals), masker) ?? notAPortal(arrivals);
  // Some portals show a login page, or nothing, to anonymous callers.
  const mayLogIn = stop?.outcome === 'misconfigured' && !hasMoved(exchange) && !wantsTls(exchange);
  return stop && { ...stop, mayLogIn };
}

/**
 * The same for credentials that the run created: who they are is known, and what the portal
 * makes of them is a finding.
 */
export async function preflightOfCreated(rounds: ReadRounds): Promise<Stop | undefined> {
  const lists = await rounds.round(0);
  return unanswered(lists.map((list) => ({ list })));
}

/** Somebody who answers everything in the same way. */
async function inFrontOf(client: Client, arrivals: readonly Arrival[]): Promise<Stop | undefined> {
  const [first] = arrivals;
  const sign = ({ failure, response }: Exchange) => failure?.kind ?? response?.status;
  if (!first || arrivals.some(({ list, whoami }) => sign(list.exchange) !== sign(whoami)))
    return undefined;
  return inFront(client, first.list.exchange);
}

/** Nothing listens, or what does is out of service. */
function unanswered(arrivals: readonly Pick<Arrival, 'list'>[]): Stop | undefined {
  const [first] = arrivals;
  const silent = ({ list: { exchange } }: Pick<Arrival, 'list'>) =>
    exchange.failure !== undefined || isUnavailable(exchange.response?.status ?? 0);
  if (!first || !arrivals.every(silent)) return undefined;
  const { failure, response } = first.list.exchange;
  const why = failure?.sentence ?? `the list was answered with ${response?.status} each time`;
  return { outcome: 'undecided', message: `The target could not be judged: ${why}.` };
}

function listsOf(arrivals: readonly Arrival[]): readonly ListRead[] {
  return arrivals.map(({ list }) => list);
}

/** What somebody in front may want. */
const signIn = ' If it is a page to sign in, a gateway is in front: --header gives what it wants.';
const gateway = ' Or a gateway in front refuses it: --header gives what one wants.';

function notAPortal(arrivals: readonly Arrival[]): Stop | undefined {
  const foreign = ({ response }: Exchange) =>
    response !== undefined && (response.status === 404 || isPage(response));
  if (!arrivals.every(({ list, whoami }) => foreign(list.exchange) && foreign(whoami)))
    return undefined;
  const status = arrivals[0]?.list.status;
  const what = status === 404 ? '404' : `a page of HTML (${status})`;
  return {
    outcome: 'misconfigured',
    message: `This is not a portal: the list and /auth/whoami were both answered with ${what}. Check the URL, its port and path prefix.${status === 404 ? '' : signIn}`,
  };
}

/** A page in place of an answer; a 401 of many frameworks is a page, too. */
function isPage(response: IncomingResponse): boolean {
  if (response.status === 401) return false;
  const type = mediaType(response);
  return type === 'text/html' || type === 'application/xhtml+xml';
}

/** Sessions grow old. */
function ended(variable: string): string {
  return variable.endsWith('_SESSION')
    ? ' Or the session has ended: with PORTAL_CALLER_USERNAME and PORTAL_CALLER_PASSWORD the run opens one.'
    : '';
}

function refused(arrivals: readonly Arrival[]): Stop | undefined {
  const shut = ({ response }: Exchange) => response?.status === 401 || response?.status === 403;
  const isNobodyIn = arrivals.every(({ list, whoami }) => shut(list.exchange) && shut(whoami));
  // Several tokens are seldom all wrong.
  const drops =
    isNobodyIn && arrivals.length > 1
      ? ' No token was accepted at all: does something on the way drop the Authorization header?'
      : '';
  let doubt: Stop | undefined;
  for (const { credential, list, whoami, identity } of arrivals) {
    if (!shut(list.exchange) || identity) continue;
    const { variable } = credential;
    if (shut(whoami)) {
      return {
        outcome: 'misconfigured',
        message: `${variable} was rejected, by the list (${list.status}) and by /auth/whoami (${whoami.response?.status}): it is not a valid token of this portal, or it is restricted to hosts and wants --origin.${ended(variable)}${list.status === 403 ? gateway : ''}${otherLogin(list.exchange)}${drops}`,
      };
    }
    doubt ??= {
      outcome: 'undecided',
      message: `${variable} was rejected by the list (${list.status}), and /auth/whoami does not identify its owner: either it is not a valid token, or the portal rejects valid ones.`,
    };
  }
  return doubt;
}

/** Personas must be who they are said to be, where the portal says so. */
function mistaken(identities: ReadonlyMap<Credential, Identity>): Stop | undefined {
  const all = [...identities];
  for (const [one, who] of all) {
    for (const [other, whom] of all) {
      if (one === other) continue;
      const message = mistake(one, who, other, whom);
      if (message) return { outcome: 'misconfigured', message };
    }
  }
  return undefined;
}

function mistake(
  one: Credential,
  who: Identity,
  other: Credential,
  whom: Identity,
): string | undefined {
  const pair = `${one.variable} and ${other.variable}`;
  const accountsTold = who.accountId !== undefined && whom.accountId !== undefined;
  if (one.persona === other.persona) {
    return sameId(who.userId, whom.userId)
      ? undefined
      : `${pair} belong to different users; both must be the ${one.persona}'s.`;
  }
  const isElsewhere = accountsTold && !sameId(who.accountId, whom.accountId);
  // The ids of users may be unique within an account alone.
  if (sameId(who.userId, whom.userId) && !isElsewhere) {
    return `${pair} belong to the same user; the ${one.persona} and the ${other.persona} must be two.`;
  }
  if (!accountsTold) return undefined;
  const sameAccount = sameId(who.accountId, whom.accountId);
  const together = one.persona !== 'outsider' && other.persona !== 'outsider';
  if (together && !sameAccount)
    return `${pair} belong to different accounts; the teammate must share the caller's.`;
  if (!together && sameAccount)
    return `${pair} belong to the same account; the outsider must be of another.`;
  return undefined;
}
