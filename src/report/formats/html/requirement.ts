import { count } from '../../../contract/count.ts';
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
${renderIssue(one)}
${renderExchanges(one, bodies)}
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

/** Equal exchanges are one; those that a finding names come first, and are open. What passed has none here. */
function renderExchanges(
  { exchanges, findings, status }: RequirementResult,
  bodies: readonly string[],
): string {
  if (exchanges.length === 0) return '';
  if (status === 'pass')
    return `<p class="faint">It rests on ${count(exchanges.length, 'exchange')}, which the JSON report holds.</p>`;
  const failing = new Set(findings.map(({ curl }) => curl).filter((curl) => curl !== undefined));
  const groups = new Map<string, ExchangeReport[]>();
  for (const exchange of exchanges) {
    const { request, credential, status: code, mediaType, body, failure, curl } = exchange;
    const key = JSON.stringify([request, credential, code, mediaType, body, failure, curl]);
    groups.set(key, [...(groups.get(key) ?? []), exchange]);
  }
  const rows = [...groups.values()]
    .map(([first, ...rest]) => {
      const exchange = first as ExchangeReport;
      const isFailing = failing.has(exchange.curl);
      return { isFailing, row: renderExchange(exchange, bodies, rest.length + 1, isFailing) };
    })
    .toSorted((one, other) => Number(other.isFailing) - Number(one.isFailing));
  return `<h4>What was asked and answered</h4>${rows.map(({ row }) => row).join('\n')}`;
}

function renderExchange(
  exchange: ExchangeReport,
  bodies: readonly string[],
  times: number,
  isFailing: boolean,
): string {
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
  const same = times > 1 ? ` <span class="faint">(${times}, identical)</span>` : '';
  const marked = isFailing ? '<span class="bad">failing</span> ' : '';
  return `<details class="exchange${isFailing ? ' failing" open' : '"'}><summary>${marked}<code>${text(request)}</code> with ${text(credential)}: ${text(answer)}${same}</summary>
<dl class="pairs">${list}</dl>
${structure === undefined ? '' : `<pre tabindex="0">${text(structure)}</pre>`}
${renderCurl(exchange.curl)}</details>`;
}
