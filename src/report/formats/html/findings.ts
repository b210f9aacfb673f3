import { html } from 'hono/html';
import type { Finding, Sides } from '../../../contract/finding.ts';
import { tell } from '../../sentences.ts';
import { renderCurl } from './curl.ts';
import type { Part } from './part.ts';

/** What was found; what differs in the credential alone is one, with a table. */
export function renderFindings(findings: readonly Finding[]): Part[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { expected, hint } = finding;
    const key = finding.credential ? JSON.stringify([kindOf(expected, finding), hint]) : '';
    const group = key ? groups.get(key) : undefined;
    if (group) group.push(finding);
    else groups.set(key || `${groups.size}`, [finding]);
  }
  return [...groups.values()].flatMap((group) =>
    group.length === 1 || group.some(({ sides }) => sides)
      ? group.map(renderFinding)
      : [renderTable(group)],
  );
}

/** What was expected, without the credential that it names: of `status 401 for no token`, `status 401 for`. */
function kindOf(expected: string, { credential = '' }: Finding): string {
  return expected.replace(credential, '');
}

function renderFinding(finding: Finding): Part {
  const { curl, sides, ...rest } = finding;
  const pairs = tell(rest).map(([label, said]) => html`<dt>${label}</dt><dd>${said}</dd>`);
  return html`<div class="finding"><dl class="pairs">${pairs}</dl>${sides ? renderSides(sides) : ''}${curl ? renderCurl(curl) : ''}</div>`;
}

/** A record as two readings have it, member by member; what differs is marked. */
function renderSides({ of, members }: Sides): Part {
  const rows = members.map(({ name, one, other, differs }) => {
    const cell = (text: string) => (differs ? html`<mark>${text}</mark>` : text);
    return html`<tr><th scope="row"><code>${name}</code>${differs ? html` <span class="bad">differs</span>` : ''}</th><td>${cell(one)}</td><td>${cell(other)}</td></tr>`;
  });
  return html`<table class="same sides"><caption>The first record in which they disagree</caption><thead><tr><th scope="col">member</th>${of.map((who) => html`<th scope="col">${who}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

function renderTable(group: readonly Finding[]): Part {
  const [first] = group as [Finding];
  const rows = group.map(({ credential = '', curl, hint: _, ...finding }) => {
    const [[, expected], [, received]] = tell(finding) as [
      readonly [string, string],
      readonly [string, string],
    ];
    const again = curl
      ? html`<details><summary>command</summary>${renderCurl(curl)}</details>`
      : '';
    return html`<tr><td>${credential}</td><td>${expected.replace(` for ${credential}`, '')}</td><td>${received}</td><td>${again}</td></tr>`;
  });
  const hint = first.hint ? html`<p>${first.hint}</p>` : '';
  return html`<div class="finding"><table class="same"><thead><tr><th scope="col">with</th><th scope="col">expected</th><th scope="col">received</th><th scope="col">again</th></tr></thead><tbody>${rows}</tbody></table>${hint}</div>`;
}
