import type { Context } from '../portal/context.ts';
import type { ListRead } from '../portal/list-read.ts';
import type { ProbeRead } from '../portal/probe-batches.ts';
import { searchFor } from '../secrets/search.ts';
import { handOf, portalsRejection } from './front.ts';
import { noHeader, unknownToken } from './probes.ts';

/** Probes that came to the portal, and how the others ended. */
export interface CameThrough {
  readonly answers: readonly ProbeRead[];
  /** How each of the others ended at somebody in front: `403`, `connections reset`. */
  readonly ends: readonly string[];
  /** Why what did not come through says nothing. */
  readonly doubt?: string;
}

/**
 * Parts what came to the portal from what somebody in front turned away, who has another hand than the
 * portal, which answers a token that nobody has with 401. What was refused is sent once more, alone: a
 * limit lets it pass then, a rule does not.
 *
 * @param allowed statuses that are as they should be, of the portal or of somebody in front
 */
export async function cameThrough(
  context: Context,
  all: readonly ProbeRead[],
  allowed: readonly number[],
): Promise<CameThrough> {
  const isSuspect = ({ read, doubt }: ProbeRead) =>
    doubt === undefined && mayBeFront(read) && !allowed.includes(read.status ?? 0);
  const isLost = (answer: ProbeRead) => endOf(answer) !== undefined && all.some(hasAnswer);
  if (!all.some((answer) => isSuspect(answer) || isLost(answer))) return { answers: all, ends: [] };
  // What several checks want to know in one moment is asked for once.
  const ask = async () => (await context.probe(unknownToken(context.caller))).read;
  const portal = await portalsRejection(context, ask);
  if (!portal) return { answers: all, ends: [] };
  // A page that holds tokens counts as the portal's.
  const ids = searchFor([...(await context.read(context.caller)).byId.keys()]);
  const isOthers = (answer: ProbeRead) =>
    isSuspect(answer) && handOf(answer.read) !== handOf(portal) && answer.read.mentions(ids) === 0;
  const answers: ProbeRead[] = [];
  const ends: string[] = [];
  let passed = 0;
  for (const answer of all) {
    if (isLost(answer)) ends.push(`${endOf(answer)}`);
    else if (!isOthers(answer)) answers.push(answer);
    else {
      const again = await context.probe({ ...answer.probe, isAlone: true });
      const isStopped = isOthers(again);
      if (!isStopped && again.doubt === undefined) passed += 1;
      // The contract's own case is judged, also where somebody in front answers it.
      if (isStopped && answer.probe !== noHeader) ends.push(String(again.read.status));
      else answers.push(again);
    }
  }
  if (passed === 0 || ends.length === 0) return { answers, ends };
  return { answers, ends, doubt: 'somebody in front turned some of them away, and not each time' };
}

function hasAnswer(answer: ProbeRead): boolean {
  return endOf(answer) === undefined;
}

/** How a request ended at a firewall; undefined when it was answered. */
function endOf({ read: { exchange } }: ProbeRead): string | undefined {
  if (exchange.failure?.kind === 'broken') return 'connections reset';
  return exchange.failure?.kind === 'challenge' ? 'challenges' : undefined;
}

/** With what gateways and firewalls turn away, and portals reject no token. */
const ofFirewalls = [400, 403, 405, 406, 418, 451, 468, 501];

/**
 * Whether a gateway or a firewall may have turned away what it does not like: some do so with a
 * page and 200, where a request has signs that code is written with.
 */
function mayBeFront({ status = 0, isPage, exchange }: ListRead): boolean {
  if (ofFirewalls.includes(status)) return true;
  if (status !== 200 || !isPage) return false;
  const { headers, query } = exchange.request;
  return /[%*'"<>\\(){}$]/.test(`${headers.Authorization} ${headers.Cookie} ${query?.sent}`);
}
