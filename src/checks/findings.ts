import { count } from '../contract/count.ts';
import { type Finding, failIf } from '../contract/finding.ts';
import type { Context } from '../portal/context.ts';
import type { Credential } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';

/** A finding that does not say yet whose response it was. */
export type Difference = Omit<Finding, 'count' | 'credential' | 'curl'> & {
  readonly count?: number;
};

/** Whose list something was seen in, as a finding says it. */
export function seenIn(list: ListRead): { credential: string; curl: string } {
  return { credential: list.credential.label, curl: list.exchange.curl };
}

/** Fails with what is found in each response; the same findings in several responses are one. */
export function failEach(
  reads: readonly ListRead[],
  findIn: (read: ListRead) => readonly Difference[],
): void {
  const merged = new Map<string, { finding: Difference; reads: ListRead[] }>();
  for (const read of reads) {
    for (const finding of findIn(read)) {
      const { expected, received, count: times, where } = finding;
      const key = JSON.stringify([expected, received, times, where]);
      const known = merged.get(key);
      if (known) known.reads.push(read);
      else merged.set(key, { finding, reads: [read] });
    }
  }
  failIf(
    [...merged.values()].map(({ finding, reads: seen }) => ({
      ...finding,
      credential: `${whose(seen)}${reads.length > 1 ? `, in ${seen.length} of ${reads.length} responses` : ''}`,
      curl: seen[0]?.exchange.curl as string,
    })),
  );
}

/** `the caller's API token`, and how many others. */
function whose(reads: readonly ListRead[]): string {
  const [first, ...others] = new Set(reads.map(({ credential }) => credential.label));
  return others.length > 0 ? `${first} and ${count(others.length, 'other', 'others')}` : `${first}`;
}

/** A finding shows the first places alone: a broken list has the same fault in every record. */
const maxPlaces = 3;

/** A member that is wrong in some records, by their index. */
export function places(
  indexes: readonly number[],
  member: string,
  expected: string,
  received: string,
): Difference[] {
  if (indexes.length === 0) return [];
  const where = indexes.slice(0, maxPlaces).map((index) => `/${index}/${member}`);
  return [{ expected, received, where, count: indexes.length }];
}

/** What is there so many times; nothing where it is not. */
export function counted(count: number, expected: string, received: string): Difference[] {
  return count === 0 ? [] : [{ expected, received, count }];
}

/** `over 12 records of 3 lists`. */
export function over(number: number, what: string, lists: readonly unknown[]): string {
  return `over ${count(number, what)} of ${count(lists.length, 'list')}`;
}

/** Every list of one side with every token of the other, both ways. */
export async function pairs(
  context: Context,
  side: readonly Credential[],
  otherSide: readonly Credential[],
) {
  const both = side.flatMap((here) =>
    otherSide.flatMap((there) => [[here, there] as const, [there, here] as const]),
  );
  return Promise.all(
    both.map(async ([reader, token]) => ({ list: await context.list(reader), token })),
  );
}
