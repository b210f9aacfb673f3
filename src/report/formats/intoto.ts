import type { Report, RequirementResult } from '../report.ts';

/** Outcomes that say something of the portal. */
const results: Readonly<Partial<Record<Report['outcome'], string>>> = {
  conformant: 'PASSED',
  'conformant-partial': 'WARNED',
  'known-failures': 'WARNED',
  'non-conformant': 'FAILED',
  'baseline-outdated': 'FAILED',
};

const sha256 = /sha256:([0-9a-f]{64})\b/;

/** Why a report attests nothing: a statement is about what has a digest, and says what was decided. */
export function whyNotAttested(report: Report): string | undefined {
  if (results[report.outcome] === undefined) return `the outcome is ${report.outcome}`;
  if (report.reference) return 'the reference portal was judged';
  if (digestOf(report) !== undefined) return undefined;
  return 'the digest of what was judged is not known: judge an --image, or give it as --subject-version sha256:...';
}

/** That of the image, as the engine or the call says. */
function digestOf({ imageDigest, subject }: Report): string | undefined {
  return sha256.exec(imageDigest ?? subject?.version ?? '')?.[1];
}

/**
 * Renders a report as an in-toto statement with the predicate test-result/v0.1, to be signed by
 * whoever vouches for the run; an empty text when it attests nothing.
 */
export function renderInToto(report: Report): string {
  const { outcome, requirements, image, target, suite, requirementSet } = report;
  const digest = digestOf(report);
  if (whyNotAttested(report) !== undefined || digest === undefined) return '';
  const named = (...statuses: readonly RequirementResult['status'][]) =>
    requirements.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
  const build = sha256.exec(suite.digest ?? '')?.[1];
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: image ?? target ?? 'portal', digest: { sha256: digest } }],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: results[outcome],
      configuration: [
        {
          name: `${suite.name} ${suite.version}${requirementSet ? `, requirements ${requirementSet}` : ''}`,
          ...(build ? { digest: { sha256: build } } : {}),
          annotations: {
            ...{ outcome, profile: report.profile, startedAt: report.startedAt, run: report.runId },
            leftOut: report.selection.deselected,
          },
        },
      ],
      passedTests: named('pass', 'note'),
      warnedTests: named('warn', 'known'),
      failedTests: named('fail'),
    },
  };
  return `${JSON.stringify(statement, undefined, 2)}\n`;
}
