import type { Report } from './report.ts';

/** Text without control characters, line ends among them, invisible ones and none at all. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu, '\u{fffd}');
}

/**
 * Text that does nothing to what shows it: no control characters, no escapes of
 * a terminal, no line that a CI system takes for a command. Addresses of IPv6 stay as they are.
 */
export function inert(text: string): string {
  return visible(text)
    .replace(/(?<!\[[\da-f:]*)::(?=[a-z][\w-]{2})/gi, ':\u{200b}:')
    .replace(/##(?=\[|vso)/g, '#\u{200b}#');
}

/**
 * A report whose every string is inert, computed once, before any form is rendered. Structures of
 * bodies keep their lines, each of them inert.
 */
export function inertReport(report: Report): Report {
  const known = inertReports.get(report);
  if (known) return known;
  // Many exchanges say the same.
  const texts = new Map<string, string>();
  const once = (text: string) => {
    const result = texts.get(text) ?? inert(text);
    texts.set(text, result);
    return result;
  };
  const bodies = report.bodies.map((body) => body.split('\n').map(once).join('\n'));
  const result = { ...(mapStrings(report, once) as Report), bodies };
  inertReports.set(report, result);
  return result;
}

const inertReports = new WeakMap<Report, Report>();

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((element) => mapStrings(element, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, mapStrings(member, map)]),
  );
}
