import { html } from 'hono/html';
import { count } from '../../../contract/count.ts';
import type { RunTimeline } from '../../../http/timeline.ts';
import type { ExchangeReport, Report } from '../../report.ts';
import type { Part } from './part.ts';

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly lane: number;
  readonly status: number;
  /** What a verdict rests on. */
  readonly exchange: ExchangeReport | undefined;
}

/** So many lanes are told apart on one screen. */
const most = 60;

/** What the run did when: phases, requests in flight below each other, and what was waited for. */
export function renderTimeline(report: Report): Part | '' {
  const bars = barsOf(report);
  if (bars.length < 2) return '';
  const { phases = [], waits = [] } = report.timeline ?? {};
  const begin = phases[0]?.at ?? Math.min(...bars.map(({ from }) => from));
  const end = Math.max(
    ...bars.map(({ to }) => to),
    ...phases.map((one) => one.at + one.durationMs),
  );
  const lanes = Math.min(most, Math.max(...bars.map(({ lane }) => lane)) + 1);
  const span = Math.max(1, end - begin);
  const share = (ms: number) => +((ms / span) * 100).toFixed(2);
  const shown = bars.filter(({ lane }) => lane < most);
  const lines = (['pass', 'note', 'known', 'fail'] as const).map((kind) => {
    const all = shown.filter((bar) => classOf(bar) === kind);
    const path = all.map(
      ({ from, to, lane }) => `M${share(from - begin)} ${lane}h${Math.max(0.15, share(to - from))}`,
    );
    return path.length > 0 ? html`<path class="${kind}" d="${path.join('')}"/>` : '';
  });
  const rects = shown.flatMap((bar) => {
    if (!bar.exchange) return [];
    const { from, to, lane, exchange } = bar;
    const { request, credential, status, failure } = exchange;
    const told = `${request} with ${credential}: ${status ?? failure ?? 'no answer'}, after ${from - begin} ms, ${to - from} ms`;
    return html`<rect x="${share(from - begin)}" y="${lane}" width="${Math.max(0.15, share(to - from))}" height="1"><title>${told}</title></rect>`;
  });
  const back = [
    ...waits.map(
      ({ at, durationMs, why }) =>
        html`<rect class="${why}" x="${share(at - begin)}" y="0" width="${share(durationMs)}" height="${lanes}"><title>${why}, ${seconds(durationMs)}</title></rect>`,
    ),
    ...phases
      .slice(1)
      .map(({ at }) => html`<path class="phase" d="M${share(at - begin)} 0v${lanes}"/>`),
  ];
  const retried = bars.filter(({ exchange }) => (exchange?.attempts ?? 1) > 1).length;
  const summary = `${count(bars.length, 'request')} in ${seconds(span)}, ${lanes} at once at most${retried > 0 ? `; ${retried} sent again, after what said to come back later` : ''}`;
  return html`<details class="timeline"><summary>Timeline: ${summary}</summary>
<svg viewBox="0 -.5 100 ${lanes}" preserveAspectRatio="none" role="img" aria-label="Timeline: ${summary}">${back}${lines}${rects}</svg>
<p class="legend">From left to right ${seconds(span)}; a line is a request, and those below each other were in flight at once.${report.timeline ? ' Upright lines part the phases. What is shaded was waited for: pacing is before a request is sent again, settling is for a change to show.' : ' Only requests that verdicts rest on.'}</p>
${phases.length > 0 ? renderPhases(report.timeline as RunTimeline) : ''}</details>`;
}

/** The same in words and numbers. */
function renderPhases({ phases, requests, waits }: RunTimeline): Part {
  const rows = phases.map(({ name, at, durationMs }) => {
    const isIn = (ms: number) => ms >= at && ms < at + durationMs;
    const sent = requests.filter(([from]) => isIn(from));
    const refused = sent.filter(([, , status]) => status === 429 || status === 503).length;
    const told = (['pacing', 'settling'] as const).flatMap((why) => {
      const inside = waits
        .filter((one) => one.why === why)
        .map((one) => Math.min(at + durationMs, one.at + one.durationMs) - Math.max(at, one.at));
      const waited = inside.reduce((sum, ms) => sum + Math.max(0, ms), 0);
      return waited > 0 ? `${why} ${seconds(waited)}` : [];
    });
    return html`<tr><th scope="row">${name}</th><td>${seconds(at)}</td><td>${seconds(durationMs)}</td><td>${sent.length}</td><td>${refused}</td><td>${told.join(', ') || 'none'}</td></tr>`;
  });
  return html`<div class="table" tabindex="0" role="region" aria-label="Phases of the run"><table class="phases"><thead><tr><th scope="col">phase</th><th scope="col">from</th><th scope="col">took</th><th scope="col">requests</th><th scope="col">429 or 503</th><th scope="col">waits</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Every request where the report has them, or else those that verdicts rest on. */
function barsOf({ requirements, timeline, startedAt }: Report): Bar[] {
  const start = Date.parse(startedAt);
  const known = new Map<string, ExchangeReport>();
  for (const { exchanges } of requirements)
    for (const exchange of exchanges)
      if (exchange.sentAt !== undefined)
        known.set(`${exchange.sentAt} ${exchange.purpose} ${exchange.curl}`, exchange);
  const evidence = [...known.values()].map((exchange) => ({
    from: Number(exchange.sentAt) - start,
    durationMs: exchange.durationMs,
    status: exchange.status ?? 0,
    exchange,
  }));
  const spans = timeline?.requests.map(([from, durationMs, status]) => {
    const found = evidence.findIndex((one) => one.from === from && one.status === status);
    const [one] = found < 0 ? [] : evidence.splice(found, 1);
    return { from, durationMs, status, exchange: one?.exchange };
  });
  const sorted = (spans ?? evidence).sort((one, other) => one.from - other.from);
  /** When each lane is free again. */
  const free: number[] = [];
  return sorted.map(({ from, durationMs, status, exchange }) => {
    const to = from + durationMs;
    const found = free.findIndex((at) => at <= from);
    const lane = found < 0 ? free.length : found;
    free[lane] = Math.max(to, from + 1);
    return { from, to, lane, status, exchange };
  });
}

function classOf({ status, exchange }: Bar): string {
  if (status === 0 || status >= 500 || status === 429) return 'fail';
  return (exchange?.attempts ?? 1) > 1 ? 'known' : status < 400 ? 'pass' : 'note';
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
