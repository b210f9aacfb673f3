import { Misconfigured } from '../contract/misconfigured.ts';
import type { Environment } from '../settings/option-reader.ts';

/** One part of the targets of a fleet. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly total: number;
}

/** How engines tell a job which of several it is. */
const engines = [
  // GitLab counts from 1.
  { index: 'CI_NODE_INDEX', total: 'CI_NODE_TOTAL', first: 1 },
  { index: 'CIRCLE_NODE_INDEX', total: 'CIRCLE_NODE_TOTAL', first: 0 },
  { index: 'BUILDKITE_PARALLEL_JOB', total: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  // An Indexed Job of Kubernetes does not tell how many there are.
  { index: 'JOB_COMPLETION_INDEX', total: undefined, first: 0 },
] as const;

/**
 * Reads `2/5`, the second of five; `auto`, which the engine says; or `auto/5`, where it does not say
 * how many.
 *
 * @throws Misconfigured
 */
export function readShard(text: string, environment: Environment): Shard {
  const [, which = '', , count] = /^(auto|\d{1,6})(\/(\d{1,6}))?$/.exec(text) ?? [];
  const total = count === undefined ? undefined : Number(count);
  if (which !== 'auto') {
    const index = Number(which) - 1;
    if (which !== '' && total !== undefined && index >= 0 && index < total) return { index, total };
    throw new Misconfigured('--shard takes I/N with I from 1 to N, auto, or auto/N.');
  }
  const engine = engines.find(({ index }) => environment[index]);
  if (!engine)
    throw new Misconfigured(
      `--shard auto: none of ${engines.map(({ index }) => index).join(', ')} is set.`,
    );
  const told = engine.total && environment[engine.total];
  const all = total ?? Number(told);
  if (!told && total === undefined)
    throw new Misconfigured(`--shard auto: ${engine.index} does not say of how many: auto/N.`);
  if (told && total !== undefined && Number(told) !== total)
    throw new Misconfigured(`--shard auto/${total}: ${engine.total} says ${Number(told)}.`);
  const index = Number(environment[engine.index]) - engine.first;
  if (Number.isInteger(index) && index >= 0 && index < all) return { index, total: all };
  throw new Misconfigured(
    `--shard ${text}: ${engine.index} is none from ${engine.first} to ${all - 1 + engine.first}.`,
  );
}

/** The targets of a shard: every n-th, so that neighbours, which are alike, are spread. */
export function inShard<T>(targets: readonly T[], { index, total }: Shard): readonly T[] {
  return targets.filter((_, at) => at % total === index);
}
