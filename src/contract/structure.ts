import { describe } from './describe.ts';
import { memberNames } from './shape.ts';

// A structure is for reading beside a finding: a list of equal records needs no more than a few,
// and a record of the contract has seven members and two levels.
const maxElements = 3;
const maxMembers = 20;
const maxDepth = 6;

/**
 * The structure of a JSON value, a line for each member: documented names are
 * shown, values are described. Of an array the first few elements are shown.
 */
export function structureOf(value: unknown): string {
  return lines(value, 0).join('\n');
}

function lines(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return [describe(value)];
  const isArray = Array.isArray(value);
  const entries = isArray ? [...value.slice(0, maxElements).entries()] : Object.entries(value);
  if (entries.length === 0) return [isArray ? '[]' : '{}'];
  const shown = entries.slice(0, maxMembers);
  const total = isArray ? value.length : entries.length;
  const inner = shown.flatMap(([name, member]) => {
    const [first = '', ...rest] = lines(member, depth + 1);
    const label = typeof name === 'number' ? '' : `${nameOf(name)}: `;
    return [`  ${label}${first}`, ...rest.map((line) => `  ${line}`)];
  });
  const more = total > shown.length ? [`  … ${total - shown.length} more`] : [];
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  return [open, ...inner, ...more, close];
}

const documented = new Set([...memberNames, 'hosts']);

/** A name that the contract does not know could be anything, a token too. */
function nameOf(name: string): string {
  return documented.has(name) ? name : `a name of ${name.length} characters`;
}
