// Ids are integers of 64 bits on some servers: a number beyond 2^53 keeps its digits as a BigInt.

/** Before the digits of a large integer, in a string that no server sends: a private-use character. */
const mark = '\ue0b1';

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/** Parses JSON; integers beyond 2^53 become BigInt. @throws SyntaxError */
export function parseExact(text: string): unknown {
  const marked = text.replace(stringOrNumber, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${mark}${token}"` : token,
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(1)) : value,
  );
}

/** The JSON text of a value; a BigInt is written as the integer that it is. */
export function stringifyExact(value: unknown): string {
  const text = JSON.stringify(value, (_, member) =>
    typeof member === 'bigint' ? `${mark}${member}` : member,
  );
  return text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}
