import type { Status } from '../contract/judge.ts';
import type { Entry } from '../fleet/folder.ts';
import { type State, statesOf, type Transition } from '../fleet/history.ts';
import { inertReport } from '../report/inert.ts';
import { attention } from '../report/marks.ts';
import { judgedNothing, type Report, type RequirementResult } from '../report/report.ts';
import { inOneLine } from '../report/sentences.ts';

/** A requirement that is open on a target. */
export interface Open {
  readonly id: string;
  readonly status: Status;
  readonly message: string;
  /** When that was first found, as far as the history tells. */
  readonly since: string | undefined;
}

/** A target of the fleet, as its last report shows it. */
export interface SiteTarget {
  readonly entry: Entry;
  readonly report: Pick<
    Report,
    'target' | 'profile' | 'subject' | 'suite' | 'image' | 'imageDigest'
  >;
  readonly open: readonly Open[];
  /** Ids of what was not judged. */
  readonly unjudged: ReadonlySet<string>;
  readonly since: string | undefined;
  /** The newest first. */
  readonly transitions: readonly Transition[];
}

/** A requirement that is open anywhere. */
export interface SiteRequirement {
  readonly requirement: Pick<
    RequirementResult,
    'id' | 'title' | 'text' | 'level' | 'source' | 'fix'
  >;
  /** The targets that it is open on, worst first. */
  readonly on: readonly { readonly target: SiteTarget; readonly open: Open }[];
}

/** What the pages of a site show. */
export interface FleetData {
  readonly targets: readonly SiteTarget[];
  /** What is violated most comes first. */
  readonly requirements: readonly SiteRequirement[];
  readonly labels: readonly string[];
}

/** What is worth a column: what holds, or never counts, is not. */
const watched: readonly Status[] = attention.filter((status) => status !== 'note');

/** Puts together what a fleet's reports and its history say. */
export function fleetData(
  reports: Iterable<{ readonly entry: Entry; readonly report: Report }>,
  transitions: readonly Transition[],
): FleetData {
  const states = statesOf(transitions);
  const byTarget = grouped(transitions);
  const statements = new Map<string, RequirementResult>();
  const targets: SiteTarget[] = [];
  for (const { entry, report: full } of reports) {
    const report = inertReport(full);
    const state = states.get(entry.id);
    const open = openOf(report, state);
    for (const one of report.requirements)
      if (open.some(({ id }) => id === one.id)) statements.set(one.id, one);
    const { target, profile, subject, suite, image, imageDigest } = report;
    targets.push({
      // The report tells: an index may be of another night.
      entry: {
        ...entry,
        ...{ outcome: report.outcome, exitCode: report.exitCode, message: report.message },
        ...{ startedAt: report.startedAt, durationMs: report.durationMs },
      },
      report: {
        ...{ target, profile, suite, image },
        ...(subject ? { subject } : {}),
        ...(imageDigest ? { imageDigest } : {}),
      },
      open,
      unjudged: unjudgedOf(report),
      since: state?.get('')?.status === report.outcome ? state.get('')?.since : undefined,
      transitions: [...(byTarget.get(entry.id) ?? [])].reverse(),
    });
  }
  targets.sort((one, other) => weightOf(other) - weightOf(one) || order(one, other));
  const requirements = [...statements.values()].map(
    ({ id, title, text, level, source, fix }): SiteRequirement => ({
      requirement: { id, title, text, level, source, fix },
      on: targets
        .flatMap((target) =>
          target.open.flatMap((open) => (open.id === id ? [{ target, open }] : [])),
        )
        .sort((one, other) => rankOf(one.open.status) - rankOf(other.open.status)),
    }),
  );
  const failing = ({ on }: SiteRequirement) =>
    on.filter(({ open }) => open.status === 'fail').length;
  requirements.sort(
    (one, other) => failing(other) - failing(one) || other.on.length - one.on.length,
  );
  const labels = targets.flatMap(({ entry }) =>
    Object.entries(entry.labels).map(([name, value]) => `${name}=${value}`),
  );
  return { targets, requirements, labels: [...new Set(labels)].sort() };
}

function grouped(transitions: readonly Transition[]): Map<string, Transition[]> {
  const groups = new Map<string, Transition[]>();
  for (const one of transitions) {
    const group = groups.get(one.target);
    if (group) group.push(one);
    else groups.set(one.target, [one]);
  }
  return groups;
}

function openOf(report: Report, state: State | undefined): Open[] {
  const { requirements, selection } = report;
  // Its outcome says why; a hundred requirements would say the same.
  if (judgedNothing(report)) return [];
  return requirements
    .filter(({ id, status }) => watched.includes(status) && !selection.deselected.includes(id))
    .map(({ id, status, message: said, findings: [finding] }) => {
      const known = state?.get(id);
      const { curl: _, ...first } = finding ?? { expected: '', received: '', count: 0 };
      const message = finding ? `${said}: ${inOneLine(first)}` : said;
      return { id, status, message, since: known?.status === status ? known.since : undefined };
    })
    .sort((one, other) => rankOf(one.status) - rankOf(other.status));
}

function unjudgedOf(report: Report): ReadonlySet<string> {
  const { requirements, selection } = report;
  const isUnjudged = ({ id, status }: RequirementResult) =>
    status === 'excluded' || selection.deselected.includes(id) || judgedNothing(report);
  return new Set(requirements.filter(isUnjudged).map(({ id }) => id));
}

function rankOf(status: Status): number {
  return watched.indexOf(status);
}

/** How much a target wants to be looked at. */
function weightOf({ entry: { exitCode }, open }: SiteTarget): number {
  const failed = open.filter(({ status }) => status === 'fail').length;
  const rank = [0, 3, 4, 70, 2, 1].indexOf(exitCode);
  return (rank < 0 ? 1 : rank) * 1000 + failed;
}

function order({ entry: { id } }: SiteTarget, { entry: { id: other } }: SiteTarget): number {
  return id < other ? -1 : 1;
}
