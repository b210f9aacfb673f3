import { count } from '../../contract/count.ts';
import type { Status } from '../../contract/judge.ts';
import { topics } from '../../contract/requirement.ts';
import { attention, marks } from '../marks.ts';
import { escapeMarkup } from '../markup.ts';
import { tellPrevious } from '../previous.ts';
import { judgedNothing, type Report, type RequirementResult } from '../report.ts';
import { tell, tellKnown } from '../sentences.ts';

/** GitHub takes comments of 65,536 characters; what is over is left to the other forms. */
const maxLength = 60_000;

/** Renders a report as Markdown, for a step summary or a comment on a pull request. */
export function renderMarkdown(report: Report): string {
  const { outcome, message, exitCode, target, profile, requests, durationMs, suite } = report;
  const sign = exitCode === 0 ? '✅' : exitCode === 1 ? '❌' : '⚠️';
  const open = report.requirements
    .filter(
      ({ status, id }) => attention.includes(status) && !report.selection.deselected.includes(id),
    )
    .sort((one, other) => attention.indexOf(one.status) - attention.indexOf(other.status));
  const isIdle = judgedNothing(report);
  const lines = [
    `## ${sign} ${outcome}`,
    '',
    plain(message),
    '',
    outcome === 'misconfigured' && requests === 0
      ? `${suite.name} ${suite.version}; nothing was sent`
      : `${target ? code(target) : 'No target'}, ${profile} profile, ${count(requests, 'request')} in ${(durationMs / 1000).toFixed(2)} s, ${suite.name} ${suite.version}, run ${code(report.runId)}`,
    '',
    ...renderNotices(report),
    ...(isIdle ? ['Nothing was judged.'] : renderTable(report)),
    ...renderProblems(report),
  ];
  let length = lines.join('\n').length;
  for (const [index, one] of isIdle ? [] : open.entries()) {
    const details = renderDetails(one).join('\n');
    length += details.length + 1;
    if (length > maxLength) {
      lines.push('', `… and ${open.length - index} more requirements; see the other reports.`);
      break;
    }
    lines.push(details);
  }
  return `${lines.join('\n')}\n`;
}

function renderNotices({ leftovers, notices, previous }: Report): string[] {
  const left = leftovers.map(
    ({ what, why, command }) => `- left behind: ${plain(what)}; ${plain(why)}: ${code(command)}`,
  );
  const lines = [
    ...left,
    ...(previous ? [`- ${plain(tellPrevious(previous))}`] : []),
    ...notices.map((notice) => `- ${plain(notice)}`),
  ];
  return lines.length > 0 ? [...lines, ''] : [];
}

function renderTable({ requirements, counts }: Report): string[] {
  const columns = (Object.keys(marks) as Status[]).filter((status) => counts[status] > 0);
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['topic', ...columns.map((status) => `${marks[status]} ${status}`)]),
    row(['---', ...columns.map(() => '---:')]),
    ...topics.map((topic) => {
      const own = requirements.filter((one) => one.topic === topic);
      const cells = columns.map((status) => own.filter((one) => one.status === status).length);
      return row([topic, ...cells.map((cell) => cell || '')]);
    }),
  ];
}

function renderProblems({ baseline }: Report): string[] {
  if (!baseline || baseline.problems.length === 0) return [];
  const lines = baseline.problems.map(
    ({ line, requirement, problem }) => `- line ${line}: ${code(requirement)} ${plain(problem)}`,
  );
  return ['', `**Change ${code(baseline.file)}:**`, '', ...lines];
}

function renderDetails(one: RequirementResult): string[] {
  const { id, status, level, source, text, message, findings, known, fix } = one;
  const found = findings.flatMap((finding, index) => [
    ...(index > 0 ? [''] : []),
    ...tell(finding).map(([label, said]) =>
      label === 'again' ? `- again: ${code(said)}` : `- ${label}: ${plain(said)}`,
    ),
  ]);
  return [
    '',
    // What stands in a line of HTML is escaped as HTML.
    `<details><summary>${marks[status]} <b>${markup(id)}</b> ${status}: ${markup(one.title)}</summary>`,
    '',
    `${plain(text)} *${level}, ${plain(source)}*`,
    '',
    ...found,
    ...(found.length > 0 ? [''] : []),
    plain(message),
    ...known.map((entry) => `\n${plain(tellKnown(entry))}`),
    ...(fix && status !== 'untested' && status !== 'inconclusive'
      ? ['', `Fix: ${plain(fix)}`]
      : []),
    '',
    '</details>',
  ];
}

/** Text that is text alone in Markdown: no markup, no link, no mention of anybody. */
function plain(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>#|~!]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/@/g, '@\u{200b}')
    .replace(/:(?=\/\/)/g, ':\u{200b}');
}

/** The same within a line of HTML. */
function markup(text: string): string {
  return escapeMarkup(text).replace(/@/g, '@\u{200b}');
}

/** A code span around text that may hold backticks. */
function code(text: string): string {
  const safe = text.replace(/\|/g, '\\|');
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}
