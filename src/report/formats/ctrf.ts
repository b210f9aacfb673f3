import type { Status } from '../../contract/judge.ts';
import type { Report, RequirementResult } from '../report.ts';
import { curlOf, inOneLine } from '../sentences.ts';

const statuses = {
  pass: 'passed',
  fail: 'failed',
  known: 'skipped',
  warn: 'passed',
  note: 'passed',
  inconclusive: 'other',
  untested: 'pending',
  excluded: 'skipped',
} as const satisfies Record<Status, string>;

/** Renders a report as JSON of the Common Test Report Format (ctrf.io). */
export function renderCtrf(report: Report): string {
  const { suite, runId, startedAt, durationMs, requirements, target, outcome, message } = report;
  const start = Date.parse(startedAt);
  const count = (status: string) =>
    requirements.filter((one) => statuses[one.status] === status).length;
  const results = {
    tool: { name: suite.name, version: suite.version },
    summary: {
      tests: requirements.length,
      passed: count('passed'),
      failed: count('failed'),
      skipped: count('skipped'),
      pending: count('pending'),
      other: count('other'),
      start,
      stop: start + durationMs,
      duration: durationMs,
      extra: { outcome, exitCode: report.exitCode, message, leftovers: report.leftovers },
    },
    tests: requirements.map(asTest),
    environment: {
      ...(target ? { testEnvironment: target } : {}),
      extra: { profile: report.profile },
    },
  };
  const head = { reportFormat: 'CTRF', specVersion: '0.0.0', runId, timestamp: startedAt };
  const document = { ...head, generatedBy: suite.name, results };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function asTest(one: RequirementResult): object {
  const { id, topic, level, title, source, status, message, findings, durationMs, known } = one;
  const curl = curlOf(one);
  return {
    name: `${id}: ${title}`,
    status: statuses[status],
    rawStatus: status,
    duration: durationMs,
    suite: ['portal-conformance', topic],
    message,
    ...(findings.length > 0 ? { trace: findings.map(inOneLine).join('\n') } : {}),
    tags: [level],
    extra: { requirement: id, level, source, ...(curl ? { curl } : {}), known },
  };
}
