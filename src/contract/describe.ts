import { count } from './count.ts';

/**
 * Describes a JSON value without quoting it: type, shape, and what it looks
 * like. Short numbers, booleans and null are shown; strings never are.
 */
export function describe(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (typeof value === 'boolean') return `the boolean ${value}`;
  if (typeof value === 'number') return describeNumber(value);
  if (typeof value === 'string') return describeString(value);
  if (Array.isArray(value))
    return value.length === 0 ? 'an empty array' : `an array of ${count(value.length, 'element')}`;
  const members = Object.keys(value as object).length;
  return `an object with ${count(members, 'member')}`;
}

function describeNumber(value: number): string {
  if (!Number.isFinite(value)) return 'a number too large for JSON implementations';
  if (!Number.isInteger(value)) {
    const unit = unitOf(value);
    return `a number with a fraction${shown(value)}${unit ? `, looks like ${unit}` : ''}`;
  }
  if (value < 0) return `a negative integer${shown(value)}`;
  if (value < 1000) return `the integer ${value}`;
  const digits = String(BigInt(value)).length;
  const unit = unitOf(value);
  return `an integer of ${digits} digits${unit ? `, looks like ${unit}` : ''}`;
}

/** A short number; the digits of a longer one could be those of a token. */
function shown(value: number): string {
  const text = String(value);
  return text.length <= 8 ? ` (${text})` : '';
}

/** The unit in which a large integer is a time of this century, counted from the epoch. */
function unitOf(value: number): string | undefined {
  const units = [
    ['seconds', 1],
    ['milliseconds', 1e3],
    ['microseconds', 1e6],
    ['nanoseconds', 1e9],
  ] as const;
  const year2000 = 946_684_800;
  const year2100 = 4_102_444_800;
  return units.find(([, per]) => value >= year2000 * per && value < year2100 * per)?.[0];
}

const looks: readonly (readonly [string, RegExp])[] = [
  ['an integer in a string', /^-?\d+$/],
  ['a number in a string', /^-?\d+\.\d+$/],
  ['an ISO 8601 time', /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/],
  ['an HTTP date', /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/],
  ['a UUID', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['JSON text', /^\s*[[{][\s\S]*[\]}]\s*$/],
  ['the word null in a string', /^null$/],
  ['a masked value', /[*•…]{3}|\.{3}/],
  ['hexadecimal digits', /^[0-9a-f]{8,}$/i],
];

function describeString(value: string): string {
  if (value === '') return 'an empty string';
  const length = [...value.slice(0, 10_000)].length + Math.max(0, value.length - 10_000);
  const look = looks.find(([, form]) => form.test(value.slice(0, 1000)))?.[0];
  const size = `a string of ${count(length, 'character')}`;
  return look ? `${size}, looks like ${look}` : size;
}
