import { count } from '../../../contract/count.ts';
import type { Finding } from '../../../contract/finding.ts';
import { escapeMarkup as text } from '../../markup.ts';
import type { ExchangeReport, Report, RequirementResult } from '../../report.ts';
import { renderCurl } from './curl.ts';

/** Equal exchanges are one; those that a finding names come first, and are open. What passed has none here. */
export function renderExchanges(
  { exchanges, findings, status }: RequirementResult,
  { bodies, evidence }: Pick<Report, 'bodies' | 'evidence'>,
): string {
  if (exchanges.length === 0) return '';
  if (status === 'pass' && evidence !== 'all')
    return `<p class="faint">It rests on ${count(exchanges.length, 'exchange')}, which the JSON report holds (--evidence all).</p>`;
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
  return `<h4>What was asked and answered</h4>${rows.map(({ row }) => row).join('\n')}`;
}

function renderExchange(
  exchange: ExchangeReport,
  bodies: readonly string[],
  times: number,
  findings: readonly Finding[],
): string {
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
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`).join('');
  const same = times > 1 ? ` <span class="faint">(${times}, identical)</span>` : '';
  const marked = findings.length > 0 ? '<span class="bad">failing</span> ' : '';
  return `<details class="exchange${findings.length > 0 ? ' failing" open' : '"'}><summary>${marked}<code>${text(request)}</code> with ${text(credential)}: ${text(answer)}${same}</summary>
<dl class="pairs">${list}</dl>
<pre tabindex="0" aria-label="Request">${text(requestOf(exchange))}</pre>
${head === undefined ? '' : `<pre tabindex="0" aria-label="Status and fields of the response">${text(head)}</pre>`}
${structure === undefined ? '' : renderStructure(structure, findings)}
${renderCurl(exchange.curl)}</details>`;
}

/** The structure of a body; the places that a finding is about are marked, with what was expected. */
function renderStructure(structure: string, findings: readonly Finding[]): string {
  const expected = new Map(
    findings.flatMap(({ where = [], expected: what }) =>
      where.map((place) => [place, what] as const),
    ),
  );
  let element = -1;
  const lines = structure.split('\n').map((line) => {
    const [, indent = '', member] = /^( *)([^:\s]+): /.exec(line) ?? [];
    if (/^ {2}\S/.test(line) && member === undefined && !/^ {2}[\]}…]/.test(line)) element += 1;
    const place = indent.length === 2 ? `/${member}` : `/${element}/${member}`;
    const isElement = member === undefined && /^ {2}\S/.test(line);
    const what = isElement
      ? expected.get(`/${element}`)
      : indent.length <= 4
        ? expected.get(place)
        : undefined;
    if (what === undefined) return `${text(line)}\n`;
    return `<mark>${text(line)}</mark><span class="expected">expected: ${text(what)}</span>`;
  });
  return `<pre tabindex="0" aria-label="Structure of the body">${lines.join('').trimEnd()}</pre>`;
}

/** The request line and its fields, as the command sends them: tokens are named by their variables. */
function requestOf({ request, curl }: ExchangeReport): string {
  const fields = [...curl.matchAll(/ -H (?:"([^"]*)"|'([^']*)')/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
  return [`${request} HTTP/1.1`, ...fields].join('\n');
}
