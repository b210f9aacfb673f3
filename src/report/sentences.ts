import type { Finding } from '../contract/finding.ts';
import type { KnownFailure, Report, RequirementResult } from './report.ts';

/** What a finding says, in reading order: a label and a text each. */
export function tell(finding: Finding): (readonly [label: string, text: string])[] {
  const { expected, received, credential, where: pointers = [], count, hint, curl } = finding;
  const times = count > 1 ? `, ${count} times` : '';
  // The pointer of the whole body is empty.
  const where = pointers.filter((pointer) => pointer !== '');
  const more = count > where.length ? ', …' : '';
  const places = where.length > 0 ? ` at ${where.join(', ')}${more}` : '';
  const from = credential ? `, with ${credential}` : '';
  const lines: (readonly [string, string])[] = [
    ['expected', expected],
    ['received', `${received}${places}${times}${from}`],
  ];
  if (hint) lines.push(['hint', hint]);
  if (curl) lines.push(['again', curl]);
  return lines;
}

/** `known until 2027-01-31 (crew): fixed in the next release`. */
export function tellKnown({ expires, owner, reason }: KnownFailure): string {
  return `known until ${expires} (${owner}): ${reason}`;
}

/** `0.7.0; oem=acme, region=eu`. */
export function tellSubject({ version, labels }: NonNullable<Report['subject']>): string {
  const told = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [version ?? [], told.length > 0 ? told.join(', ') : []].flat().join('; ');
}

/** The command that shows a verdict again: that of its first finding, or of its first exchange. */
export function curlOf({ findings, exchanges }: RequirementResult): string | undefined {
  return findings.find(({ curl }) => curl !== undefined)?.curl ?? exchanges[0]?.curl;
}

/** A finding in one line of plain text. */
export function inOneLine(finding: Finding): string {
  return tell(finding)
    .map(([label, text]) => `${label} ${text}`)
    .join('; ');
}
