import { Misconfigured } from '../contract/misconfigured.ts';
import type { Entry } from './folder.ts';
import type { FleetTarget } from './targets.ts';

/** What shards wrote, joined. */
export interface Merged {
  /** In the order of the targets, each with the folder that holds its report. */
  readonly entries: readonly { readonly entry: Entry; readonly folder: string }[];
  /** Targets without a report. */
  readonly missing: readonly FleetTarget[];
}

/** An index, and the folder that it is in. */
export interface Index {
  readonly folder: string;
  readonly entries: readonly Entry[];
}

/**
 * Joins what the shards of one fleet wrote.
 *
 * @param digest that of the file of targets
 * @throws Misconfigured for parts of different fleets
 */
export function merge(
  targets: readonly FleetTarget[],
  digest: string,
  indexes: readonly Index[],
): Merged {
  const all = indexes.flatMap(({ folder, entries }) => entries.map((entry) => ({ entry, folder })));
  const [first] = all;
  const byId = new Map<string, (typeof all)[number]>();
  for (const one of all) {
    const { id, targets: its, suite, suiteDigest, requirementSet } = one.entry;
    if (its !== digest)
      throw new Misconfigured(`${id} was judged with another file of targets, in ${one.folder}`);
    if (byId.has(id))
      throw new Misconfigured(
        `${id} was judged by two shards, in ${byId.get(id)?.folder} and ${one.folder}`,
      );
    const isSame =
      suite === first?.entry.suite &&
      suiteDigest === first.entry.suiteDigest &&
      requirementSet === first.entry.requirementSet;
    if (!isSame)
      throw new Misconfigured(
        `${id} was judged by another build of the suite, or set of requirements, than ${first?.entry.id}`,
      );
    byId.set(id, one);
  }
  return {
    entries: targets.flatMap(({ id }) => byId.get(id) ?? []),
    missing: targets.filter(({ id }) => !byId.has(id)),
  };
}
