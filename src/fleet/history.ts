import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { isObject } from '../contract/json.ts';
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

/** What was decided, and what each is in a history; what was not leaves what was known. */
const decided: Readonly<Partial<Record<Status, string>>> = {
  pass: 'held',
  note: 'held',
  warn: 'warn',
  known: 'known',
  fail: 'fail',
};

/**
 * Reads a history: a line for each transition, in any order, some twice, as `git` joins what several
 * wrote.
 *
 * @returns the oldest first
 * @throws Misconfigured for a line that is none
 */
export function readHistory(path: string): readonly Transition[] {
  const transitions = new Map<string, Transition>();
  for (const [index, line] of textOf(path).split('\n').entries()) {
    if (line.trim() === '' || transitions.has(line.trim())) continue;
    const transition = transitionIn(line);
    if (!transition) throw new Misconfigured(`${path}, line ${index + 1}: not a transition`);
    transitions.set(line.trim(), transition);
  }
  return [...transitions.values()].sort((one, other) =>
    one.at < other.at ? -1 : one.at > other.at ? 1 : 0,
  );
}

function textOf(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`The file of --history cannot be read (${code}): ${path}`);
  }
}

function transitionIn(line: string): Transition | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(read)) return undefined;
  const { at, target, requirement, from, to } = read;
  const isText = (value: unknown) => typeof value === 'string';
  const isWhole =
    [at, target, to].every(isText) &&
    (requirement === undefined || isText(requirement)) &&
    (from === null || isText(from));
  return isWhole ? (read as unknown as Transition) : undefined;
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

/** What a report shows that is another thing than it was; nothing where it is older than what is known. */
export function transitionsOf(target: string, report: Report, state: State = new Map()) {
  const { startedAt: at, outcome, requirements, selection } = report;
  if ([...state.values()].some(({ since }) => since >= at)) return [];
  // What did not come to an end says nothing: what was known stands.
  if (outcome === 'interrupted' || outcome === 'suite-error') return [];
  const found: Transition[] = [];
  const note = (requirement: string, to: string, usual: string | null) => {
    const from = state.get(requirement)?.status ?? (state.size === 0 ? null : usual);
    if (from === to || (from === null && to === 'held')) return;
    found.push({ at, target, ...(requirement ? { requirement } : {}), from, to });
  };
  note('', outcome, null);
  for (const { id, status } of requirements) {
    const to = decided[status];
    if (to !== undefined && !selection.deselected.includes(id)) note(id, to, 'held');
  }
  return found;
}

/** Adds transitions to a history. @throws Misconfigured when it cannot be written */
export function appendTransitions(path: string, transitions: readonly Transition[]): void {
  try {
    // A last line without its end is not to be glued to ours.
    const begin = /[^\n]$/.test(textOf(path)) ? '\n' : '';
    const lines = transitions.map((one) => `${JSON.stringify(one)}\n`);
    // In one call: what others append meanwhile is not torn.
    appendFileSync(path, lines.length > 0 ? begin + lines.join('') : '');
  } catch (error) {
    if (error instanceof Misconfigured) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`The file of --history cannot be written (${code}): ${path}`);
  }
}
