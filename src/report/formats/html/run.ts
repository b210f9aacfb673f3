import { html } from 'hono/html';
import { count } from '../../../contract/count.ts';
import { type Status, statuses } from '../../../contract/judge.ts';
import { topics } from '../../../contract/requirement.ts';
import { quote } from '../../../http/curl.ts';
import { marks, moods } from '../../marks.ts';
import type { Report } from '../../report.ts';
import { tellSubject } from '../../sentences.ts';
import { renderCurl } from './curl.ts';
import { joined, type Part } from './part.ts';
import { renderTimeline } from './timeline.ts';

/** Who was judged, how and when, and how many requirements ended how. */
export function renderRun(report: Report): Part {
  const { profile, credentials, requests, durationMs, requirementSet } = report;
  const facts: (readonly [string, string | Part])[] = [
    ['Target', (report.target ?? 'none') + (report.reference ? ', the reference portal' : '')],
    ...(report.image === null ? [] : [['Image', report.image] as const]),
    ...(report.subject ? [['Judged', tellSubject(report.subject)] as const] : []),
    ['Profile', profile + (report.seed === null ? '' : `, seed ${report.seed}`)],
    ...(requirementSet ? [['Requirements', `set ${requirementSet}`] as const] : []),
    ['Credentials', credentials.join(', ') || 'none'],
    ['Run', report.runId],
    [
      'Began',
      html`<time datetime="${report.startedAt}">${report.startedAt.replace('T', ' ').slice(0, 19)} UTC</time>`,
    ],
    ['Took', `${(durationMs / 1000).toFixed(2)} s, ${count(requests, 'request')}`],
  ];
  const list = facts.map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>
`,
  );
  return html`<section aria-labelledby="run">
<h2 id="run">The run</h2>
<dl class="facts">
${list}
</dl>
${renderBar(report)}
${renderTable(report)}
${renderLegend(report)}
${renderTimeline(report)}
${repeatOf(report)}
</section>`;
}

/** What the signs mean that the report has. */
function renderLegend({ counts }: Report): Part {
  const told = statuses
    .filter((status) => counts[status] > 0)
    .map((status) => html`${mark(status)} ${status}: ${meanings[status]}`);
  return html`<p class="legend">${joined(told, '; ')}.</p>`;
}

const meanings: Readonly<Record<Status, string>> = {
  pass: 'it holds',
  fail: 'a MUST is violated',
  known: 'violated, and in the baseline',
  warn: 'a SHOULD is violated',
  note: 'worth knowing, never counts',
  inconclusive: 'could not be told',
  untested: 'what it needs was not given or not seen',
  excluded: 'not part of this run',
};

/** The command that makes the run again, with what it is given by variables. */
function repeatOf(report: Report): Part | '' {
  const { target, image, profile, seed, selection, reference, requirementSet, baseline } = report;
  if (target === null && image === null) return '';
  const words = [
    'portal-conformance',
    ...(reference ? ['--reference'] : image === null ? [target as string] : ['--image', image]),
    ...(image === null ? ['--profile', profile] : []),
    ...(seed === null ? [] : ['--seed', String(seed)]),
    ...(selection.only.length > 0 ? ['--only', selection.only.join(',')] : []),
    ...(selection.skip.length > 0 ? ['--skip', selection.skip.join(',')] : []),
    ...(selection.strict ? ['--strict'] : []),
    ...(requirementSet ? ['--requirements', requirementSet] : []),
    ...(baseline ? ['--baseline', baseline.file] : []),
    ...(selection.accepted.length > 0 ? [`--allow-untested=${selection.accepted.join(',')}`] : []),
  ];
  return profile === 'saved'
    ? ''
    : html`<div class="once"><h3>Once more</h3>${renderCurl(words.map(quote).join(' '))}</div>`;
}

function renderBar({ counts, requirements }: Report): Part {
  let x = 0;
  const parts = statuses.map((status) => {
    const width = (counts[status] / requirements.length) * 100;
    const part = html`<rect class="${status}" x="${x.toFixed(3)}" width="${width.toFixed(3)}" height="1"/>`;
    x += width;
    return width > 0 ? part : '';
  });
  const told = statuses
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`)
    .join(', ');
  return html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="${told}">${parts}</svg>`;
}

function renderTable({ requirements, counts }: Report): Part {
  const columns = statuses.filter((status) => counts[status] > 0);
  const count = (status: Status, topic?: string) =>
    requirements.filter((one) => one.status === status && (!topic || one.topic === topic)).length;
  const head = columns.map(
    (status) =>
      html`<th scope="col"><span class="${moods[status]}" aria-hidden="true">${marks[status]}</span> ${status}</th>`,
  );
  const rows = topics.map((topic) => {
    const cells = columns.map((status) => html`<td>${count(status, topic) || ''}</td>`);
    return html`<tr><th scope="row"><a href="#topic-${topic}">${topic}</a></th>${cells}</tr>`;
  });
  const total = columns.map((status) => html`<td>${count(status)}</td>`);
  return html`<div class="table" tabindex="0" role="region" aria-label="Verdicts by topic"><table>
<thead><tr><th scope="col">Topic</th>${head}</tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row">all</th>${total}</tr></tfoot>
</table></div>`;
}

/** The sign of a status, which a word is beside. */
export function mark(status: Status): Part {
  return html`<span class="${moods[status]}" aria-hidden="true">${marks[status]}</span>`;
}
