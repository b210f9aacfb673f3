const minLength = 12;

/**
 * Every bearer string that was given, made or listed in this run, so that no
 * output carries one. Only strings of 12 characters or more are watched for.
 */
export class SecretMasker {
  readonly #secrets = new Set<string>();
  /** The hashes of their first characters: a scan costs what the text is long. */
  readonly #starts = new Set<number>();
  /** The lengths that secrets have. */
  readonly #lengths = new Set<number>();
  #public = '';
  /** What was scrubbed since the last secret was added. */
  readonly #scrubbed = new Map<string, { text: string; hits: number }>();

  /** Text that is public before the target was asked: a token cannot claim it. */
  allow(text: string): void {
    this.#public += `\n${text}`;
  }

  add(secret: string): void {
    if (secret.length < minLength || this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    this.#starts.add(hashAt(secret, 0));
    this.#lengths.add(secret.length);
    if (this.#scrubbed.size > 0) this.#scrubbed.clear();
  }

  /** Whether the text holds a secret: raw, percent-encoded or in base64. */
  isIn(text: string): boolean {
    return this.mask(text).hits > 0;
  }

  /** The text with every secret replaced, and how many there were. */
  mask(text: string): { text: string; hits: number } {
    if (this.#secrets.size === 0) return { text, hits: 0 };
    const known = this.#scrubbed.get(text);
    if (known) return known;
    const clean = this.#mask(text);
    // Evidence says the same of many requests; what is long is hardly said twice.
    if (text.length < 1000) this.#scrubbed.set(text, clean);
    return clean;
  }

  #mask(text: string): { text: string; hits: number } {
    let hits = 0;
    const count = (replacement: string) => {
      hits += 1;
      return replacement;
    };
    const raw = this.#replace(text, () => count('[secret]'));
    const percent = raw.replace(/[\w.~%!*'()+-]{12,}/g, (run) =>
      run.includes('%') && this.isPlainlyIn(decodePercent(run)) ? count('[secret]') : run,
    );
    const base64 = percent.replace(/[A-Za-z0-9+/_-]{16,}={0,2}/g, (run) =>
      this.#holdsEncoded(run) ? count('[secret]') : run,
    );
    return { text: base64, hits };
  }

  /** Whether the text holds a secret as it is. */
  isPlainlyIn(text: string): boolean {
    return this.#next(text, 0) !== undefined;
  }

  /** How many secrets the text holds, as they are. */
  countIn(text: string): number {
    let count = 0;
    this.#replace(text, () => {
      count += 1;
      return '';
    });
    return count;
  }

  /** Where the next secret is, from a place on. */
  #next(text: string, from: number): { at: number; end: number } | undefined {
    let hash = hashAt(text, from);
    for (let at = from; at + minLength <= text.length; at += 1) {
      const length = this.#starts.has(hash) ? this.#lengthAt(text, at) : undefined;
      if (length !== undefined) return { at, end: at + length };
      hash = hashAfter(hash, text, at);
    }
    return undefined;
  }

  /** The length of the longest secret that begins here, if one does. */
  #lengthAt(text: string, at: number): number | undefined {
    let longest = 0;
    for (const length of this.#lengths) {
      const candidate = text.slice(at, at + length);
      if (candidate.length > longest && this.#isSecret(candidate)) longest = candidate.length;
    }
    return longest > 0 ? longest : undefined;
  }

  /** What is public is looked for when it is met: most secrets never are. */
  #isSecret(candidate: string): boolean {
    return this.#secrets.has(candidate) && !this.#public.includes(candidate);
  }

  /** Base64 at each of its four alignments: a secret may begin inside a longer text. */
  #holdsEncoded(run: string): boolean {
    return [0, 1, 2, 3].some((skip) =>
      this.isPlainlyIn(Buffer.from(run.slice(skip), 'base64').toString('latin1')),
    );
  }

  #replace(text: string, replacement: () => string): string {
    let result = '';
    let from = 0;
    for (let found = this.#next(text, 0); found; found = this.#next(text, from)) {
      result += text.slice(from, found.at) + replacement();
      from = found.end;
    }
    return result + text.slice(from);
  }
}

const base = 31;
/** What the first character of a start counts in its hash. */
const weight = Array.from({ length: minLength - 1 }).reduce<number>(
  (product) => Math.imul(product, base),
  1,
);

/** A number for the `minLength` characters from here on (Rabin and Karp). */
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

function decodePercent(run: string): string {
  return run.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
