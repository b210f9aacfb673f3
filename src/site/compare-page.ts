import { html } from 'hono/html';
import type { Change, Comparison } from '../report/compare.ts';
import type { Part } from '../report/formats/html/part.ts';
import { inertReport } from '../report/inert.ts';
import type { Report, RequirementResult } from '../report/report.ts';
import { tell } from '../report/sentences.ts';
import { moodOf, page } from './layout.ts';

/** Two reports side by side: what changed, worst first, each with what was found then and now. */
export function comparePage(old: Report, now: Report, comparison: Comparison): string {
  const [left, right] = [inertReport(old), inertReport(now)];
  const { better, worse, untested, decided, slower, isWorse } = comparison;
  const sections: [string, readonly Change[]][] = [
    ['Worse', worse],
    ['Newly untested', untested],
    ['Better', better],
    ['Newly decided', decided],
  ];
  const facts: [string, (report: Report) => string | Part][] = [
    ['outcome', (report) => html`<span class="${moodOf(report)}">${report.outcome}</span>`],
    ['target', ({ target }) => target ?? 'none'],
    ['version', ({ subject }) => subject?.version ?? '–'],
    ['profile', ({ profile }) => profile],
    ['began', ({ startedAt }) => html`<time datetime="${startedAt}">${startedAt}</time>`],
    [
      'took',
      ({ durationMs, requests }) => `${(durationMs / 1000).toFixed(2)} s, ${requests} requests`,
    ],
    ['suite', ({ suite }) => suite.version],
  ];
  const body = html`<main>
<h1>${isWorse ? html`<span class="bad">Worse</span>` : html`<span class="good">Not worse</span>`}</h1>
<table class="list"><thead><tr><th scope="col"><th scope="col">before<th scope="col">now</thead><tbody>${facts.map(
    ([name, of]) => html`<tr><th scope="row">${name}<td>${of(left)}<td>${of(right)}`,
  )}</tbody></table>
${slower ? html`<p>Slower: the median answer took ${slower.from} ms, and takes ${slower.to} ms.</p>` : ''}
${sections.map(([name, changes]) => (changes.length > 0 ? sectionOf(name, changes, left, right) : ''))}
${sections.every(([, changes]) => changes.length === 0) ? html`<p>No requirement changed.</p>` : ''}
</main>`;
  return page(isWorse ? 'Worse: two reports' : 'Two reports', body);
}

function sectionOf(name: string, changes: readonly Change[], left: Report, right: Report): Part {
  const find = ({ requirements }: Report, id: string) => requirements.find((one) => one.id === id);
  return html`<h2>${name} (${changes.length})</h2>
<table class="list"><thead><tr><th scope="col">requirement<th scope="col">before<th scope="col">now</thead><tbody>${changes.map(
    ({ id, title, from, to, inAnotherWay }) =>
      html`<tr><td>${title} <code>${id}</code>${inAnotherWay ? ' (in another way)' : ''}<td>${sideOf(from, find(left, id))}<td>${sideOf(to, find(right, id))}`,
  )}</tbody></table>`;
}

function sideOf(status: Change['from'], result: RequirementResult | undefined): Part {
  const mood = status === 'pass' ? 'good' : status === 'fail' ? 'bad' : 'doubt';
  const findings = (result?.findings ?? []).map(({ curl: _, ...finding }) => tell(finding));
  return html`<p><strong class="${mood}">${status}</strong>${result ? html` ${result.message}` : ''}</p>${findings.map(
    (lines) => html`<dl>${lines.map(([label, said]) => html`<dt>${label}<dd>${said}`)}</dl>`,
  )}`;
}
