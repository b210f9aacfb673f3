import { attention } from '../marks.ts';
import type { Report, RequirementResult } from '../report.ts';
import { inOneLine } from '../sentences.ts';

/** GitHub shows ten annotations of each kind for a step. */
const most = 10;

/**
 * Renders a report as workflow commands of GitHub Actions: an error for each
 * broken requirement, a warning for what could not be decided, the outcome last.
 */
export function renderAnnotations(report: Report): string {
  const { outcome, message, exitCode, baseline } = report;
  const errors = report.requirements.filter(({ status }) => status === 'fail');
  const warnings = report.requirements.filter(
    ({ id, status, level, counts }) =>
      !report.selection.deselected.includes(id) &&
      (status === 'warn' ||
        status === 'known' ||
        (level === 'MUST' &&
          counts !== false &&
          (status === 'inconclusive' || status === 'untested'))),
  );
  warnings.sort((one, other) => attention.indexOf(one.status) - attention.indexOf(other.status));
  const outdated = (baseline?.problems ?? []).map(({ line, requirement, problem }) =>
    command('error', requirement, problem, { file: baseline?.file ?? '', line: String(line) }),
  );
  const stays = report.leftovers.map(({ what, why, command: remove }) =>
    command('error', 'left behind', `${what}; ${why}\n${remove}`),
  );
  outdated.unshift(...stays);
  const left = most - 1 - Math.min(outdated.length, most - 1);
  const lines = [
    ...outdated.slice(0, most - 1),
    ...errors.slice(0, left).map((one) => annotate('error', one)),
    ...grouped(warnings).slice(0, most),
    command(exitCode === 0 ? 'notice' : 'error', outcome, message),
  ];
  return `${lines.join('\n')}\n`;
}

/** What could not be decided for one reason is one warning. */
function grouped(warnings: readonly RequirementResult[]): string[] {
  const byMessage = new Map<string, RequirementResult[]>();
  for (const one of warnings) {
    const key = one.findings.length > 0 ? one.id : `${one.status} ${one.message}`;
    byMessage.set(key, [...(byMessage.get(key) ?? []), one]);
  }
  return [...byMessage.values()].map((alike) => {
    const [first] = alike as [RequirementResult];
    if (alike.length === 1) return annotate('warning', first);
    const ids = alike.map(({ id }) => id).join(', ');
    return command(
      'warning',
      `${alike.length} requirements ${first.status}`,
      `${first.message}\n${ids}`,
    );
  });
}

function annotate(kind: string, one: RequirementResult): string {
  const { id, status, level, title, source, message, findings } = one;
  const told = findings.length > 0 ? findings.map(inOneLine) : [message];
  return command(kind, `${id} ${status} (${level}, ${source})`, [title, ...told].join('\n'));
}

function command(
  kind: string,
  title: string,
  message: string,
  place: Readonly<Record<string, string>> = {},
): string {
  const properties = Object.entries({ ...place, title: `portal-conformance ${title}` })
    .map(
      ([name, value]) => `${name}=${escapeData(value).replace(/:/g, '%3A').replace(/,/g, '%2C')}`,
    )
    .join(',');
  // Lines are ours: a title, and what was found.
  return `::${kind} ${properties}::${escapeData(message)}`;
}

/** As the runner's toolkit escapes what follows a command. */
function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
