import type { Finding } from '../contract/finding.ts';
import type { Status } from '../contract/judge.ts';
import { topics } from '../contract/requirement.ts';
import { inert } from './inert.ts';
import type { Judged, Report } from './report.ts';

export interface ConsoleOptions {
  readonly color: boolean;
  /** `quiet`: the ending alone; `verbose`: every requirement. */
  readonly detail: 'quiet' | 'normal' | 'verbose';
}

/** Renders a report for a terminal, a page of text that ends with the outcome. */
export function renderConsole(report: Report, { color, detail }: ConsoleOptions): string {
  const paint = color ? painted : plain;
  const ending = renderEnding(report, paint);
  if (detail === 'quiet') return `${ending.join('\n')}\n`;
  const head = renderHead(report, paint);
  if (isStopped(report)) return `${[...head, '', ...ending].join('\n')}\n`;
  const body = detail === 'verbose' ? renderAll(report, paint) : renderTopics(report, paint);
  const open = chosen(report).filter(({ status }) => attention.includes(status));
  const details = open.flatMap((one) => ['', ...renderDetails(one, paint)]);
  return `${[...head, '', ...body, ...details, '', ...ending].join('\n')}\n`;
}

type Paint = (style: Style, text: string) => string;
type Style = 'good' | 'bad' | 'doubt' | 'faint' | 'strong';

const codes: Record<Style, number> = { good: 32, bad: 31, doubt: 33, faint: 2, strong: 1 };
const painted: Paint = (style, text) => `\u001b[${codes[style]}m${text}\u001b[0m`;
const plain: Paint = (_, text) => text;

const marks: Record<Status, readonly [string, Style]> = {
  pass: ['✓', 'good'],
  fail: ['✗', 'bad'],
  warn: ['!', 'doubt'],
  note: ['i', 'faint'],
  inconclusive: ['?', 'doubt'],
  untested: ['○', 'doubt'],
  excluded: ['–', 'faint'],
};

/** What a reader is to look at, in the order of the marks above. */
const attention: readonly Status[] = ['fail', 'warn', 'note', 'inconclusive', 'untested'];

function renderHead(report: Report, paint: Paint): string[] {
  const { suite, profile, target, credentials, runId, seed } = report;
  return [
    paint('strong', `${suite.name} ${suite.version}`) + paint('faint', `  run ${runId}`),
    `target       ${inert(target ?? 'none')}`,
    `profile      ${profile}${seed === null ? '' : paint('faint', `  seed ${seed}`)}`,
    `credentials  ${credentials.join(', ') || 'none'}`,
  ];
}

/** Without what was deselected: nobody asked for it. */
function chosen({ requirements, selection }: Report): readonly Judged[] {
  return requirements.filter(({ id }) => !selection.deselected.includes(id));
}

function renderTopics(report: Report, paint: Paint): string[] {
  return topics.map((topic) => {
    const own = chosen(report).filter((one) => one.topic === topic);
    const parts = (Object.keys(marks) as Status[]).flatMap((status) => {
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
        (one) =>
          `  ${mark(one.status, paint, one.id.padEnd(30))} ${paint('faint', inert(one.message))}`,
      ),
  ]);
}

function mark(status: Status, paint: Paint, text: string): string {
  const [sign, style] = marks[status];
  return paint(style, `${sign} ${text}`);
}

function renderDetails(one: Judged, paint: Paint): string[] {
  const lines = [
    `${mark(one.status, paint, one.id)}  ${paint('faint', `${one.level}, ${one.source}`)}`,
    `  ${one.text}`,
  ];
  if (one.findings.length === 0) return [...lines, `  ${one.status}: ${inert(one.message)}`];
  return [
    ...lines,
    ...one.findings.flatMap((finding) => renderFinding(finding, paint)),
    `  ${paint('faint', inert(one.message))}`,
  ];
}

function renderFinding(finding: Finding, paint: Paint): string[] {
  const { expected, received, credential, where = [], count, hint, curl } = finding;
  const times = count > 1 ? `, ${count} times` : '';
  const places =
    where.length > 0 ? ` at ${where.join(', ')}${count > where.length ? ', …' : ''}` : '';
  const from = credential ? `  with ${credential}` : '';
  const lines = [
    `  expected  ${inert(expected)}`,
    `  received  ${inert(received)}${inert(places)}${times}${paint('faint', inert(from))}`,
  ];
  if (hint) lines.push(`  hint      ${inert(hint)}`);
  if (curl) lines.push(`  again     ${inert(curl)}`);
  return lines;
}

const gone =
  'The tokens of this run are gone: to see it again, set PORTAL_CALLER_TOKEN and its like to tokens of users of your own.';

function broken({ requirements }: Report): boolean {
  return requirements.some(({ findings }) => findings.length > 0);
}

function renderEnding(report: Report, paint: Paint): string[] {
  const { outcome, message, counts, requests, durationMs, exitCode, cleanup } = report;
  const left = (cleanup?.left ?? []).flatMap(({ what, why, curl }) => [
    `${paint('bad', 'left behind')}: ${inert(what)}; ${inert(why)}`,
    `  remove it  ${inert(curl)}`,
    `         or  portal-conformance cleanup ${inert(report.target ?? '')} --run ${report.runId} --yes`,
  ]);
  const removed = cleanup ? `; ${cleanup.removed} things made and removed again` : '';
  const style = exitCode === 0 ? 'good' : exitCode === 1 ? 'bad' : 'doubt';
  const deselected = report.selection.deselected.length;
  const told = (Object.keys(marks) as Status[])
    .map((status) => [status, counts[status] - (status === 'untested' ? deselected : 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`);
  if (deselected > 0) told.push(`${deselected} deselected`);
  const seconds = (durationMs / 1000).toFixed(2);
  const again = broken(report) && report.profile === 'full' ? [paint('faint', gone)] : [];
  return [
    ...left,
    ...again,
    paint('faint', `${told.join(', ')}; ${requests} requests in ${seconds} s${removed}`),
    `${paint(style, paint('strong', outcome))}: ${inert(message)}`,
  ];
}

/** Whether one sentence says it all: the same for every requirement. */
function isStopped({ outcome, requirements }: Report): boolean {
  return outcome === 'misconfigured' || !requirements.some(({ exchanges }) => exchanges.length > 0);
}
