import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { count } from '../../../contract/count.ts';
import { statuses } from '../../../contract/judge.ts';
import { topics } from '../../../contract/requirement.ts';
import { alike } from '../../alike.ts';
import { attention } from '../../marks.ts';
import type { Report, RequirementResult } from '../../report.ts';
import { renderCurl } from './curl.ts';
import { icon, moodOf } from './icon.ts';
import { joined, type Part } from './part.ts';
import { renderRequirement } from './requirement.ts';
import { mark, renderRun } from './run.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/**
 * Renders a report as one HTML file that fetches nothing and runs nothing but its
 * own script: the Content Security Policy names style and script by their hashes.
 */
export function renderHtml(report: Report): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hash(style)}'`,
    `script-src '${hash(script)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const title = `${report.outcome}: ${report.target ?? 'no target'}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="${icon(report)}">
<style>${raw(style)}</style>
</head>
<body>
<a class="skip" href="#requirements">Skip to the requirements</a>
${renderHeader(report)}
<main id="requirements">
${renderAttention(report)}
${renderRun(report)}
${renderForm(report)}
${topics.map((topic) => renderTopic(report, topic))}
</main>
<footer>
<p>Strings of the portal are described, never quoted: each may be a live credential.
${report.suite.name} ${report.suite.version}, run ${report.runId}.</p>
</footer>
<script>${raw(script)}</script>
</body>
</html>
`;
  return `${page}`;
}

function hash(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

function renderHeader(report: Report): Part {
  const { outcome, message, suite } = report;
  return html`<header>
<p class="suite">${suite.name} ${suite.version}: List API Tokens</p>
<h1 class="${moodOf(report)}">${outcome}</h1>
<p class="message">${message}</p>
${renderPrevious(report)}${renderNotices(report)}
</header>`;
}

/** What is violated beside what was in the run before, with links to what is here. */
function renderPrevious({ previous }: Report): Part | '' {
  if (!previous) return '';
  const { startedAt, outcome, new: fresh, gone, still } = previous;
  const row = (word: string, mood: string, ids: readonly string[]) =>
    ids.length === 0
      ? ''
      : html`<dt class="${mood}">${word}</dt><dd>${joined(
          ids.map((id) => html`<a href="#${id}">${id}</a>`),
          ', ',
        )}</dd>`;
  const none =
    fresh.length + gone.length + still.length === 0
      ? html`<dd>nothing violated, then and now</dd>`
      : '';
  return html`<p class="faint">Since the run of <time datetime="${startedAt}">${startedAt.slice(0, 16).replace('T', ' ')} UTC</time>, ${outcome}:</p>
<dl class="pairs previous">${row('new', 'bad', fresh)}${row('gone', 'good', gone)}${row('still', 'doubt', still)}${none}</dl>
`;
}

/** What somebody must do beside fixing the portal. */
function renderNotices({ leftovers, notices, baseline }: Report): Part[] {
  const left = leftovers.map(
    ({ what, why, curl, command }) =>
      html`<div class="notice"><p>Left behind: ${what}; ${why}</p>${renderCurl(curl)}${renderCurl(command)}</div>`,
  );
  const told = notices.map((notice) => html`<p class="notice">${notice}</p>`);
  const problems = (baseline?.problems ?? []).map(
    ({ line, requirement, problem }) =>
      html`<p class="notice">${baseline?.file ?? ''}, line ${line}: <code>${requirement}</code> ${problem}</p>`,
  );
  return [...left, ...problems, ...told];
}

/** What of a report comes first: what counts against the portal, and what could not be told. */
function needsAttention({ id, status }: RequirementResult, { selection }: Report): boolean {
  return status !== 'note' && attention.includes(status) && !selection.deselected.includes(id);
}

/** What needs attention, right under the verdict; what says the same and has nothing to show is one line. */
function renderAttention(report: Report): Part | '' {
  const open = report.requirements.filter((one) => needsAttention(one, report));
  if (open.length === 0) return '';
  const failed = open.filter(({ status }) => status === 'fail').length;
  const worstFirst = open.toSorted(
    (one, other) => attention.indexOf(one.status) - attention.indexOf(other.status),
  );
  const title = failed > 0 ? count(failed, 'failure') : 'What needs attention';
  const groups = alike(worstFirst).map((group) => {
    const [first] = group as [RequirementResult];
    const cards = renderAll(group, report);
    return group.length < fewestAlike
      ? cards
      : folded(
          html`${mark(first.status)} ${group.length} ${first.status}: ${first.message}`,
          cards,
        );
  });
  return html`<section aria-labelledby="attention">
<h2 id="attention">${title}</h2>
${groups}
</section>`;
}

/** So many that say the same are told once. */
const fewestAlike = 3;

function renderAll(requirements: readonly RequirementResult[], report: Report): Part[] {
  return requirements.map((one) => renderRequirement(one, report));
}

function folded(title: Part, inside: readonly Part[]): Part {
  return html`<details class="folded"><summary>${title}</summary>\n${inside}\n</details>`;
}

function renderForm({ counts, requirements }: Report): Part {
  const box = (name: string, value: string, label: string) =>
    html`<label><input type="checkbox" name="${name}" value="${value}" checked>${label}</label>`;
  const boxes = statuses
    .filter((status) => counts[status] > 0)
    .map((status) => box('status', status, `${status} (${counts[status]})`));
  const levels = (['MUST', 'SHOULD', 'NOTE'] as const)
    .filter((level) => requirements.some((one) => one.level === level))
    .map((level) => box('level', level, level));
  const broken =
    counts.fail > 0 ? html`<button type="button" data-only="fail">Only what fails</button>` : '';
  return html`<form hidden aria-label="Filter the requirements">
<div class="row">
<fieldset><legend>Status</legend>${boxes}</fieldset>
<fieldset><legend>Level</legend>${levels}</fieldset>
<label>Find <input type="search" name="text" autocomplete="off" title="/ to search, j and k to move"></label>
</div>
<div class="row buttons">
${broken}
<button type="reset">Show all</button>
<button type="button" class="open-all">Open all</button>
<button type="button" class="close-all">Close all</button>
<output aria-live="polite"></output>
</div>
</form>`;
}

/** A topic: what held, and what was not checked, in a line each that opens. */
function renderTopic(report: Report, topic: string): Part {
  const own = report.requirements.filter((one) => one.topic === topic);
  const rest = own.filter((one) => !needsAttention(one, report));
  const held = rest.filter(({ status }) => status === 'pass');
  const others = rest.filter(({ status }) => status !== 'pass');
  const above = own.length - rest.length;
  return html`<section class="topic" aria-labelledby="topic-${topic}">
<h2 id="topic-${topic}">${topic}</h2>
<div>
${above > 0 ? html`<p class="faint">${above} above, as what needs attention.</p>` : ''}
${held.length > 0 ? folded(html`${mark('pass')} ${held.length} passed`, renderAll(held, report)) : ''}
${others.length > 0 ? folded(html`${mark('excluded')} ${others.length} not checked, or worth knowing`, renderAll(others, report)) : ''}
</div>
</section>`;
}
