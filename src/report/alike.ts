import type { RequirementResult } from './report.ts';

/** What says the same and has nothing to show is told once: one failure is not buried under it. */
export function alike(open: readonly RequirementResult[]): RequirementResult[][] {
  const groups = new Map<string, RequirementResult[]>();
  for (const one of open) {
    const isBare = one.findings.length === 0 && one.known.length === 0;
    const key = isBare ? `${one.status} ${one.message}` : one.id;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}
