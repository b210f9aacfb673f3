import { html } from 'hono/html';
import type { Transition } from '../fleet/history.ts';
import type { Part } from '../report/formats/html/part.ts';
import type { SiteRequirement, SiteTarget } from './fleet-data.ts';
import { day, moodOf, page, statusOf } from './layout.ts';

/** So many transitions are shown at once: a target that flaps has one every night. */
const mostShown = 100;

const back = html`<nav><a href="../index.html">All targets</a></nav>`;

/** A target: what is open on it, since when, and what became of it. */
export function targetPage({ entry, report, open, since, transitions }: SiteTarget): string {
  const { target, profile, subject, suite, image, imageDigest } = report;
  const facts: [string, string | Part | null | undefined][] = [
    ['target', target],
    ['image', image && [image, imageDigest].filter(Boolean).join(' ')],
    ['version', subject?.version],
    [
      'labels',
      Object.entries(entry.labels)
        .map((pair) => pair.join('='))
        .join(', '),
    ],
    ['since', day(since)],
    [
      'last run',
      html`<time datetime="${entry.startedAt}">${entry.startedAt}</time>, ${profile}, ${suite.name} ${suite.version}`,
    ],
    ['badge', html`<a href="../badges/${entry.id}.json">JSON for shields.io</a>`],
  ];
  const body = html`${back}
<main>
<h1><span class="${moodOf(entry)}">${entry.outcome}</span>: ${entry.id}</h1>
<p>${entry.message}</p>
<dl>${facts.map(([name, value]) => (value ? html`<dt>${name}<dd>${value}` : ''))}</dl>
<h2>Open</h2>
${
  open.length === 0
    ? html`<p>Nothing.</p>`
    : html`<table class="list"><thead><tr><th>requirement<th>status<th>since<th>what was found</thead><tbody>${open.map(
        ({ id, status, since: from, message }) =>
          html`<tr><td><a href="../requirements/${id}.html">${id}</a><td>${statusOf(status)}<td>${day(from)}<td>${message}`,
      )}</tbody></table>`
}
<h2>What changed</h2>
${changesOf(transitions)}
</main>`;
  return page(`${entry.outcome}: ${entry.id}`, body);
}

function changesOf(transitions: readonly Transition[]): Part {
  if (transitions.length === 0) return html`<p>There is no history of it.</p>`;
  const table = (part: readonly Transition[]) =>
    html`<table class="list"><thead><tr><th>when<th>what<th>from<th>to</thead><tbody>${part.map(
      ({ at, requirement, from, to }) =>
        html`<tr><td><time datetime="${at}">${at.slice(0, 16).replace('T', ' ')}</time><td>${requirement ? html`<code>${requirement}</code>` : 'the outcome'}<td>${from ?? '–'}<td>${to}`,
    )}</tbody></table>`;
  const rest = transitions.slice(mostShown);
  return html`${table(transitions.slice(0, mostShown))}
${rest.length > 0 ? html`<details><summary>${rest.length} earlier</summary>${table(rest)}</details>` : ''}`;
}

/** A requirement: what it says, and who does not meet it, since when. */
export function requirementPage({ requirement, on }: SiteRequirement): string {
  const { id, title, text, level, source, fix } = requirement;
  const body = html`${back}
<main>
<h1>${title}</h1>
<p><code>${id}</code>, ${level}. ${text} <em>${source}</em></p>
${fix ? html`<p>Fix: ${fix}</p>` : ''}
<h2>Open on ${on.length === 1 ? 'one target' : `${on.length} targets`}</h2>
<table class="list"><thead><tr><th>target<th>status<th>since<th>what was found</thead><tbody>${on.map(
    ({ target: { entry }, open }) =>
      html`<tr><td><a href="../targets/${entry.id}.html">${entry.id}</a><td>${statusOf(open.status)}<td>${day(open.since)}<td>${open.message}`,
  )}</tbody></table>
</main>`;
  return page(`${id}: ${title}`, body);
}
