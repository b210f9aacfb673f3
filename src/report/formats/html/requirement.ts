import { html, raw } from 'hono/html';
import { marks, moods } from '../../marks.ts';
import type { Report, RequirementResult } from '../../report.ts';
import { tell, tellKnown } from '../../sentences.ts';
import { renderExchanges } from './exchanges.ts';
import { renderFindings } from './findings.ts';
import type { Part } from './part.ts';

/** One requirement with its verdict, its findings and what it rests on. */
export function renderRequirement(one: RequirementResult, report: Report): Part {
  const { id, title, level, status, message, source, known } = one;
  const search = `${id} ${title} ${one.text} ${source} ${message}`.toLowerCase();
  const open = status === 'fail' ? raw(' open') : '';
  return html`<details class="requirement" id="${id}" data-status="${status}" data-level="${level}" data-text="${search}"${open}>
<summary><span class="mark ${moods[status]}" aria-hidden="true">${marks[status]}</span>
<h3>${title} <span class="id">${id}</span></h3>
<span class="verdict"><span class="${moods[status]}">${status}</span> <span class="level">${level}</span></span></summary>
<div class="inside">
<p>${one.text} <a href="#${id}" aria-label="Link to ${id}">#</a></p>
<p class="faint">Source: ${source}</p>
<p>${message}</p>
${known.map((entry) => html`<p class="notice">${tellKnown(entry)}</p>`)}
${renderFindings(one.findings)}
${renderAdvice(one)}
${renderIssue(one)}
${renderExchanges(one, report)}
</div>
</details>`;
}

function renderAdvice({ causes, fix, status }: RequirementResult): Part | '' {
  if (causes === null || fix === null || status === 'pass' || status === 'excluded') return '';
  return html`<h4>Usual causes</h4><p>${causes}</p><h4>How to fix</h4><p>${fix}</p>`;
}

/** What a person pastes into an issue, as Markdown. */
function renderIssue(one: RequirementResult): Part | '' {
  if (one.findings.length === 0) return '';
  const { id, level, title, source, fix } = one;
  const findings = one.findings.flatMap((finding) => {
    const { curl, ...rest } = finding;
    const said = tell(rest).map(([label, words]) => `- ${label}: ${words}`);
    return [...said, ...(curl ? ['', '```sh', curl, '```'] : []), ''];
  });
  const lines = [
    `### ${title} (\`${id}\`, ${level})`,
    ...['', one.text, `Source: ${source}`, ''],
    ...findings,
    ...(fix === null ? [] : [`How to fix: ${fix}`]),
  ];
  return html`<button type="button" class="copy issue" data-issue="${lines.join('\n')}" hidden>Copy as issue</button>`;
}
