import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Status } from '../contract/judge.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { Report } from '../report/report.ts';

/** What a run found of a requirement, or how it ended, when that was another thing before. */
export interface Transition {
  /** When the run began. */
  readonly at: string;
  /** The id of the target. */
  readonly target: string;
  /** The id of a requirement; undefined for the outcome of the run. */
  readonly requirement?: string;
  /** null for what was not judged before. */
  readonly from: string | null;
  readonly to: string;
}

/** What holds is one thing, however it is told. */
const held: readonly Status[] = ['pass', 'note', 'excluded'];

/**
 * Reads a history: a line for each transition, in any order, some twice, as `git` joins what several
 * wrote.
 *
 * @returns the oldest first
 * @throws Misconfigured for a line that is none
 */
export function readHistory(path: string): readonly Transition[] {
  if (!existsSync(path)) return [];
  const lines = new Set(
    readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.trim()),
  );
  lines.delete('');
  const transitions = [...lines].map((line, index): Transition => {
    try {
      const transition = JSON.parse(line);
      if (typeof transition.at === 'string' && typeof transition.target === 'string')
        return transition;
    } catch {
      // Told as every other line that is none.
    }
    throw new Misconfigured(`${path}, line ${index + 1}: not a transition`);
  });
  return transitions.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

/** What the last runs of a target found, and since when: by requirement, the outcome under ''. */
export type State = ReadonlyMap<string, { readonly status: string; readonly since: string }>;

/** The state of each target, after all transitions. */
export function statesOf(transitions: readonly Transition[]): ReadonlyMap<string, State> {
  const states = new Map<string, Map<string, { status: string; since: string }>>();
  for (const { at, target, requirement = '', to } of transitions) {
    const state = states.get(target) ?? new Map();
    states.set(target, state.set(requirement, { status: to, since: at }));
  }
  return states;
}

/** What a report shows that is another thing than it was. */
export function transitionsOf(target: string, report: Report, state: State = new Map()) {
  const { startedAt: at, outcome, requirements, selection } = report;
  const found: Transition[] = [];
  const note = (requirement: string, to: string, usual: string | null) => {
    const before = state.get(requirement);
    // A run that is older than what is known changes nothing.
    if (before && before.since >= at) return;
    const from = before?.status ?? usual;
    if (from === to) return;
    found.push({ at, target, ...(requirement ? { requirement } : {}), from, to });
  };
  note('', outcome, null);
  for (const { id, status } of requirements)
    if (!selection.deselected.includes(id))
      note(id, held.includes(status) ? 'held' : status, 'held');
  return found;
}

/** Adds transitions to a history. @throws Misconfigured when it cannot be written */
export function appendTransitions(path: string, transitions: readonly Transition[]): void {
  if (transitions.length === 0) return;
  try {
    // In one call: what others append meanwhile is not torn.
    appendFileSync(path, transitions.map((one) => `${JSON.stringify(one)}\n`).join(''));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`The file of --history cannot be written (${code}): ${path}`);
  }
}
