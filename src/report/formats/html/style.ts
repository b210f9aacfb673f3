/** Colours come in pairs: for light and for dark. */
export const palette = `
:root {
  color-scheme: light dark;
  --back: light-dark(#fff, #14171c);
  --raised: light-dark(#f5f7f9, #1c2128);
  --text: light-dark(#1b2129, #e4e8ed);
  --faint: light-dark(#56616d, #9aa6b3);
  --line: light-dark(#d5dbe1, #343c47);
  --accent: light-dark(#0b5cad, #6db3ff);
  --good: light-dark(#14723b, #5ccf8a);
  --bad: light-dark(#b3261e, #ff8a80);
  --doubt: light-dark(#8a5300, #f0b35a);
}
`;

/** The style of the HTML report. */
export const style = `${palette}* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
header, main, footer, form { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
code, pre, .id { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .875em; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--back); padding: .5rem; z-index: 1; }
[hidden] { display: none !important; }

header { padding-top: 2rem; }
.suite { color: var(--faint); margin: 0; }
h1 { font-size: 2rem; line-height: 1.2; margin: .25rem 0 .5rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); } .faint { color: var(--faint); }
.message { font-size: 1.125rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
.inside, .notice, li, dd, .legend { overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .125rem 1rem; margin: 0 0 1.25rem; }
.facts dt { color: var(--faint); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.bar { display: block; width: 100%; height: 12px; border-radius: 6px; margin-bottom: 1rem; }
.bar .pass { fill: var(--good); } .bar .fail { fill: var(--bad); }
.bar .known, .bar .warn, .bar .inconclusive, .bar .untested { fill: var(--doubt); }
.bar .note { fill: var(--accent); } .bar .excluded { fill: var(--line); }
.bar .untested { opacity: .4; }
.notice { border-left: 4px solid var(--doubt); padding: .25rem 0 .25rem 1rem; margin: 0 0 1rem; }
.table { overflow-x: auto; margin-bottom: 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { font-weight: 600; color: var(--faint); font-size: .875rem; }

main form { padding: .5rem 0; position: sticky; top: 0; background: var(--back); z-index: 1; }
form .row { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; }
form .buttons { margin-top: .5rem; gap: .5rem; }
output { color: var(--faint); margin-left: auto; }
fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; }
legend { float: left; color: var(--faint); margin-right: .75rem; }
label { display: inline-flex; gap: .3rem; align-items: center; min-height: 2rem; }
input[type=search] {
  font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line);
  border-radius: 6px; padding: .25rem .5rem; width: 14rem; max-width: 100%;
}
button {
  font: inherit; font-size: .875rem; color: var(--text); background: var(--back); cursor: pointer;
  border: 1px solid var(--line); border-radius: 6px; padding: .25rem .75rem; min-height: 2rem;
}
button:hover { border-color: var(--accent); }

h2 { font-size: 1.25rem; margin: 1.75rem 0 .5rem; }
h2[id^=topic-] { font-size: 1rem; margin: .25rem 0; }
.topic { display: grid; grid-template-columns: 8rem 1fr; gap: 0 1rem; border-top: 1px solid var(--line); padding: .25rem 0; }
.topic > div { min-width: 0; } .topic > div > p { margin: .25rem .5rem; }
h2::first-letter { text-transform: uppercase; }
.requirement { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; background: var(--back); }
.requirement:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.requirement > summary {
  display: grid; grid-template-columns: 1.25rem 1fr auto; gap: .25rem .75rem; align-items: baseline;
  padding: .5rem .75rem; cursor: pointer; list-style: none;
}
.requirement > summary::-webkit-details-marker { display: none; }
.requirement > summary:hover { background: var(--raised); }
.requirement[open] > summary { border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; font-weight: 600; margin: 0; min-width: 0; overflow-wrap: anywhere; }
summary .id { color: var(--faint); font-weight: 400; overflow-wrap: anywhere; }
.mark { font-weight: 700; text-align: center; }
.verdict { font-size: .875rem; white-space: nowrap; }
.level { color: var(--faint); }
.inside { padding: .5rem .75rem 1rem 2.75rem; }
.inside > p { margin: .5rem 0; }
.inside h4 { font-size: .875rem; color: var(--faint); margin: 1rem 0 .25rem; font-weight: 600; }
.finding { background: var(--raised); border-radius: 6px; padding: .5rem .75rem; margin: .5rem 0; }
.pairs { display: grid; grid-template-columns: max-content 1fr; gap: .125rem .75rem; margin: 0; }
.pairs dt { color: var(--faint); } .pairs dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.curl { display: flex; gap: .5rem; align-items: flex-start; margin-top: .5rem; }
.curl code { flex: 1; min-width: 0; overflow-wrap: anywhere; background: var(--raised); padding: .375rem .5rem; border-radius: 6px; }
.finding .curl code { background: var(--back); }
.exchange.failing { border-left: 4px solid var(--bad); padding-left: .5rem; }
.issue { margin-top: .5rem; }
.previous { margin-bottom: 1rem; }
.timeline svg { display: block; width: 100%; height: 12rem; background: var(--raised); border-radius: 6px; }
.timeline .pass { stroke: var(--good); } .timeline .fail { stroke: var(--bad); } .timeline .known { stroke: var(--doubt); } .timeline .note { stroke: var(--accent); }
.timeline path { stroke-width: .8; } .timeline .phase { stroke: var(--faint); stroke-width: 1px; vector-effect: non-scaling-stroke; stroke-dasharray: 4; }
.timeline rect { fill: transparent; } .timeline .pacing { fill: var(--doubt); opacity: .25; } .timeline .settling { fill: var(--accent); opacity: .15; }
mark { color: inherit; background: light-dark(#ffe3a3, #5a4310); border-radius: 3px; padding: 0 .125rem; }
.expected { color: var(--bad); display: block; white-space: pre-wrap; padding-left: 2rem; }
.same th, .same td { text-align: left; white-space: normal; vertical-align: top; overflow-wrap: anywhere; }
.sides { margin: .5rem 0; } .sides caption { text-align: left; color: var(--faint); } .sides th:first-child { white-space: nowrap; }
.legend { color: var(--faint); font-size: .875rem; }
.folded { margin: .5rem 0; }
.folded > summary { cursor: pointer; padding: .25rem .5rem; border-radius: 6px; overflow-wrap: anywhere; }
.folded > summary:hover { background: var(--raised); }
.structure { background: var(--raised); border-radius: 6px; padding: .5rem .75rem; margin: .5rem 0; } .structure pre { padding: 0; margin: 0; }
.others > summary { cursor: pointer; color: var(--faint); padding-left: 1rem; }
.exchange { border-top: 1px solid var(--line); padding: .5rem 0; }
.exchange > summary { cursor: pointer; overflow-wrap: anywhere; }
pre { background: var(--raised); border-radius: 6px; padding: .5rem .75rem; overflow-x: auto; margin: .5rem 0; }
footer { color: var(--faint); padding-top: 2rem; padding-bottom: 2rem; font-size: .875rem; }

@media (max-width: 40rem) {
  header { padding-top: 1rem; }
  h1 { font-size: 1.5rem; }
  .inside { padding-left: .75rem; }
  .topic { grid-template-columns: 1fr; }
  .requirement > summary { grid-template-columns: 1.25rem 1fr; }
  .verdict { grid-column: 2; }
  .curl { flex-direction: column; }
  .curl code { width: 100%; }
}
@media (max-width: 22rem) {
  .facts, .pairs { grid-template-columns: 1fr; } .facts dd, .pairs dd { margin-bottom: .375rem; }
}
@media (max-width: 25rem) {
  .same:not(.sides) thead { display: none; } .same:not(.sides) :is(tr, td) { display: block; } .same:not(.sides) tr { border-bottom: 1px solid var(--line); } .same:not(.sides) td { border: 0; }
  .sides :is(th, td) { padding: .25rem; } .sides tbody tr:not(:has(mark)) { display: none; }
}
@media (forced-colors: active) {
  .bar { border: 1px solid; } .bar rect, .timeline :is(rect, path) { forced-color-adjust: none; }
  .requirement, .finding, .curl code, pre, .structure { border: 1px solid; } .structure pre { border: 0; }
  .exchange.failing { border-left-style: double; border-left-width: 8px; }
}
@media print {
  :root { color-scheme: light; }
  .exchange, .inside h4, .inside > p.faint, .legend, .once, .timeline, form, .skip, button, .folded > :not(summary) { display: none !important; }
  .requirement { break-inside: avoid; }
  @page { margin: 12mm; }
  body { font-size: 8.5pt; line-height: 1.3; }
  .requirement { margin: .25rem 0; } .requirement > summary { padding: .2rem .5rem; } h3 { font-size: 9pt; }
  th, td { padding: .1rem .4rem; }
  .inside { padding: .25rem .5rem .5rem; } .inside > p { margin: .25rem 0; } .finding { margin: .25rem 0; padding: .25rem .5rem; }
  .topic, .same details { display: none; }
  pre { white-space: pre-wrap; }
}
`;
