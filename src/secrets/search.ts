/** Shorter strings are words, not tokens: looking for them would mask our own text. */
export const minLength = 12;

/**
 * A search for many strings at once (Rabin and Karp): a scan costs what the text is long,
 * whatever the number of strings. Strings under `minLength` characters are not found.
 */
export class Search {
  readonly #strings = new Set<string>();
  /** The hashes of their first characters. */
  readonly #starts = new Set<number>();
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
    this.#starts.add(hashAt(string, 0));
    this.#lengths.add(string.length);
    return true;
  }

  isIn(text: string): boolean {
    return this.#next(text, 0) !== undefined;
  }

  /** How many of the strings the text holds, each occurrence of those that are meant counted. */
  countIn(text: string, isMeant: (found: string) => boolean = () => true): number {
    let count = 0;
    this.replaceIn(text, (found) => {
      if (isMeant(found)) count += 1;
      return '';
    });
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
    let hash = hashAt(text, from);
    for (let at = from; at + minLength <= text.length; at += 1) {
      const length = this.#starts.has(hash) ? this.#lengthAt(text, at) : undefined;
      if (length !== undefined) return { at, end: at + length };
      hash = hashAfter(hash, text, at);
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

const base = 31;
/** What the first character of a start counts in its hash. */
const weight = Array.from({ length: minLength - 1 }).reduce<number>(
  (product) => Math.imul(product, base),
  1,
);

/** A number for the `minLength` characters from here on. */
function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let index = at; index < at + minLength; index += 1)
    hash = (Math.imul(hash, base) + text.charCodeAt(index)) | 0;
  return hash;
}

/** The number one character further on. */
function hashAfter(hash: number, text: string, at: number): number {
  const rest = hash - Math.imul(text.charCodeAt(at), weight);
  return (Math.imul(rest, base) + text.charCodeAt(at + minLength)) | 0;
}
