import { describe } from '../contract/describe.ts';
import type { Sides } from '../contract/finding.ts';
import { type JsonObject, saysTheSame } from '../contract/json.ts';
import { memberNames } from '../contract/shape.ts';

/**
 * The documented members of a record in two readings.
 *
 * @param of whose readings they are
 * @param compared the members that are the same in both when all is well
 * @param other undefined where the record is not listed
 */
export function sidesOf(
  of: Sides['of'],
  compared: readonly string[],
  one: JsonObject,
  other?: JsonObject,
): Sides {
  const members = memberNames.map((name) => {
    const here = describe(one[name]);
    if (!other) return { name, one: here, other: 'not listed', differs: true };
    const there = describe(other[name]);
    const isSame = saysTheSame(one[name], other[name]);
    return {
      name,
      one: here,
      // Two strings of one length are described alike.
      other: !isSame && here === there ? there.replace(/^an? /, 'another ') : there,
      differs: !isSame && compared.includes(name),
    };
  });
  return { of, members };
}
