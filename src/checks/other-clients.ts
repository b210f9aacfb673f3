import { type Finding, failIf, Inconclusive } from '../contract/finding.ts';
import { saysTheSame } from '../contract/json.ts';
import { memberNames } from '../contract/shape.ts';
import { isOlder } from '../portal/clock.ts';
import type { Context } from '../portal/context.ts';
import type { Reader } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import type { RequestPart } from '../portal/requests.ts';
import { seenIn } from './findings.ts';
import { handOf, portalsRejection, unknownReader } from './front.ts';
import { recordOf } from './own-record.ts';
import { clients, otherOrigin } from './request-parts.ts';

/** Reads the list as other clients do, by the caller and by the outsider after them. */
export async function compareClients(context: Context): Promise<string> {
  const caller = context.needed('caller.token');
  const [outsider] = context.given('outsider.token');
  const before = await context.list(caller);
  const theirs = outsider ? await context.list(outsider) : undefined;
  const limits = recordOf(before, caller.token)?.record.restrictions;
  const parts = clients(limits !== null);
  /** What was there before all of it, and is there after it: others create and delete meanwhile. */
  const staying = async () => {
    const after = await context.readNow(caller);
    if (!after.usable) throw new Inconclusive(after.trouble);
    return [...before.byId.keys()].filter((id) => isAlike(after, before, id));
  };
  const clock = context.clock(before.exchange);
  const areOld = [...before.byId.values()].every((one) => isOlder(one, clock, context.settleMs));
  const [session] = context.given('caller.session');
  const [browser] = parts.filter(({ headers }) => headers.Origin === otherOrigin);
  const [plain, inSession, ...ours] = await Promise.all([
    session && context.read(session),
    session && browser && context.readNow(session, { part: browser }),
    ...parts.map((part) => context.readNow(caller, { part })),
  ]);
  const [still, ...others] = await Promise.all([
    staying(),
    ...parts.map(async (part) => outsider && context.readNow(outsider, { part })),
  ]);
  const callers = still.filter((id) => theirs?.byId.has(id) === false);
  const sameInSession = still.every((id) => plain?.byId.has(id));
  const reads: Answered[] = parts.map((part, index) => ({
    part,
    who: caller,
    ours: ours[index] as ListRead,
    other: outsider,
    theirs: others[index],
  }));
  if (session && browser && inSession && sameInSession)
    reads.push({
      part: browser,
      who: session,
      ours: inSession,
      other: undefined,
      theirs: undefined,
    });
  const suspects = reads.filter(({ ours }) => isSuspect(ours));
  const portal = suspects.length > 0 ? await portalsRejection(context) : undefined;
  const turnedAway = new Set<RequestPart>();
  for (const { part, ours } of portal ? suspects : [])
    if (portal && (await isOfFront(context, portal, ours, part))) turnedAway.add(part);
  const isInFront = (read: ListRead, part: RequestPart) =>
    isChallenge(read) || (turnedAway.has(part) && isSuspect(read));
  const findingsIn = (
    { part, ours, theirs: others }: Answered,
    ids: readonly string[],
  ): Finding[] => {
    const isAway = isInFront(ours, part);
    if (!isAway) ours.requireAnswer();
    const lacking = ids.filter((id) => !ours.byId.has(id)).length;
    const other = ids.filter((id) => ours.byId.has(id) && !isAlike(ours, before, id)).length;
    const mixed = callers.filter((id) => others?.byId.has(id)).length;
    const expected = `the same list as without, ${part.what}`;
    const count = Math.max(1, lacking);
    const isSame = (ours.usable && lacking === 0) || isAway;
    return [
      ...(isSame ? [] : [{ ...seenIn(ours), expected, received: received(ours), count }]),
      ...(isSame && other > 0
        ? [{ ...seenIn(ours), expected, received: otherMembers, count: other }]
        : []),
      ...(others && mixed > 0
        ? [
            {
              ...seenIn(others),
              expected,
              received: "tokens of the caller's account",
              count: mixed,
            },
          ]
        : []),
    ];
  };
  /** What stays when it is waited for: what comes and goes, or is new to some process, is not due to the request. */
  const standing = async (read: Answered): Promise<readonly Finding[]> => {
    const found = findingsIn(read, still);
    if (found.length === 0) return [];
    const { part, who, other } = read;
    let looks = 0;
    const holds = (list: ListRead) => {
      const unlike = findingsIn({ ...read, ours: list }, still);
      if (unlike.length === 0) return true;
      looks += 1;
      // No process learns of old tokens; an update may be new.
      const isFinal = areOld && who === caller && !unlike.some(isOfMembers);
      return isFinal && looks > fewLooks && 'never';
    };
    const ours = await context.eventually(who, holds, { part, times: 2 });
    if (!ours) return [];
    const again = { ...read, ours, theirs: other && (await context.readNow(other, { part })) };
    return findingsIn(again, await staying()).length > 0 ? found : [];
  };
  const findings = (await Promise.all(reads.map(standing))).flat();
  failIf(findings);
  const away = reads.filter(({ ours, part }) => isInFront(ours, part)).length;
  if (away === reads.length) throw new Inconclusive('somebody in front turns every client away');
  const front = away > 0 ? `; somebody in front turned ${away} of them away` : '';
  return `${still.length} tokens, as ${reads.length} clients${front}`;
}

const otherMembers = 'records with other members';

/** So many looks, which take a second and more, tell what stays from what only happened. */
const fewLooks = 12;

function isOfMembers({ received: what }: Finding): boolean {
  return what === otherMembers;
}

/** Whether two lists tell the same of a token, but for its last use. */
function isAlike(one: ListRead, other: ListRead, id: string): boolean {
  const [ours, theirs] = [one.byId.get(id), other.byId.get(id)];
  return memberNames.every(
    (member) => member === 'lastUsedAt' || saysTheSame(ours?.[member], theirs?.[member]),
  );
}

/** What a request of another client was answered, for the caller and for somebody else after them. */
interface Answered {
  readonly part: RequestPart;
  readonly ours: ListRead;
  readonly theirs: ListRead | undefined;
  readonly who: Reader;
  readonly other: Reader | undefined;
}

function received(read: ListRead): string {
  if (!read.accepted) return `status ${read.status}`;
  return read.usable ? 'a list without some tokens' : 'no JSON array';
}

function isChallenge({ exchange }: ListRead): boolean {
  return exchange.failure?.kind === 'challenge';
}

/** Whether a firewall or a gateway may have ended a request: by a refusal, a redirect or a reset. */
function isSuspect({ status, exchange }: ListRead): boolean {
  if (status === undefined) return exchange.failure?.kind === 'broken';
  return status >= 300 && status < 500 && status !== 401 && status !== 429;
}

/**
 * Whether somebody in front turned a request away, who has another hand than the portal and does not know
 * tokens: what the request has beside its token is refused with one that nobody has, too.
 */
async function isOfFront(
  context: Context,
  portal: ListRead,
  read: ListRead,
  part: RequestPart,
): Promise<boolean> {
  if (handOf(read) === handOf(portal)) return false;
  const odd = await context.readNow(unknownReader(context.caller), { part });
  const isSame = odd.status === read.status && handOf(odd) === handOf(read);
  return isSame && odd.exchange.failure?.kind === read.exchange.failure?.kind;
}
