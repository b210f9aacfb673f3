/** Shorter strings are words, not tokens: looking for them would mask our own text. */
export const minLength = 12;

/** So many characters at the end of a window tell how far it may move. */
const blockLength = 4;
const lastBlock = minLength - blockLength;
const lastBits = 0xffff;

/**
 * A search for many strings at once (Wu and Manber): of a text, a window of `minLength` characters
 * is looked at, and most windows move by more than one. With very many strings a scan costs what the
 * text is long. Strings under `minLength` characters are not found.
 */
export class Search {
  readonly #strings = new Set<string>();
  /** The hashes of their first characters. */
  readonly #starts = new Set<number>();
  /** By how much a window may move, by the hash of the block at its end. */
  readonly #moves = new Uint8Array(lastBits + 1).fill(lastBlock + 1);
  /** The lengths that they have. */
  readonly #lengths = new Set<number>();
  readonly #isExempt: (found: string) => boolean;

  /** @param isExempt whether a string that was met is left where it is */
  constructor(isExempt: (found: string) => boolean = () => false) {
    this.#isExempt = isExempt;
  }

  get size(): number {
    return this.#strings.size;
  }

  /** @returns whether it is new */
  add(string: string): boolean {
    if (string.length < minLength || this.#strings.has(string)) return false;
    this.#strings.add(string);
    this.#starts.add(startAt(string, 0));
    for (let at = 0; at <= lastBlock; at += 1) {
      const block = blockAt(string, at);
      this.#moves[block] = Math.min(this.#moves[block] as number, lastBlock - at);
    }
    this.#lengths.add(string.length);
    return true;
  }

  isIn(text: string): boolean {
    return this.#next(text, 0) !== undefined;
  }

  /** How many of the strings the text holds, each occurrence of those that are meant counted. */
  countIn(text: string, isMeant: (found: string) => boolean = () => true): number {
    let count = 0;
    for (let found = this.#next(text, 0); found; found = this.#next(text, found.end))
      if (isMeant(text.slice(found.at, found.end))) count += 1;
    return count;
  }

  replaceIn(text: string, replacement: (found: string) => string): string {
    let result = '';
    let from = 0;
    for (let found = this.#next(text, 0); found; found = this.#next(text, from)) {
      result += text.slice(from, found.at) + replacement(text.slice(found.at, found.end));
      from = found.end;
    }
    return result + text.slice(from);
  }

  /** Where the next of the strings is, from a place on. */
  #next(text: string, from: number): { at: number; end: number } | undefined {
    const moves = this.#moves;
    const last = text.length - minLength;
    for (let at = from; at <= last; ) {
      const move = moves[blockAt(text, at + lastBlock)] as number;
      at += move;
      if (move > 0) continue;
      const length = this.#starts.has(startAt(text, at)) ? this.#lengthAt(text, at) : undefined;
      if (length !== undefined) return { at, end: at + length };
      at += 1;
    }
    return undefined;
  }

  /** The length of the longest string that begins here, if one does. */
  #lengthAt(text: string, at: number): number | undefined {
    let longest = 0;
    for (const length of this.#lengths) {
      const found = text.slice(at, at + length);
      const isOne = this.#strings.has(found) && !this.#isExempt(found);
      if (isOne && found.length > longest) longest = found.length;
    }
    return longest > 0 ? longest : undefined;
  }
}

/** A search for some strings. */
export function searchFor(strings: Iterable<string>): Search {
  const search = new Search();
  for (const string of strings) search.add(string);
  return search;
}

/** A number for some characters from here on. */
function hashOf(text: string, from: number, length: number): number {
  let hash = 0;
  for (let at = from; at < from + length; at += 1)
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

function startAt(text: string, from: number): number {
  return hashOf(text, from, minLength);
}

/** A place in the table of moves. */
function blockAt(text: string, from: number): number {
  return hashOf(text, from, blockLength) & lastBits;
}
