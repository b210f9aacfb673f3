import { marks, moods } from '../../marks.ts';
import { escapeMarkup as text } from '../../markup.ts';
import type { Report, RequirementResult } from '../../report.ts';
import { tell, tellKnown } from '../../sentences.ts';
import { renderExchanges } from './exchanges.ts';
import { renderFindings } from './findings.ts';

/** One requirement with its verdict, its findings and what it rests on. */
export function renderRequirement(one: RequirementResult, report: Report): string {
  const { id, title, level, status, message, source, known } = one;
  const search = `${id} ${title} ${one.text} ${source} ${message}`.toLowerCase();
  const open = status === 'fail' ? ' open' : '';
  return `<details class="requirement" id="${text(id)}" data-status="${status}" data-level="${level}" data-text="${text(search)}"${open}>
<summary><span class="mark ${moods[status]}" aria-hidden="true">${marks[status]}</span>
<h3>${text(title)} <span class="id">${text(id)}</span></h3>
<span class="verdict"><span class="${moods[status]}">${status}</span> <span class="level">${level}</span></span></summary>
<div class="inside">
<p>${text(one.text)} <a href="#${text(id)}" aria-label="Link to ${text(id)}">#</a></p>
<p class="faint">Source: ${text(source)}</p>
<p>${text(message)}</p>
${known.map((entry) => `<p class="notice">${text(tellKnown(entry))}</p>`).join('\n')}
${renderFindings(one.findings)}
${renderAdvice(one)}
${renderIssue(one)}
${renderExchanges(one, report)}
</div>
</details>`;
}

function renderAdvice({ causes, fix, status }: RequirementResult): string {
  if (causes === null || fix === null || status === 'pass' || status === 'excluded') return '';
  return `<h4>Usual causes</h4><p>${text(causes)}</p><h4>How to fix</h4><p>${text(fix)}</p>`;
}

/** What a person pastes into an issue, as Markdown. */
function renderIssue(one: RequirementResult): string {
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
  return `<button type="button" class="copy issue" data-issue="${text(lines.join('\n'))}" hidden>Copy as issue</button>`;
}
