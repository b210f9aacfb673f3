import { html, raw } from 'hono/html';
import { count } from '../../../contract/count.ts';
import type { Finding } from '../../../contract/finding.ts';
import type { ExchangeReport, Report, RequirementResult } from '../../report.ts';
import { renderCurl } from './curl.ts';
import type { Part } from './part.ts';
import { renderStructure } from './structure.ts';

/** Equal exchanges are one; those that a finding names come first, and are open. What passed has none here. */
export function renderExchanges(
  { exchanges, findings, status }: RequirementResult,
  { bodies, evidence }: Pick<Report, 'bodies' | 'evidence'>,
): Part | '' {
  if (exchanges.length === 0) return '';
  if (status === 'pass' && evidence !== 'all')
    return html`<p class="faint">It rests on ${count(exchanges.length, 'exchange')}, which the JSON report holds (--evidence all).</p>`;
  const failing = new Map<string, Finding[]>();
  for (const finding of findings)
    if (finding.curl) failing.set(finding.curl, [...(failing.get(finding.curl) ?? []), finding]);
  const groups = new Map<string, ExchangeReport[]>();
  for (const exchange of exchanges) {
    const { request, credential, status: code, mediaType, body, failure, curl } = exchange;
    const key = JSON.stringify([request, credential, code, mediaType, body, failure, curl]);
    groups.set(key, [...(groups.get(key) ?? []), exchange]);
  }
  const rows = [...groups.values()]
    .map(([first, ...rest]) => {
      const exchange = first as ExchangeReport;
      const own = failing.get(exchange.curl) ?? [];
      return {
        isFailing: own.length > 0,
        row: renderExchange(exchange, bodies, rest.length + 1, own),
      };
    })
    .toSorted((one, other) => Number(other.isFailing) - Number(one.isFailing));
  return html`<h4>What was asked and answered</h4>${rows.map(({ row }) => row)}`;
}

function renderExchange(
  exchange: ExchangeReport,
  bodies: readonly string[],
  times: number,
  findings: readonly Finding[],
): Part {
  const { request, credential, purpose, attempts, status, mediaType, bytes, durationMs } = exchange;
  const answer = status === null ? (exchange.failure ?? 'no answer') : `status ${status}`;
  const structure = exchange.body === null ? undefined : bodies[exchange.body];
  const head = exchange.head === undefined ? undefined : bodies[exchange.head];
  const facts: (readonly [string, string])[] = [
    ['Purpose', purpose],
    ...(attempts > 1 ? [['Sent', `${attempts} times`] as const] : []),
    ...(mediaType === null ? [] : [['Media type', mediaType] as const]),
    ...(bytes === null ? [] : [['Body', `${bytes} bytes, ${exchange.received}`] as const]),
    ['Took', `${durationMs} ms`],
  ];
  const list = facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  const same = times > 1 ? html` <span class="faint">(${times}, identical)</span>` : '';
  const marked = findings.length > 0 ? html`<span class="bad">failing</span> ` : '';
  return html`<details class="exchange${findings.length > 0 ? ' failing' : ''}"${findings.length > 0 ? raw(' open') : ''}><summary>${marked}<code>${request}</code> with ${credential}: ${answer}${same}</summary>
<dl class="pairs">${list}</dl>
<pre tabindex="0" aria-label="Request">${requestOf(exchange)}</pre>
${head === undefined ? '' : html`<pre tabindex="0" aria-label="Status and fields of the response">${head}</pre>`}
${structure === undefined ? '' : renderStructure(structure, findings)}
${renderCurl(exchange.curl)}</details>`;
}

/** The request line and its fields, as the command sends them: tokens are named by their variables. */
function requestOf({ request, curl }: ExchangeReport): string {
  const fields = [...curl.matchAll(/ -H (?:"([^"]*)"|'([^']*)')/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
  return [`${request} HTTP/1.1`, ...fields].join('\n');
}
