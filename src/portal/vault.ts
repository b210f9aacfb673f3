const minLength = 12;
const manyLookups = 2000;

/**
 * Every bearer string that was given, made or listed in this run, so that no
 * output carries one. Only strings of 12 characters or more are watched for.
 */
export class Vault {
  /** Secrets by their first characters: a scan costs what the text is long. */
  readonly #byStart = new Map<string, Set<string>>();
  /** The lengths that secrets have. */
  readonly #lengths = new Set<number>();
  #public = '';
  /** What the public text holds of the length of a start; made when there is much to look for. */
  #publicStarts: Set<string> | undefined;
  #lookups = 0;
  /** What was scrubbed since the last secret was added. */
  readonly #scrubbed = new Map<string, { text: string; hits: number }>();

  /** Text that is public before the target was asked: a token cannot claim it. */
  allow(text: string): void {
    this.#public += `\n${text}`;
    this.#publicStarts = undefined;
  }

  #isPublic(secret: string, start: string): boolean {
    this.#lookups += 1;
    if (this.#lookups > manyLookups) {
      this.#publicStarts ??= startsIn(this.#public);
      if (!this.#publicStarts.has(start)) return false;
    }
    return this.#public.includes(secret);
  }

  add(secret: string): void {
    if (secret.length < minLength) return;
    const start = secret.slice(0, minLength);
    const known = this.#byStart.get(start);
    if (known?.has(secret) || this.#isPublic(secret, start)) return;
    if (known === undefined) this.#byStart.set(start, new Set([secret]));
    else known.add(secret);
    this.#lengths.add(secret.length);
    this.#scrubbed.clear();
  }

  /** Whether the text holds a secret: raw, percent-encoded or in base64. */
  isIn(text: string): boolean {
    return this.scrub(text).hits > 0;
  }

  /** The text with every secret replaced, and how many there were. */
  scrub(text: string): { text: string; hits: number } {
    if (this.#byStart.size === 0) return { text, hits: 0 };
    const known = this.#scrubbed.get(text);
    if (known) return known;
    const clean = this.#scrub(text);
    // Evidence says the same of many requests; what is long is hardly said twice.
    if (text.length < 1000) this.#scrubbed.set(text, clean);
    return clean;
  }

  #scrub(text: string): { text: string; hits: number } {
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
    for (let at = 0; at + minLength <= text.length; at += 1) if (this.#at(text, at)) return true;
    return false;
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

  /** The secret that begins here, if one does. */
  #at(text: string, at: number): string | undefined {
    const secrets = this.#byStart.get(text.slice(at, at + minLength));
    if (!secrets) return undefined;
    for (const length of this.#lengths) {
      const candidate = text.slice(at, at + length);
      if (candidate.length === length && secrets.has(candidate)) return candidate;
    }
    return undefined;
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
    for (let at = 0; at + minLength <= text.length; at += 1) {
      const secret = this.#at(text, at);
      if (secret === undefined) continue;
      result += text.slice(from, at) + replacement();
      from = at + secret.length;
      at = from - 1;
    }
    return result + text.slice(from);
  }
}

function startsIn(text: string): Set<string> {
  const starts = new Set<string>();
  for (let at = 0; at + minLength <= text.length; at += 1)
    starts.add(text.slice(at, at + minLength));
  return starts;
}

function decodePercent(run: string): string {
  return run.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
