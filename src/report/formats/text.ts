import { styleText } from 'node:util';
import { count } from '../../contract/count.ts';
import type { Finding } from '../../contract/finding.ts';
import { type Status, statuses } from '../../contract/judge.ts';
import { topics } from '../../contract/requirement.ts';
import { alike } from '../alike.ts';
import { inert } from '../inert.ts';
import { attention, type Mood, marks, moods } from '../marks.ts';
import type { Look } from '../output.ts';
import { tellPrevious } from '../previous.ts';
import type { Report, RequirementResult } from '../report.ts';
import { tell, tellKnown, tellSubject } from '../sentences.ts';
import { wrap } from '../wrap.ts';

interface Written {
  readonly format: string;
  readonly path: string;
}

export interface TextOptions extends Look {
  /** `quiet`: the ending alone; `verbose`: every requirement. */
  readonly detail: 'quiet' | 'normal' | 'verbose';
  /** The reports that were written beside this text. */
  readonly written?: readonly Written[];
}

/** Renders an inert report for a terminal, a page of text that ends with the outcome. */
export function renderText(report: Report, { columns, ...options }: TextOptions): string {
  const text = renderLines(report, options);
  return columns === undefined ? text : wrap(text, columns);
}

function renderLines(
  report: Report,
  { color, detail, written = [] }: Omit<TextOptions, 'columns'>,
): string {
  const paint = color ? painted : plain;
  const outcome = renderOutcome(report, paint);
  if (detail === 'quiet') return `${outcome.join('\n')}\n`;
  const ending = [...renderHints(report, paint, written), ...outcome];
  const head = renderHead(report, paint);
  if (isStopped(report)) return `${[...head, '', ...ending].join('\n')}\n`;
  const body = detail === 'verbose' ? renderAll(report, paint) : renderTopics(report, paint);
  const open = chosen(report).filter(({ status }) => attention.includes(status));
  const details = alike(open).flatMap((group) => ['', ...renderGroup(group, paint)]);
  const summary = open.length > maxInView ? renderSummary(report, paint) : [];
  return `${[...head, '', ...body, ...details, '', ...summary, ...ending].join('\n')}\n`;
}

/** The text as a report of its own: every requirement, no colours. */
export function renderPlainText(report: Report): string {
  return renderText(report, { color: false, detail: 'verbose' });
}

/** One result of an inert report, as the text shows what needs attention. */
export function renderRequirement(result: RequirementResult): string {
  return renderDetails(result, plain).join('\n');
}

type Paint = (style: Style, text: string) => string;
type Style = Mood | 'strong';

const styles = {
  good: 'green',
  bad: 'red',
  doubt: 'yellow',
  faint: 'dim',
  strong: 'bold',
} as const;
// Whether there are colours was decided by us, for the stream that is written to.
const painted: Paint = (style, text) => styleText(styles[style], text, { validateStream: false });
const plain: Paint = (_, text) => text;

/** More details than this do not fit on a screen: the ending names what failed once more. */
const maxInView = 3;
/** A summary that does not fit on a screen is none. */
const maxSummary = 12;

function renderHead(report: Report, paint: Paint): string[] {
  const { suite, profile, target, image, subject, credentials, runId, seed, notices } = report;
  return [
    paint('strong', `${suite.name} ${suite.version}`) + paint('faint', `  run ${runId}`),
    `target       ${target ?? 'none'}${image === null ? '' : `  image ${image}`}`,
    ...(subject ? [`judged       ${tellSubject(subject)}`] : []),
    `profile      ${profile}${seed === null ? '' : paint('faint', `  seed ${seed}`)}`,
    `credentials  ${credentials.join(', ') || 'none'}`,
    ...(report.previous ? [`previous     ${tellPrevious(report.previous)}`] : []),
    ...notices.map((notice) => `notice       ${notice}`),
  ];
}

/** Without what was deselected. */
function chosen({ requirements, selection }: Report): readonly RequirementResult[] {
  return requirements.filter(({ id }) => !selection.deselected.includes(id));
}

function renderTopics(report: Report, paint: Paint): string[] {
  return topics.map((topic) => {
    const own = chosen(report).filter((one) => one.topic === topic);
    const parts = statuses.flatMap((status) => {
      const number = own.filter((one) => one.status === status).length;
      return number === 0 ? [] : [mark(status, paint, `${number} ${status}`)];
    });
    return `${topic.padEnd(15)}${parts.join('  ')}`;
  });
}

function renderAll({ requirements }: Report, paint: Paint): string[] {
  return topics.flatMap((topic) => [
    paint('strong', topic),
    ...requirements
      .filter((one) => one.topic === topic)
      .map(
        (one) => `  ${mark(one.status, paint, one.id.padEnd(30))} ${paint('faint', one.message)}`,
      ),
  ]);
}

function mark(status: Status, paint: Paint, text: string): string {
  return paint(moods[status], `${marks[status]} ${text}`);
}

function renderGroup(group: readonly RequirementResult[], paint: Paint): string[] {
  const [first] = group;
  if (!first || group.length === 1) return first ? renderDetails(first, paint) : [];
  return [
    mark(first.status, paint, `${group.length} ${first.status}: ${first.message}`),
    `  ${group.map(({ id }) => id).join(', ')}`,
  ];
}

function renderDetails(one: RequirementResult, paint: Paint): string[] {
  const lines = [
    `${mark(one.status, paint, one.id)}  ${paint('faint', `${one.level}, ${one.source}`)}`,
    `  ${one.text}`,
  ];
  if (one.findings.length === 0) return [...lines, `  ${one.status}: ${one.message}`];
  return [
    ...lines,
    ...one.findings.flatMap(renderFinding),
    ...one.known.map((entry) => `  ${tellKnown(entry)}`),
    `  ${paint('faint', one.message)}`,
  ];
}

function renderFinding(finding: Finding): string[] {
  return tell(finding).map(([label, text]) => `  ${label.padEnd(9)} ${text}`);
}

/** What counts against the portal, a line each, so that nobody has to scroll for it. */
function renderSummary(report: Report, paint: Paint): string[] {
  const broken = chosen(report).filter(({ status }) => status === 'fail' || status === 'warn');
  const shown = broken.slice(0, maxSummary);
  const width = Math.max(0, ...shown.map(({ id }) => id.length));
  const more = broken.length > shown.length ? [`  … and ${broken.length - shown.length} more`] : [];
  const lines = shown.map(
    ({ status, id, title }) => `${mark(status, paint, id.padEnd(width))}  ${title}`,
  );
  return lines.length > 0 ? [...lines, ...more, ''] : [];
}

const gone =
  "This run's tokens have been removed. To reproduce, set PORTAL_CALLER_TOKEN and the other variables to your own tokens.";

function broken({ requirements }: Report): boolean {
  return requirements.some(({ findings }) => findings.length > 0);
}

/** Whether the tokens of a run are gone: they were removed, or ended with the image. */
function isGone({ profile, cleanup, image }: Report): boolean {
  return profile === 'full' && (cleanup ?? image) !== null;
}

/** What helps to go on from here. */
function renderHints(report: Report, paint: Paint, written: readonly Written[]): string[] {
  const [first] = report.requirements.filter(({ status }) => status === 'fail');
  const files = written.filter(({ path }) => path !== '-');
  return [
    ...(broken(report) && isGone(report) ? [gone] : []),
    ...(first ? [`More on each: portal-conformance explain ${first.id}`] : []),
    ...files.map(({ format, path }) => `${format.padEnd(8)} ${inert(path)}`),
  ].map((line) => paint('faint', line));
}

/** What was left behind, what of the baseline must be changed, counts and outcome. */
function renderOutcome(report: Report, paint: Paint): string[] {
  const { outcome, message, counts, requests, durationMs, exitCode, cleanup, leftovers } = report;
  const left = leftovers.flatMap(({ what, why, curl, command }) => [
    `${paint('bad', 'left behind')}: ${what}; ${why}`,
    `  remove it  ${curl}`,
    `         or  ${command}`,
  ]);
  const removed = cleanup ? `; ${describeCleanup(cleanup)}` : '';
  const style = exitCode === 0 ? 'good' : exitCode === 1 ? 'bad' : 'doubt';
  const deselected = report.selection.deselected.length;
  const told = statuses
    .map((status) => [status, counts[status] - (status === 'untested' ? deselected : 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`);
  if (deselected > 0) told.push(`${deselected} deselected`);
  const seconds = (durationMs / 1000).toFixed(2);
  return [
    ...left,
    ...renderProblems(report, paint),
    paint('faint', `${told.join(', ')}; ${count(requests, 'request')} in ${seconds} s${removed}`),
    `${paint(style, paint('strong', outcome))}: ${message}`,
  ];
}

/** `141 things created and removed in 0.2 s`. */
function describeCleanup({
  removed,
  unverified,
  durationMs,
}: NonNullable<Report['cleanup']>): string {
  const seconds = (durationMs / 1000).toFixed(1);
  const unseen = unverified > 0 ? `, ${unverified} more without confirmation` : '';
  return `${count(removed, 'thing')} created and removed${unseen} in ${seconds} s`;
}

function renderProblems({ baseline }: Report, paint: Paint): string[] {
  return (baseline?.problems ?? []).map(
    ({ line, requirement, problem }) =>
      `${paint('bad', 'change')} ${baseline?.file}:${line}  ${requirement} ${problem}`,
  );
}

/** Whether one sentence says it all: the same for every requirement. */
function isStopped({ outcome, requirements }: Report): boolean {
  return outcome === 'misconfigured' || !requirements.some(({ exchanges }) => exchanges.length > 0);
}
