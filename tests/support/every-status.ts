import { requirements } from '../../specs/index.ts';
import type { Behaviour } from '../../src/reference/behaviour.ts';
import { having, inOne, withHeaders } from '../../src/reference/faults/edit.ts';
import { startReference } from '../../src/reference/start.ts';
import type { Report } from '../../src/report/report.ts';
import { verify } from '../../src/run/verify.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { variablesOf } from './judge.ts';

const inSeconds = inOne(1, having('createdAt', 1_736_942_400));

/** A portal in which, with the call below, requirements end in every way there is. */
export const everyStatus: Behaviour = {
  name: 'every-status',
  says: 'something of everything',
  trips: [],
  // A MUST that fails, one that is known, and a NOTE.
  record: (record, principal, index, store) =>
    index === 2
      ? { ...record, name: null }
      : index === 3
        ? { ...record, note: '' }
        : inSeconds(record, principal, index, store),
  // A SHOULD.
  response: (usual) => withHeaders(usual, { 'Cache-Control': 'public, max-age=60' }),
  // What cannot be told.
  around: (request, usual) =>
    request.url.includes('?') ? new Response('', { status: 503 }) : usual(request),
};

/** One requirement for each status, and a few more. */
export const everyStatusOnly = [
  ...['array', 'id-present', 'challenge-bearer'],
  'created-at-milliseconds',
  'name-string',
  'no-shared-caching',
  'undocumented-members',
  'query-refused',
  'outsider-token-hidden',
].join(',');

export const everyStatusBaseline = {
  failures: [
    {
      requirement: 'name-string',
      reason: 'names are migrated in release 7',
      owner: 'charts-team',
      expires: '2999-12-31',
    },
  ],
};

/** The golden run: a dozen requirements that a new one does not touch, one of them deselected. */
const goldenIds = [
  ...everyStatusOnly.split(','),
  'id-32-hex',
  'restrictions-null-or-object',
  'documented-port',
];

/** Judges the portal above in this process, with the small register. @returns what is steady of it */
export async function goldenRun(): Promise<Report> {
  const register = requirements.filter(({ id }) => goldenIds.includes(id));
  const portal = await startReference(everyStatus);
  const { PORTAL_OUTSIDER_TOKEN: _, ...variables } = variablesOf(portal);
  const given = { settle: '0.3', skip: 'id-32-hex', 'allow-token-in-url': true } as const;
  const settings = readSettings(given, variables, register);
  const failures = everyStatusBaseline.failures.map((entry) => ({
    ...entry,
    finding: null,
    line: 3,
  }));
  const report = await verify(
    { ...settings, baseline: { file: 'baseline.json', failures } },
    register,
  );
  await portal.close();
  return steady(report);
}

/** A report without what differs from run to run. */
function steady(report: Report): Report {
  const base = report.target ?? '';
  const text = JSON.stringify(report)
    .replaceAll(base, 'http://127.0.0.1:9909')
    .replaceAll(report.runId, '5eadbeef')
    // Made up for this run: nobody has it.
    .replace(/Bearer [0-9a-f]{32}/g, `Bearer ${'0123'.repeat(8)}`);
  const { requirements, ...rest } = JSON.parse(text) as Report;
  return {
    ...rest,
    startedAt: '2026-01-15T12:00:00.000Z',
    durationMs: 570,
    requests: 42,
    timeline: {
      phases: [
        { name: 'preparation', at: 0, durationMs: 10 },
        { name: 'reads', at: 10, durationMs: 480 },
        { name: 'refusals', at: 490, durationMs: 80 },
      ],
      requests: Array.from(
        { length: 42 },
        (_, at) => [at * 2, at % 7 === 6 ? 12 : 3, 200] as const,
      ),
      waits: [{ at: 100, durationMs: 300, why: 'settling' }],
    },
    suite: { name: 'portal-conformance', version: '0.0.0' },
    requirementSetDigest: `sha256:${'0'.repeat(64)}`,
    baseline: rest.baseline && { ...rest.baseline, file: 'baseline.json' },
    // Names and addresses are made anew for each portal.
    bodies: rest.bodies.map((body) =>
      body.replace(/a string of (?!32 characters, looks)\d+/g, 'a string of 24'),
    ),
    requirements: requirements.map((one) => ({
      ...one,
      durationMs: 10,
      // A few say all there is to see.
      exchanges: one.exchanges.slice(0, 6).map((exchange, at) => ({
        ...exchange,
        sentAt: Date.UTC(2026, 0, 15, 12) + at * 2,
        attempts: Math.min(exchange.attempts, 2),
        bytes: exchange.bytes && 1200,
        durationMs: 3,
      })),
    })),
  };
}
