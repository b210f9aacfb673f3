/**
 * Counts the member names of a well-formed JSON text that its object has already (RFC 8259, section 4).
 * `JSON.parse` keeps the last one and says nothing.
 *
 * @param bytes the text in UTF-8
 * @param value what was parsed from it
 */
export function countRepeatedNames(text: () => string, bytes: Buffer, value: unknown): number {
  // V8 of Node 24 and 26 may give one name the spelling of another after an escape in a name.
  if (bytes.includes(backslash)) return countInText(text());
  // What was dropped is missing in the value; most often nothing is.
  return countColons(bytes) === countMembers(value) ? 0 : countInText(text());
}

/** The colons outside of strings: one for each member. */
function countColons(bytes: Buffer): number {
  let colons = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === colon) colons += 1;
    if (byte !== quoteMark) continue;
    for (at += 1; at < bytes.length && bytes[at] !== quoteMark; at += 1)
      if (bytes[at] === backslash) at += 1;
  }
  return colons;
}

/** The members of a value, however deep. */
function countMembers(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== 'object' || one === null) continue;
    const members = Array.isArray(one) ? one : Object.values(one);
    if (members !== one) count += members.length;
    for (const member of members) if (typeof member === 'object') open.push(member);
  }
  return count;
}

/** Walks the text without recursion: nesting may be as deep as the text is long. */
function countInText(text: string): number {
  let repeated = 0;
  // One entry for each open bracket: the names seen in an object, null for an array.
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === quoteMark) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && isName(text, end)) {
        const name = readName(text, at, end);
        if (names.has(name)) repeated += 1;
        names.add(name);
      }
      at = end;
    } else if (character === openBrace) open.push(new Set());
    else if (character === openBracket) open.push(null);
    else if (character === closeBrace || character === closeBracket) open.pop();
  }
  return repeated;
}

const quoteMark = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** The closing quotation mark of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

/** Whether an odd number of backslashes stands before a character. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === backslash) first -= 1;
  return (at - first) % 2 === 1;
}

function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === colon;
}

/** Two spellings of one name are one name: an escape counts as what it stands for. */
function readName(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? JSON.parse(`"${raw}"`) : raw;
}
