import type { Report } from './report.ts';

/** A report as an earlier version wrote it. */
export type SavedReport = Omit<Report, 'leftovers' | 'notices' | 'cleanup'> &
  Partial<Pick<Report, 'leftovers' | 'notices'>> & {
    readonly cleanup:
      | (Pick<NonNullable<Report['cleanup']>, 'removed' | 'left'> & Partial<Report['cleanup']>)
      | null;
  };

/** A saved report with the members that came later. */
export function upgrade(saved: SavedReport): Report {
  const { cleanup, target, runId, leftovers, notices = [] } = saved;
  const command = `portal-conformance cleanup ${target ?? ''} --run ${runId} --yes`;
  return {
    ...saved,
    cleanup: cleanup && { unverified: 0, durationMs: 0, ...cleanup },
    leftovers: leftovers ?? (cleanup?.left ?? []).map((left) => ({ ...left, command })),
    notices,
  };
}
