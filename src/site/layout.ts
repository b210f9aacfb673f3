import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Status } from '../contract/judge.ts';
import type { Part } from '../report/formats/html/part.ts';
import { palette } from '../report/formats/html/style.ts';
import { marks } from '../report/marks.ts';
import type { Report } from '../report/report.ts';

/** The style of every page of a site. */
const style = `${palette}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 96rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
a { color: var(--accent); } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h1 { margin: .25rem 0 .5rem; line-height: 1.2; overflow-wrap: anywhere; } code { overflow-wrap: anywhere; }
[hidden] { display: none !important; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); } .faint { color: var(--faint); }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: 1rem 0; }
label { display: flex; flex-direction: column; font-size: .875rem; color: var(--faint); }
input, select { font: inherit; color: var(--text); background: var(--back); border: 1px solid var(--line); border-radius: 6px; padding: .25rem .5rem; max-width: 16rem; }
.table { overflow: auto; width: fit-content; max-width: 100%; max-height: 80vh; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; } .list { width: 100%; }
th, td { padding: .2rem .4rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
.matrix td { text-align: center; } .matrix td:nth-child(-n+3) { text-align: left; white-space: nowrap; } .matrix thead th { position: sticky; top: 0; background: var(--raised); z-index: 1; vertical-align: bottom; }
.matrix tbody th { position: sticky; left: 0; background: var(--back); font-weight: 400; white-space: nowrap; max-width: 45vw; overflow: hidden; text-overflow: ellipsis; }
.matrix thead th:first-child { left: 0; z-index: 2; }
.matrix thead th a { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 14rem; font-weight: 400; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .125rem 1rem; } dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } .list td, .list th { display: block; border: 0; } .list tr { display: block; border-bottom: 1px solid var(--line); } .list thead { display: none; } }
@media print { form, nav { display: none; } .table { overflow: visible; max-height: none; border: 0; } body { font-size: 9pt; } a { color: inherit; text-decoration: none; } .matrix thead th, .matrix tbody th { position: static; } }
`;

/** A page that fetches nothing and runs nothing but its own script. */
export function page(title: string, body: Part, script = ''): string {
  const hash = (text: string) => createHash('sha256').update(text).digest('base64');
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash(style)}'`,
    ...(script ? [`script-src 'sha256-${hash(script)}'`] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const whole = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
${script ? html`<script>${raw(script)}</script>` : ''}
</body>
</html>
`;
  return `${whole}`;
}

/** How an exit code is coloured. */
export function moodOf({ exitCode }: Pick<Report, 'exitCode'>): string {
  return exitCode === 0 ? 'good' : exitCode === 1 || exitCode === 2 ? 'bad' : 'doubt';
}

/** A status as a sign and a word: no colour is needed to tell it. */
export function statusOf(status: Status): Part {
  const mood = status === 'fail' ? 'bad' : 'doubt';
  return html`<span class="${mood}">${marks[status]} ${status}</span>`;
}

/** The day of a time, which the whole time is beside. */
export function day(at: string | undefined): Part {
  return at === undefined ? html`–` : html`<time datetime="${at}">${at.slice(0, 10)}</time>`;
}
