import { escapeMarkup } from '../markup.ts';
import { judgedNothing, type Report, type RequirementResult } from '../report.ts';
import { curlOf, tell, tellKnown } from '../sentences.ts';

/**
 * Renders a report as JUnit XML: a test suite for each topic, and in it a test case for each of its
 * requirements, whose properties tell what it rests on. Broken is `failure`, undecided `error`,
 * what was not judged or is known `skipped`.
 */
export function renderJunit(report: Report): string {
  const { requirements, durationMs, outcome } = report;
  const isIdle = judgedNothing(report);
  const kindIn = (one: RequirementResult) =>
    isIdle && kindOf(one) === 'error' ? 'skipped' : kindOf(one);
  const caseOf = (one: RequirementResult) => testCase(one, kindIn(one));
  // What ended a run before anything was judged must not look green.
  const ended = outcomeCase(report);
  const topics = [...new Set(requirements.map(({ topic }) => topic))];
  const suites: (readonly [string, readonly Case[]])[] = [
    ...(ended ? [['outcome', [ended]] as const] : []),
    ...topics.map(
      (topic) => [topic, requirements.filter((one) => one.topic === topic).map(caseOf)] as const,
    ),
  ];
  const { skipped: _, ...counts } = countsOf(suites.flatMap(([, cases]) => cases));
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `portal-conformance: ${outcome}`, ...counts, time: seconds(durationMs) })}>`,
    ...suites.map(([name, cases]) => suite(report, name, cases)),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

type Kind = 'passed' | 'failure' | 'error' | 'skipped';

function kindOf({ status }: RequirementResult): Kind {
  if (status === 'fail') return 'failure';
  if (status === 'inconclusive') return 'error';
  if (status === 'known' || status === 'untested' || status === 'excluded') return 'skipped';
  return 'passed';
}

interface Case {
  readonly kind: Kind;
  readonly xml: string;
  readonly durationMs: number;
}

function testCase(one: RequirementResult, kind: Kind): Case {
  const { id, topic, title, durationMs } = one;
  const name = { name: `${id}: ${title}`, classname: `portal-conformance.${topic}` };
  const xml = [
    `    <testcase${attributes({ ...name, time: seconds(durationMs) })}>`,
    '      <properties>',
    ...Object.entries(propertiesOf(one)).map(
      ([key, value]) => `        <property${attributes({ name: key, value })}/>`,
    ),
    '      </properties>',
    ...(kind === 'passed' ? [] : [element(kind, one)]),
    '    </testcase>',
  ].join('\n');
  return { kind, xml, durationMs };
}

function element(kind: Exclude<Kind, 'passed'>, one: RequirementResult): string {
  const { status, message, known } = one;
  const why = known.length > 0 ? known.map(tellKnown).join('; ') : message;
  const told = attributes({ message: status === 'known' ? why : message, type: status });
  const text = storyOf(one).map(escapeMarkup).join('\n');
  return `      <${kind}${told}>${text}</${kind}>`;
}

function storyOf({ text, source, message, findings, fix }: RequirementResult): string[] {
  const found = findings.flatMap((finding) =>
    tell(finding).map(([label, said]) => `${label}: ${said}`),
  );
  return [text, `source: ${source}`, ...found, message, ...(fix ? [`fix: ${fix}`] : [])];
}

/** A case of its own for a run that did not come to an end, or left something: the message, as an error. */
function outcomeCase(report: Report): Case | undefined {
  const { outcome, message, leftovers } = report;
  const broke = ['misconfigured', 'suite-error', 'interrupted', 'baseline-outdated'];
  if (!broke.includes(outcome) && leftovers.length === 0 && !judgedNothing(report))
    return undefined;
  const type = leftovers.length > 0 ? 'leftovers' : outcome;
  const open = attributes({ name: `the run: ${outcome}`, classname: 'portal-conformance' });
  const left = leftovers.map(({ what, why, command }) => `${what}; ${why}: ${command}`);
  const text = left.map(escapeMarkup).join('\n');
  const error = `      <error${attributes({ message, type })}>${text}</error>`;
  return {
    kind: 'error',
    xml: `    <testcase${open}>\n${error}\n    </testcase>`,
    durationMs: 0,
  };
}

function propertiesOf(one: RequirementResult): Record<string, string> {
  const { id, level, source, status, findings } = one;
  const curl = curlOf(one);
  return {
    requirement: id,
    level,
    source,
    status,
    ...(curl ? { curl } : {}),
    ...(status === 'warn' || status === 'note'
      ? {
          [status]: findings.map(({ expected, received }) => `${expected}; ${received}`).join('; '),
        }
      : {}),
  };
}

function countsOf(cases: readonly Case[]) {
  const count = (kind: Kind) => cases.filter((one) => one.kind === kind).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

function suite({ startedAt, target }: Report, name: string, cases: readonly Case[]): string {
  const told = {
    name,
    ...countsOf(cases),
    // Requirements are judged beside each other: it is more than the run took.
    time: seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    timestamp: startedAt.slice(0, 19),
    ...(target ? { hostname: new URL(target).hostname } : {}),
  };
  return [
    `  <testsuite${attributes(told)}>`,
    ...cases.map(({ xml }) => xml),
    '  </testsuite>',
  ].join('\n');
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value))}"`)
    .join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
