import { minLength, Search } from './search.ts';

/** Of a password that was given: shorter ones would be found in words that mean nothing. */
const minPasswordLength = 8;

/** What stands in place of a secret. */
const mask = '[secret]';

/** Texts longer than this are masked once and not remembered: hardly any is said twice. */
const maxRemembered = 1000;

/**
 * Every bearer string that was given, created or listed in this run, and the passwords that were
 * given, so that no output carries one. A token under 12 characters, or a password under 8, is
 * not watched for.
 */
export class SecretMasker {
  /** What is public is looked for when it is met: most secrets never are. */
  readonly #tokens = new Search((found) => this.#public.includes(found));
  /** Passwords too short for the search. */
  readonly #passwords: string[] = [];
  #public = '';
  /** What was masked since the last secret was added. */
  readonly #known = new Map<string, { text: string; hits: number }>();

  /** Text that is public before the target says anything: a token cannot claim it. */
  allow(text: string): void {
    this.#public += `\n${text}`;
  }

  add(secret: string): void {
    if (this.#tokens.add(secret) && this.#known.size > 0) this.#known.clear();
  }

  addPassword(password: string): void {
    if (password.length >= minLength) this.add(password);
    else if (password.length >= minPasswordLength && !this.#passwords.includes(password)) {
      this.#passwords.push(password);
      this.#known.clear();
    }
  }

  /** Whether the text holds a secret: raw, percent-encoded or in base64. */
  isIn(text: string): boolean {
    return this.mask(text).hits > 0;
  }

  /** The text with every secret replaced, and how many there were. */
  mask(text: string): { text: string; hits: number } {
    if (this.#tokens.size === 0 && this.#passwords.length === 0) return { text, hits: 0 };
    const known = this.#known.get(text);
    if (known) return known;
    const masked = this.#mask(text);
    if (text.length < maxRemembered) this.#known.set(text, masked);
    return masked;
  }

  #mask(text: string): { text: string; hits: number } {
    let hits = 0;
    const hit = () => {
      hits += 1;
      return mask;
    };
    const raw = this.#tokens.replaceIn(text, hit);
    const percent = raw.replace(/[\w.~%!*'()+-]{12,}/g, (run) =>
      run.includes('%') && this.#tokens.isIn(decodePercent(run)) ? hit() : run,
    );
    const base64 = percent.replace(/[A-Za-z0-9+/_-]{16,}={0,2}/g, (run) =>
      this.#holdsEncoded(run) ? hit() : run,
    );
    const passwords = this.#passwords.filter((password) => !this.#public.includes(password));
    const plain = passwords.reduce((rest, password) => rest.replaceAll(password, hit), base64);
    return { text: plain, hits };
  }

  /** Base64 at each of its four alignments: a secret may begin inside a longer text. */
  #holdsEncoded(run: string): boolean {
    return [0, 1, 2, 3].some((skip) =>
      this.#tokens.isIn(Buffer.from(run.slice(skip), 'base64').toString('latin1')),
    );
  }
}

function decodePercent(run: string): string {
  return run.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
