import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Level, Statement } from './requirement.ts';

const require = createRequire(import.meta.url);

/** The sets of requirements, oldest first: each is what a major version requires. */
export const setNames = ['1'] as const;

/** All requirements, the newest included. */
export const latest = 'latest' as const;

/** The set that a run is held to unless another is named: that of the major version. */
export const usualSet = setNames[0];

interface SetFile {
  readonly requirements: readonly Pick<Statement, 'id' | 'level'>[];
}

const weight: Readonly<Record<Level, number>> = { NOTE: 0, SHOULD: 1, MUST: 2 };

/** A register with all that is newer than a set, or was less there, marked as what does not count. */
export function heldTo<T extends Pick<Statement, 'id' | 'level'>>(
  register: readonly T[],
  set: string = usualSet,
  read: (name: string) => SetFile = readSet,
): readonly (T & { readonly counts?: false })[] {
  if (set === latest) return register;
  const levels = new Map(read(set).requirements.map(({ id, level }) => [id, level]));
  return register.map((requirement) => {
    const before = levels.get(requirement.id);
    const isNewer = before === undefined || weight[before] < weight[requirement.level];
    return isNewer ? { ...requirement, counts: false as const } : requirement;
  });
}

/** The SHA-256 of what a register requires: ids, levels and texts of what counts. */
export function digestOfSet(
  register: readonly Pick<Statement, 'id' | 'level' | 'text' | 'counts'>[],
): string {
  const counted = register.filter(({ counts }) => counts !== false);
  const words = counted.map(({ id, level, text }) => [id, level, text]);
  return `sha256:${createHash('sha256').update(JSON.stringify(words)).digest('hex')}`;
}

function readSet(name: string): SetFile {
  return require(`portal-conformance/requirements/${name}.json`);
}
