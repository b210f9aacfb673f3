import { isDeepStrictEqual } from 'node:util';
import { Inconclusive } from './finding.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether two JSON values say the same; the order of names in an array does not count.
 *
 * @throws Inconclusive when they are nested too deep to be compared
 */
export function saysTheSame(one: unknown, other: unknown): boolean {
  try {
    return isDeepStrictEqual(unordered(one), unordered(other));
  } catch (error) {
    if (error instanceof RangeError)
      throw new Inconclusive('values are nested too deep to compare');
    throw error;
  }
}

/** Arrays one level down, such as `hosts`, are sets of names. */
function unordered(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      Array.isArray(member) && member.every((one) => typeof one === 'string')
        ? [...member].sort()
        : member,
    ]),
  );
}

/** Whether a value is a time in milliseconds since the epoch, as the schema wants it. */
export function isMilliseconds(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1e11 && (value as number) < 1e14;
}

/** Whether two ids are of one thing, whatever their types. */
export function sameId(one: unknown, other: unknown): boolean {
  if (String(one) === String(other)) return true;
  // A number of JSON beyond 2^53 has lost digits: it is the same as far as can be seen.
  const isRounded = [one, other].some((id) => typeof id === 'number' && !Number.isSafeInteger(id));
  return isRounded && Number(one) === Number(other);
}
