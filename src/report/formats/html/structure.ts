import { html } from 'hono/html';
import { count } from '../../../contract/count.ts';
import type { Finding } from '../../../contract/finding.ts';
import type { Part } from './part.ts';

interface Line {
  readonly text: string;
  /** The record that it belongs to, by its index. */
  readonly record: number | undefined;
  /** What was expected there, where a finding is about it. */
  readonly expected: string | undefined;
}

/**
 * The structure of a body. The places that findings are about are marked, with what was expected;
 * the records without one are folded then.
 */
export function renderStructure(structure: string, findings: readonly Finding[]): Part {
  const lines = linesOf(structure, findings);
  const marked = new Set(lines.filter(({ expected }) => expected).map(({ record }) => record));
  const isFolded = ({ record }: Line) =>
    marked.size > 0 && record !== undefined && !marked.has(record);
  const groups: Line[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.[0] && isFolded(last[0]) === isFolded(line)) last.push(line);
    else groups.push([line]);
  }
  const shown = groups.map((group) => {
    const text = html`<pre tabindex="0">${group.map(renderLine)}</pre>`;
    const records = new Set(group.map(({ record }) => record)).size;
    return group[0] && isFolded(group[0])
      ? html`<details class="others"><summary>${count(records, 'other record')}</summary>${text}</details>`
      : text;
  });
  return html`<div class="structure" role="group" aria-label="Structure of the body">${shown}</div>`;
}

function renderLine({ text, expected }: Line): Part {
  if (expected === undefined) return html`${text}\n`;
  return html`<mark>${text}</mark><span class="expected">expected: ${expected}</span>`;
}

function linesOf(structure: string, findings: readonly Finding[]): Line[] {
  const expected = new Map(
    findings.flatMap(({ where = [], expected: what }) =>
      where.map((place) => [place, what] as const),
    ),
  );
  let record = -1;
  return structure.split('\n').map((text) => {
    const [, indent = '', member] = /^( *)([^:\s]+): /.exec(text) ?? [];
    const isInside = /^ {2}/.test(text) && !/^ {2}…/.test(text);
    if (/^ {2}[^\s\]}…]/.test(text) && member === undefined) {
      record += 1;
      return { text, record, expected: expected.get(`/${record}`) };
    }
    const place = indent.length === 2 ? `/${member}` : `/${record}/${member}`;
    const what = member !== undefined && indent.length <= 4 ? expected.get(place) : undefined;
    return { text, record: isInside && record >= 0 ? record : undefined, expected: what };
  });
}
