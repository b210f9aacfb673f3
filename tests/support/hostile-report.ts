import type { Report } from '../../src/report/report.ts';

/** Text that does harm where it is taken for more than text. */
export const harm = [
  '<script>window.harmed=1</script>',
  '<img src=x onerror="window.harmed=1">',
  `"'><svg onload=window.harmed=1>`,
  ']]><!--</details></summary>--!>',
  '\u001b[2J\u001b]8;;http://evil.example\u0007',
  '::error title=x::y ##[error]z ##vso[task.complete]',
  '`code` **bold** | [link](http://evil.example) @everybody http://evil.example',
  '\u0000\u0008\u202e\u2028\ufffe\ud800',
  '%0A::stop-commands::x\r\n::error::y',
  '&amp;&#60;',
].join(' ');

/** A report with harmful text in every string that is free to say anything. */
export function hostile(report: Report): Report {
  const spoil = (text: string) => `${text} ${harm}`;
  return {
    ...report,
    message: spoil(report.message),
    cleanup: {
      removed: 1,
      unverified: 0,
      durationMs: 1,
      left: [{ what: spoil('a token'), why: spoil('it says so'), curl: spoil('curl x') }],
    },
    leftovers: [
      { what: spoil('a token'), why: spoil('it'), curl: spoil('curl x'), command: spoil('c') },
    ],
    notices: [spoil('TLS is not verified')],
    baseline: {
      file: spoil('baseline.json'),
      problems: [{ line: 3, requirement: spoil('x'), problem: spoil('holds now') }],
    },
    bodies: report.bodies.map(spoil),
    requirements: report.requirements.map((one) => ({
      ...one,
      title: spoil(one.title),
      text: spoil(one.text),
      source: spoil(one.source) as typeof one.source,
      causes: one.causes && spoil(one.causes),
      fix: one.fix && spoil(one.fix),
      message: spoil(one.message),
      known: one.known.map((entry) => ({
        ...entry,
        finding: harm,
        reason: spoil(entry.reason),
        owner: spoil(entry.owner),
      })),
      findings: one.findings.map((finding) => ({
        ...finding,
        expected: spoil(finding.expected),
        received: spoil(finding.received),
        credential: harm,
        hint: harm,
        curl: spoil('curl'),
      })),
      exchanges: one.exchanges.map((exchange) => ({
        ...exchange,
        request: spoil(exchange.request),
        credential: harm,
        purpose: harm,
        mediaType: harm,
        received: harm,
        curl: spoil('curl'),
      })),
    })),
  };
}
