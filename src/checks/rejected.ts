import { count } from '../contract/count.ts';
import { type Finding, failIf, Inconclusive } from '../contract/finding.ts';
import { memberNames } from '../contract/shape.ts';
import type { Context } from '../portal/context.ts';
import type { ListRead } from '../portal/list-read.ts';
import type { ProbeRead } from '../portal/probe-batches.ts';
import type { Probe } from '../portal/requests.ts';
import type { Search } from '../secrets/search.ts';
import { counted, type Difference } from './findings.ts';
import { type Draft, type PortalRequirement, reading } from './kinds.ts';
import { cameThrough } from './stopped.ts';

/** A requirement on requests that are to be refused. */
export function rejecting(
  statement: Draft & Partial<Pick<PortalRequirement, 'inapplicable' | 'needs'>>,
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
  statement: Draft & Partial<Pick<PortalRequirement, 'inapplicable' | 'needs'>>,
  probes: (context: Context) => readonly Probe[] | Promise<readonly Probe[]>,
  allowed: readonly number[] = [401],
  leftOut: (context: Context) => string | undefined = () => undefined,
) {
  return rejecting(statement, async (context) => {
    const { findings, doubt, remark } = await rejectionsOf(context, await probes(context), allowed);
    failIf(findings);
    if (doubt !== undefined) throw new Inconclusive(doubt);
    const rest = leftOut(context);
    return `${remark}${rest ? `; ${rest}` : ''}`;
  });
}

/** What probes were answered with that should have been rejected. */
interface Rejections {
  readonly findings: readonly Finding[];
  /** Why something proves nothing. */
  readonly doubt: string | undefined;
  readonly remark: string;
}

/** Sends probes that have to be answered with some status, those of several parts in one first. */
async function rejectionsOf(
  context: Context,
  probes: readonly Probe[],
  allowed: readonly number[],
): Promise<Rejections> {
  const together = await rejectionsOfAll(context, probes, allowed);
  const parts = probes.flatMap((probe) =>
    together.findings.some(({ credential }) => credential === probe.what)
      ? (probe.parts ?? [])
      : [],
  );
  if (parts.length === 0) return together;
  // Which of them it was; all of them, if it was none of them alone.
  const apart = await rejectionsOfAll(context, parts, allowed);
  const whole = together.findings.filter(
    ({ credential }) => !probes.some(({ what, parts: some }) => what === credential && some),
  );
  return apart.findings.length === 0
    ? together
    : { ...together, findings: [...whole, ...apart.findings] };
}

async function rejectionsOfAll(
  context: Context,
  probes: readonly Probe[],
  allowed: readonly number[],
): Promise<Rejections> {
  const sent = deadOnly(context, probes);
  const all = await Promise.all(sent.map((probe) => context.probe(probe)));
  const { answers, ends, doubt: ofFront } = await cameThrough(context, all, allowed);
  const findings = answers
    .filter(({ read, doubt }) => doubt === undefined && !allowed.includes(read.status ?? 0))
    .map(({ probe, read }) => {
      if (probe.bearer !== undefined && !probe.isRandom && read.byId.has(probe.bearer)) {
        throw new Inconclusive(`${probe.what} turned out to exist`);
      }
      const records = read.usable ? `, with a list of ${read.records.length}` : '';
      return {
        expected: `status ${allowed.join(' or ')} for ${probe.what}`,
        received: `status ${read.status}${records}`,
        credential: probe.what,
        count: 1,
        curl: read.exchange.curl,
      };
    });
  const doubt = answers.map((answer) => answer.doubt).find((one) => one !== undefined);
  const front =
    ends.length > 0
      ? `; ${ends.length} of them ended at somebody in front of the portal (${[...new Set(ends)].join(', ')})`
      : '';
  return {
    findings,
    doubt: doubt ?? ofFront,
    remark: `over ${count(all.length, 'request')}${front}`,
  };
}

/** Probes without those that happen to hold a token of the run, or one that was listed. */
export function deadOnly(context: Context, probes: readonly Probe[]): readonly Probe[] {
  return probes.filter(
    ({ bearer, isRandom }) => bearer === undefined || isRandom || !context.isLive(bearer),
  );
}

/** What probes were answered. @throws Inconclusive when that of any proves nothing */
export async function probeAll(
  context: Context,
  probes: readonly Probe[],
): Promise<readonly ProbeRead[]> {
  const answers = await Promise.all(probes.map((probe) => context.probe(probe)));
  const doubt = answers.map((answer) => answer.doubt).find((one) => one !== undefined);
  if (doubt !== undefined) throw new Inconclusive(doubt);
  return answers;
}

export async function sendAll(context: Context, probes: readonly Probe[]): Promise<ListRead[]> {
  return (await probeAll(context, probes)).map(({ read }) => read);
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
  return counted(mentioned, expected, 'the id of a token');
}

/** An error may have an id, a name and a time of its own; it has a value for no further member of a token. */
const fewestMembers = 4;

/** Objects that look like token records, however deep. */
function countRecords(body: unknown): number {
  let count = 0;
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const record = value as Record<string, unknown>;
    const members = memberNames.filter((name) => (record[name] ?? null) !== null);
    if (members.length >= fewestMembers) count += 1;
    for (const member of Object.values(value)) open.push(member);
  }
  return count;
}
