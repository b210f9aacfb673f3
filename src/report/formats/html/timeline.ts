import { html } from 'hono/html';
import { count } from '../../../contract/count.ts';
import type { ExchangeReport, Report } from '../../report.ts';
import type { Part } from './part.ts';

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly lane: number;
  readonly exchange: ExchangeReport;
}

/** So many lanes are told apart on one screen. */
const most = 60;

/** When the requests were sent that verdicts rest on, those in flight at once below each other. */
export function renderTimeline(report: Report): Part | '' {
  const bars = barsOf(report);
  const [first] = bars;
  if (!first || bars.length < 2) return '';
  const end = Math.max(...bars.map(({ to }) => to));
  const lanes = Math.min(most, Math.max(...bars.map(({ lane }) => lane)) + 1);
  const span = Math.max(1, end - first.from);
  const share = (ms: number) => ((ms / span) * 100).toFixed(2);
  const rects = bars
    .filter(({ lane }) => lane < most)
    .map(({ from, to, lane, exchange }) => {
      const { request, credential, status, failure } = exchange;
      const told = `${request} with ${credential}: ${status ?? failure ?? 'no answer'}, after ${from - first.from} ms, ${to - from} ms`;
      return html`<rect class="${classOf(exchange)}" x="${share(from - first.from)}" y="${lane}" width="${Math.max(0.15, ((to - from) / span) * 100).toFixed(2)}" height=".8"><title>${told}</title></rect>`;
    });
  const retried = bars.filter(({ exchange }) => exchange.attempts > 1).length;
  const summary = `${count(bars.length, 'request')} in ${(span / 1000).toFixed(2)} s, ${lanes} at once at most${retried > 0 ? `; ${retried} sent again, after what said to come back later` : ''}`;
  return html`<details class="timeline"><summary>Timeline: ${summary}</summary>
<svg viewBox="0 0 100 ${lanes}" preserveAspectRatio="none" role="img" aria-label="Timeline: ${summary}">${rects}</svg>
<p class="legend">From left to right ${(span / 1000).toFixed(2)} s; a bar is a request, and those below each other were in flight at once. Only requests that verdicts rest on.</p>
</details>`;
}

function barsOf({ requirements }: Report): Bar[] {
  const known = new Map<string, ExchangeReport>();
  for (const { exchanges } of requirements)
    for (const exchange of exchanges)
      if (exchange.sentAt !== undefined)
        known.set(`${exchange.sentAt} ${exchange.purpose} ${exchange.curl}`, exchange);
  const sorted = [...known.values()].sort(
    (one, other) => Number(one.sentAt) - Number(other.sentAt),
  );
  /** When each lane is free again. */
  const free: number[] = [];
  return sorted.map((exchange) => {
    const from = Number(exchange.sentAt);
    const to = from + exchange.durationMs;
    const found = free.findIndex((at) => at <= from);
    const lane = found < 0 ? free.length : found;
    free[lane] = Math.max(to, from + 1);
    return { from, to, lane, exchange };
  });
}

function classOf({ status, attempts }: ExchangeReport): string {
  if (status === null || status >= 500 || status === 429) return 'fail';
  return attempts > 1 ? 'known' : status < 400 ? 'pass' : 'note';
}
