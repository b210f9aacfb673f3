import { type Status, statuses } from '../../contract/judge.ts';
import type { Report } from '../report.ts';

/** What of a requirement is worth an alert: what held says nothing. */
const open: readonly Status[] = ['fail', 'known', 'warn', 'inconclusive', 'untested'];

/**
 * Renders a report for the textfile collector of Prometheus' node exporter: how the run ended, how many
 * requirements ended how, and each that is open.
 */
export function renderPrometheus(report: Report): string {
  const { exitCode, outcome, startedAt, durationMs, requests, requirements, counts } = report;
  const { target, profile, subject, leftovers, selection } = report;
  const common = {
    target: target ?? '',
    profile,
    ...(subject?.version ? { version: subject.version } : {}),
    ...subject?.labels,
  };
  const metric = (name: string, help: string, samples: readonly Sample[]) =>
    samples.length === 0
      ? []
      : [
          `# HELP portal_conformance_${name} ${help}`,
          `# TYPE portal_conformance_${name} gauge`,
          ...samples.map(
            ([value, more = {}]) =>
              `portal_conformance_${name}{${labelsOf({ ...common, ...more })}} ${value}`,
          ),
        ];
  const watched = requirements.filter(
    ({ id, status }) => open.includes(status) && !selection.deselected.includes(id),
  );
  const left = leftovers.map(
    ({ what, why, command }) => `# left behind: ${what}; ${why}; ${command}`,
  );
  const lines = [
    ...metric('exit_code', 'How the run ended, as the exit code.', [[exitCode, { outcome }]]),
    ...metric('started_seconds', 'When the run began, in seconds since the epoch.', [
      [Date.parse(startedAt) / 1000],
    ]),
    ...metric('duration_seconds', 'How long the run took.', [[durationMs / 1000]]),
    ...metric('requests', 'How many requests it sent.', [[requests]]),
    ...metric('leftovers', 'What it created and could not remove.', [[leftovers.length]]),
    ...metric(
      'requirements',
      'How many requirements ended so.',
      statuses.map((status) => [counts[status], { status }]),
    ),
    ...metric(
      'open',
      'A requirement that failed, or that could not be decided.',
      watched.map(({ id, level, status }) => [1, { requirement: id, level, status }]),
    ),
    ...left,
  ];
  return `${lines.join('\n')}\n`;
}

type Sample = readonly [value: number, labels?: Readonly<Record<string, string>>];

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const escaped = (value: string) =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}
