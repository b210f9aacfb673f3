import { html } from 'hono/html';
import type { Part } from '../report/formats/html/part.ts';
import { attention, marks } from '../report/marks.ts';
import type { FleetData, SiteTarget } from './fleet-data.ts';
import { day, moodOf, page } from './layout.ts';
import { script } from './script.ts';

/** The first page: the targets by the requirements that are open anywhere. */
export function indexPage(data: FleetData): string {
  const { targets, requirements } = data;
  const body = html`<header>
<h1>${targets.length} targets, ${targets.filter(({ entry }) => entry.exitCode === 0).length} accepted</h1>
<p>${outcomesOf(data)}</p>
</header>
${formOf(data)}
<main>
${
  requirements.length === 0
    ? html`<p>No requirement is open on any target.</p>`
    : html`<p class="faint">${attention
        .filter((status) => status !== 'note')
        .map((status) => `${marks[status]} ${status}`)
        .join(
          ', ',
        )}; – not judged; an empty cell holds. A column is a requirement that is open anywhere.</p>`
}
<div class="table" tabindex="0" role="region" aria-label="Targets by requirements"><table class="matrix">
<thead><tr><th scope="col">target<th scope="col">outcome<th scope="col">since${requirements.map(
    ({ requirement: { id, title }, on }) =>
      html`<th scope="col" data-id="${id}"><a href="requirements/${id}.html" title="${title}: ${on.length}">${id}</a>`,
  )}</thead>
<tbody>
${targets.map((target) => rowOf(target, data))}
</tbody>
</table></div>
</main>`;
  return page('Conformance of a fleet', body, script);
}

function outcomesOf({ targets }: FleetData): string {
  const counts = new Map<string, number>();
  for (const { entry } of targets) counts.set(entry.outcome, (counts.get(entry.outcome) ?? 0) + 1);
  return [...counts].map(([outcome, number]) => `${number} ${outcome}`).join(', ');
}

function formOf({ requirements, labels }: FleetData): Part {
  const option = (value: string) => html`<option>${value}`;
  return html`<form hidden role="search">
<label>Words <input type="search" name="q" autocomplete="off"></label>
<label>Label <select name="label"><option value="">any${labels.map(option)}</select></label>
<label>Status <select name="status"><option value="">any<option>fail<option>known<option>warn<option>inconclusive<option>untested<option value="none">nothing open</select></label>
<label>Requirement <select name="requirement"><option value="">any${requirements.map(({ requirement: { id } }) => option(id))}</select></label>
<output></output>
</form>`;
}

/** Cells are as short as they can be: there may be a thousand rows of many. */
function rowOf(target: SiteTarget, { requirements }: FleetData): Part {
  const { entry, open, since } = target;
  const byId = new Map(open.map((one) => [one.id, one]));
  const labels = Object.entries(entry.labels).map(([name, value]) => `${name}=${value}`);
  return html`<tr data-l="${JSON.stringify(labels)}" data-t="${[entry.version, entry.target].join(' ')}"><th scope="row"><a href="targets/${entry.id}.html">${entry.id}</a><td><span class="${moodOf(entry)}">${entry.outcome}</span><td>${day(since)}${requirements.map(
    ({ requirement: { id } }) => {
      const one = byId.get(id);
      return one
        ? html`<td title="${one.status}" class="${one.status === 'fail' ? 'bad' : 'doubt'}">${marks[one.status]}`
        : target.unjudged.has(id)
          ? html`<td>–`
          : html`<td>`;
    },
  )}
`;
}
