import { marks, moods } from '../../marks.ts';
import { escapeMarkup as text } from '../../markup.ts';
import type { ExchangeReport, Report, RequirementResult } from '../../report.ts';
import { tell, tellKnown } from '../../sentences.ts';
import { renderCurl } from './curl.ts';

/** One requirement with its verdict, its findings and what it rests on. */
export function renderRequirement(one: RequirementResult, { bodies }: Report): string {
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
${one.findings.map(renderFinding).join('\n')}
${renderAdvice(one)}
${renderExchanges(one.exchanges, bodies)}
</div>
</details>`;
}

function renderFinding(finding: RequirementResult['findings'][number]): string {
  const { curl, ...rest } = finding;
  const pairs = tell(rest).map(([label, said]) => `<dt>${label}</dt><dd>${text(said)}</dd>`);
  return `<div class="finding"><dl class="pairs">${pairs.join('')}</dl>${curl ? renderCurl(curl) : ''}</div>`;
}

function renderAdvice({ causes, fix, status }: RequirementResult): string {
  if (causes === null || fix === null || status === 'pass' || status === 'excluded') return '';
  return `<h4>Usual causes</h4><p>${text(causes)}</p><h4>How to fix</h4><p>${text(fix)}</p>`;
}

function renderExchanges(exchanges: readonly ExchangeReport[], bodies: readonly string[]): string {
  if (exchanges.length === 0) return '';
  const rows = exchanges.map((exchange) => renderExchange(exchange, bodies));
  return `<h4>What was asked and answered</h4>${rows.join('\n')}`;
}

function renderExchange(exchange: ExchangeReport, bodies: readonly string[]): string {
  const { request, credential, purpose, attempts, status, mediaType, bytes, durationMs } = exchange;
  const answer = status === null ? (exchange.failure ?? 'no answer') : `status ${status}`;
  const structure = exchange.body === null ? undefined : bodies[exchange.body];
  const facts: (readonly [string, string])[] = [
    ['Purpose', purpose],
    ...(attempts > 1 ? [['Sent', `${attempts} times`] as const] : []),
    ...(mediaType === null ? [] : [['Media type', mediaType] as const]),
    ...(bytes === null ? [] : [['Body', `${bytes} bytes, ${exchange.received}`] as const]),
    ['Took', `${durationMs} ms`],
  ];
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`).join('');
  return `<details class="exchange"><summary><code>${text(request)}</code> with ${text(credential)}: ${text(answer)}</summary>
<dl class="pairs">${list}</dl>
${structure === undefined ? '' : `<pre tabindex="0">${text(structure)}</pre>`}
${renderCurl(exchange.curl)}</details>`;
}
