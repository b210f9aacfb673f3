import { createHash } from 'node:crypto';
import { count } from '../../../contract/count.ts';
import { statuses } from '../../../contract/judge.ts';
import { topics } from '../../../contract/requirement.ts';
import { alike } from '../../alike.ts';
import { attention } from '../../marks.ts';
import { escapeMarkup as text } from '../../markup.ts';
import type { Report, RequirementResult } from '../../report.ts';
import { renderCurl } from './curl.ts';
import { icon, moodOf } from './icon.ts';
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
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${text(policy)}">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>
<link rel="icon" href="${icon(report)}">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#requirements">Skip to the requirements</a>
${renderHeader(report)}
<main id="requirements">
${renderAttention(report)}
${renderRun(report)}
${renderForm(report)}
${topics.map((topic) => renderTopic(report, topic)).join('\n')}
</main>
<footer>
<p>Strings of the portal are described, never quoted: each may be a live credential.
${text(report.suite.name)} ${text(report.suite.version)}, run ${text(report.runId)}.</p>
</footer>
<script>${script}</script>
</body>
</html>
`;
}

function hash(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

function renderHeader(report: Report): string {
  const { outcome, message, suite } = report;
  return `<header>
<p class="suite">${text(suite.name)} ${text(suite.version)}: List API Tokens</p>
<h1 class="${moodOf(report)}">${text(outcome)}</h1>
<p class="message">${text(message)}</p>
${renderPrevious(report)}${renderNotices(report)}
</header>`;
}

/** What is violated beside what was in the run before, with links to what is here. */
function renderPrevious({ previous }: Report): string {
  if (!previous) return '';
  const { startedAt, outcome, new: fresh, gone, still } = previous;
  const row = (word: string, mood: string, ids: readonly string[]) =>
    ids.length === 0
      ? ''
      : `<dt class="${mood}">${word}</dt><dd>${ids.map((id) => `<a href="#${text(id)}">${text(id)}</a>`).join(', ')}</dd>`;
  const none =
    fresh.length + gone.length + still.length === 0
      ? '<dd>nothing violated, then and now</dd>'
      : '';
  return `<p class="faint">Since the run of <time datetime="${text(startedAt)}">${text(startedAt.slice(0, 16).replace('T', ' '))} UTC</time>, ${text(outcome)}:</p>
<dl class="pairs previous">${row('new', 'bad', fresh)}${row('gone', 'good', gone)}${row('still', 'doubt', still)}${none}</dl>
`;
}

/** What somebody must do beside fixing the portal. */
function renderNotices({ leftovers, notices, baseline }: Report): string {
  const left = leftovers.map(
    ({ what, why, curl, command }) =>
      `<div class="notice"><p>Left behind: ${text(what)}; ${text(why)}</p>${renderCurl(curl)}${renderCurl(command)}</div>`,
  );
  const told = notices.map((notice) => `<p class="notice">${text(notice)}</p>`);
  const problems = (baseline?.problems ?? []).map(
    ({ line, requirement, problem }) =>
      `<p class="notice">${text(baseline?.file ?? '')}, line ${line}: <code>${text(requirement)}</code> ${text(problem)}</p>`,
  );
  return [...left, ...problems, ...told].join('\n');
}

/** What of a report comes first: what counts against the portal, and what could not be told. */
function needsAttention({ id, status }: RequirementResult, { selection }: Report): boolean {
  return status !== 'note' && attention.includes(status) && !selection.deselected.includes(id);
}

/** What needs attention, right under the verdict; what says the same and has nothing to show is one line. */
function renderAttention(report: Report): string {
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
          `${mark(first.status)} ${group.length} ${first.status}: ${text(first.message)}`,
          cards,
        );
  });
  return `<section aria-labelledby="attention">
<h2 id="attention">${title}</h2>
${groups.join('\n')}
</section>`;
}

/** So many that say the same are told once. */
const fewestAlike = 3;

function renderAll(requirements: readonly RequirementResult[], report: Report): string {
  return requirements.map((one) => renderRequirement(one, report)).join('\n');
}

function folded(title: string, inside: string): string {
  return `<details class="folded"><summary>${title}</summary>\n${inside}\n</details>`;
}

function renderForm({ counts, requirements }: Report): string {
  const box = (name: string, value: string, label: string) =>
    `<label><input type="checkbox" name="${name}" value="${value}" checked>${label}</label>`;
  const boxes = statuses
    .filter((status) => counts[status] > 0)
    .map((status) => box('status', status, `${status} (${counts[status]})`));
  const levels = (['MUST', 'SHOULD', 'NOTE'] as const)
    .filter((level) => requirements.some((one) => one.level === level))
    .map((level) => box('level', level, level));
  const broken =
    counts.fail > 0 ? '<button type="button" data-only="fail">Only what fails</button>' : '';
  return `<form hidden aria-label="Filter the requirements">
<div class="row">
<fieldset><legend>Status</legend>${boxes.join('')}</fieldset>
<fieldset><legend>Level</legend>${levels.join('')}</fieldset>
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
function renderTopic(report: Report, topic: string): string {
  const own = report.requirements.filter((one) => one.topic === topic);
  const rest = own.filter((one) => !needsAttention(one, report));
  const held = rest.filter(({ status }) => status === 'pass');
  const others = rest.filter(({ status }) => status !== 'pass');
  const above = own.length - rest.length;
  return `<section aria-labelledby="topic-${topic}">
<h2 id="topic-${topic}">${topic}</h2>
${above > 0 ? `<p class="faint">${above} above, as what needs attention.</p>` : ''}
${held.length > 0 ? folded(`${mark('pass')} ${held.length} passed`, renderAll(held, report)) : ''}
${others.length > 0 ? folded(`${mark('excluded')} ${others.length} not checked, or worth knowing`, renderAll(others, report)) : ''}
</section>`;
}
