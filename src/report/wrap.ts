import { stripVTControlCharacters } from 'node:util';

/** No terminal is narrower for us: what would be is left to it. */
const least = 40;

/**
 * Breaks lines that are wider than a terminal at blanks, and indents what follows as the text of
 * the line. A command stays whole, so that it can be copied.
 */
export function wrap(text: string, columns: number): string {
  const width = Math.max(least, columns);
  return text
    .split('\n')
    .flatMap((line) => (widthOf(line) > width && !isCommand(line) ? wrapLine(line, width) : [line]))
    .join('\n');
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  const [begin = ''] = /^ *([^ ]+ {2,})?/.exec(stripVTControlCharacters(line)) ?? [];
  const indent = ' '.repeat(Math.min(begin.length, width / 2));
  let current: string | undefined;
  for (const word of line.split(' ')) {
    if (
      current !== undefined &&
      widthOf(`${current} ${word}`) > width &&
      widthOf(current) > indent.length
    ) {
      lines.push(current);
      current = indent + word;
    } else current = current === undefined ? word : `${current} ${word}`;
  }
  return current === undefined ? lines : [...lines, current];
}

function widthOf(line: string): number {
  return stripVTControlCharacters(line).length;
}

function isCommand(line: string): boolean {
  return /\b(curl -|portal-conformance (cleanup|explain) )/.test(line);
}
