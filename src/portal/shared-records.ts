import { isObject, type JsonObject } from '../contract/json.ts';

/** Shorter lists cost nothing. */
const fewest = 1000;

/** So many lists are looked at: those of two accounts, as they were and as they are. */
const maxLists = 4;

type Records = ReadonlyMap<string, JsonObject>;

/** The long lists that were read last; held weakly, so that nothing outlives the run that read it. */
const lists: WeakRef<Records>[] = [];

/** Keeps a long list in mind, so that later reads of it can share its records. */
export function noteRecords(records: Records): void {
  if (records.size < fewest) return;
  lists.unshift(new WeakRef(records));
  lists.length = Math.min(lists.length, maxLists);
}

/**
 * Replaces records that an earlier read had already: most of a long list stands still between two
 * reads, and is kept once.
 */
export function shareRecords(elements: unknown[]): void {
  if (elements.length < fewest) return;
  const known = lists.flatMap((list) => list.deref() ?? []);
  if (known.length === 0) return;
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index];
    if (!isObject(element)) continue;
    for (const records of known) {
      const earlier = records.get(element.id as string);
      if (earlier === undefined || !isEqual(earlier, element)) continue;
      elements[index] = earlier;
      break;
    }
  }
}

/** Whether two records have the same members in the same order; what is within them, as text. */
function isEqual(one: JsonObject, other: JsonObject): boolean {
  const [names, others] = [Object.keys(one), Object.keys(other)];
  if (names.length !== others.length) return false;
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    if (name !== others[index] || !isSame(one[name], other[name])) return false;
  }
  return true;
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
