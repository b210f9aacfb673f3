import { count } from '../contract/count.ts';
import { failIf, Inconclusive } from '../contract/finding.ts';
import { memberNames } from '../contract/shape.ts';
import type { Context } from '../portal/context.ts';
import type { ListRead } from '../portal/list-read.ts';
import type { Probe } from '../portal/requests.ts';
import type { Search } from '../secrets/search.ts';
import type { Difference } from './findings.ts';
import { type Draft, type PortalRequirement, reading } from './kinds.ts';

/** A requirement on requests that are to be refused. */
export function rejecting(
  statement: Draft & Partial<Pick<PortalRequirement, 'inapplicable'>>,
  check: PortalRequirement['check'],
) {
  return { ...reading(statement, check), phase: 'refusals' as const };
}

/**
 * A requirement that every one of some probes is answered with one of some statuses.
 *
 * @param leftOut what was not sent, and why, in a few words
 */
export function rejected(
  statement: Draft & Partial<Pick<PortalRequirement, 'inapplicable'>>,
  probes: (context: Context) => readonly Probe[],
  allowed: readonly number[] = [401],
  leftOut: (context: Context) => string | undefined = () => undefined,
) {
  return rejecting(statement, async (context) => {
    const answers = await Promise.all(probes(context).map((probe) => context.probe(probe)));
    failIf(
      answers
        .filter(({ doubt, read }) => doubt === undefined && !allowed.includes(read.status ?? 0))
        .map(({ probe, read }) => {
          if (probe.bearer !== undefined && read.byId.has(probe.bearer)) {
            throw new Inconclusive(`${probe.what} turned out to exist`);
          }
          const records = read.usable ? `, with a list of ${read.records.length}` : '';
          return {
            expected: `status ${allowed.join(' or ')} for ${probe.what}`,
            received: `status ${read.status}${records}`,
            credential: probe.what,
            curl: read.exchange.curl,
          };
        }),
    );
    const doubt = answers.map((answer) => answer.doubt).find((one) => one !== undefined);
    if (doubt !== undefined) throw new Inconclusive(doubt);
    const remark = leftOut(context);
    return `over ${count(answers.length, 'request')}${remark ? `; ${remark}` : ''}`;
  });
}

export async function sendAll(context: Context, probes: readonly Probe[]): Promise<ListRead[]> {
  const answers = await Promise.all(probes.map((probe) => context.probe(probe)));
  const doubt = answers.map((answer) => answer.doubt).find((one) => one !== undefined);
  if (doubt !== undefined) throw new Inconclusive(doubt);
  return answers.map(({ read }) => read);
}

/** What was answered with 401. @throws Inconclusive when nothing was */
export async function sendRejected(
  context: Context,
  probes: readonly Probe[],
): Promise<ListRead[]> {
  const answers = await Promise.all(probes.map((probe) => context.probe(probe)));
  const rejections = answers.filter(
    ({ doubt, read }) => doubt === undefined && read.status === 401,
  );
  if (rejections.length === 0) {
    throw new Inconclusive(answers[0]?.doubt ?? 'no request was answered with 401');
  }
  return rejections.map(({ read }) => read);
}

/** Records, or ids of tokens that were not sent, anywhere in the body of a refusal. */
export function recordsIn(read: ListRead, ids: Search): Difference[] {
  const expected = 'a rejection without token records';
  const records = countRecords(read.json.value);
  if (records > 0) return [{ expected, received: 'token records', count: records }];
  const { headers, query } = read.exchange.request;
  const sent = JSON.stringify(headers) + query?.sent;
  const mentioned = read.mentions(ids, (id) => !sent.includes(id));
  return mentioned > 0 ? [{ expected, received: 'the id of a token', count: mentioned }] : [];
}

/** An error may have an id and a time of its own; it has no third member of a token. */
const fewestMembers = 3;

/** Objects that look like token records, however deep. */
function countRecords(body: unknown): number {
  let count = 0;
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (memberNames.filter((name) => name in value).length >= fewestMembers) count += 1;
    for (const member of Object.values(value)) open.push(member);
  }
  return count;
}
