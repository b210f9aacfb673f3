import { randomInt } from 'node:crypto';
import type { Faker } from '@faker-js/faker';
import type { Persona } from '../contract/requirement.ts';

/** Digits and consonants: no word and no date is written with them alone by chance. */
const alphabet = '23456789bcdfghjkmnpqrstvwxyz';
const length = 9;

/** An id of a run, in a form that nobody types: nine characters and a check digit. */
export function newRunId(): string {
  const characters = Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length)));
  return characters.join('') + checkDigit(characters);
}

/** Whether a text is the id of a run. */
export function isRunId(text: string): boolean {
  const characters = [...text];
  if (characters.length !== length + 1 || !characters.every((one) => alphabet.includes(one)))
    return false;
  return checkDigit(characters.slice(0, length)) === characters.at(-1);
}

/** Luhn's algorithm modulo the size of the alphabet: it finds a wrong character and most swaps. */
function checkDigit(characters: readonly string[]): string {
  const base = alphabet.length;
  const sum = [...characters].reverse().reduce((total, character, index) => {
    const value = alphabet.indexOf(character) * (index % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / base) + (value % base);
  }, 0);
  return alphabet.charAt((base - (sum % base)) % base);
}

/** What every name begins with that a run gives; a killed run is found by it. */
export function prefixOf(runId: string): string {
  return `portal-conformance-${runId}-`;
}

/** Version 0.1 had ids of eight hexadecimal digits, as dates are, too: they count when they are named. */
export function isOldRunId(text: string): boolean {
  return /^[0-9a-f]{8}$/.test(text);
}

/**
 * The id of the run that gave a name, in whatever case it is kept, if one did.
 *
 * @param named an id that somebody gives, which may be an old one
 */
export function runOf(name: string, named?: string): string | undefined {
  const [, odd, word] =
    /^portal-conformance-([0-9a-z]{8,10})-|^(?:portalconformance|pconf)([0-9a-z]{10})n/.exec(
      name.toLowerCase(),
    ) ?? [];
  const runId = odd ?? word ?? '';
  return isRunId(runId) || (runId === named && isOldRunId(runId)) ? runId : undefined;
}

/**
 * How odd names may be: some portals, and guards in front of them, refuse what is long or has
 * signs in it, and some refuse user names that are addresses. Words have letters and digits alone;
 * what is short has 20 of them at most, or is an address of 30 characters.
 */
const oddities = ['odd', 'plain', 'words', 'short', 'short address'] as const;

export type Oddity = (typeof oddities)[number];

/** What is named: a rule for tokens says nothing of users and accounts. */
type Named = 'people' | 'tokens';

/** Names that are spoilt where text is escaped, guessed, cut or counted; a portal may refuse some. */
export const hardNames: Readonly<Partial<Record<Persona, readonly string[]>>> = {
  caller: ['2024', 'the same name', 'the same name'],
  // Some portals let a user have ten tokens.
  outsider: [
    'null',
    '<b>&amp;"\'\\%20+</b>',
    `${'\u{1F6A2}'.repeat(3)} 船 ${'long '.repeat(40).trim()}`,
    '',
  ],
};

/** Further ones, which are given in an account of their own. */
export const harderNames: readonly string[] = [
  'true',
  '2025-01-31',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is no template
  ' e\u0301  {{b}}\u00a0${c}\t\u{1F468}\u200D\u{1F467} a@example.com ',
  'a\nb',
  'a\u0000b',
  '1e3',
  '__proto__',
  'longer than 512: '.padEnd(600, 'abc '),
];

/** Further ones, given by another user of that account. */
export const hardestNames: readonly string[] = [
  'US$$ $& $1 \\u0041 \uff21\uff22 \u202eabc\u202c 0123456789abcdef0123456789abcdef',
  '{"a":1}',
  'N/A',
  'a\r\nb',
  'a<script>x</script><img src=x>b',
];

/** Hosts that are spoilt where they are normalised, parsed or counted; a portal may refuse some. */
const hardHosts: Readonly<Partial<Record<Persona, readonly string[]>>> = {
  caller: [
    'Charts.Example.COM',
    'example.org:8443',
    ...Array.from({ length: 8 }, (_, index) => `h${index}.example.net`),
  ],
  teammate: ['*.example.com', 'b\u00fccher.example'],
  outsider: ['one.example.com'],
};

/** Names that nobody has seen before, the same for the same seed but for the run's id. */
export class Names {
  readonly #faker: Faker;
  readonly #prefix: string;
  readonly #oddity = { people: 0, tokens: 0 };
  #given = 0;

  private constructor(faker: Faker, prefix: string) {
    this.#faker = faker;
    this.#prefix = prefix;
  }

  /** faker is loaded here: it takes longer than the rest of the command. */
  static async load(seed: number, runId: string): Promise<Names> {
    const { faker } = await import('@faker-js/faker/locale/en');
    faker.seed(seed);
    return new Names(faker, prefixOf(runId));
  }

  /** Gives plainer names from now on, after one was refused. @returns whether there are any */
  becomePlainer(of: Named, than: Oddity): boolean {
    if (this.oddity(of) === than) this.#oddity[of] += 1;
    return this.#oddity[of] < oddities.length;
  }

  oddity(of: Named): Oddity {
    return oddities[Math.min(this.#oddity[of], oddities.length - 1)] as Oddity;
  }

  /** Whether a name is one that this run gives. */
  isOwn(name: string): boolean {
    return prefixOf(runOf(name) ?? '') === this.#prefix;
  }

  account(): string {
    return this.oddity('people') === 'odd'
      ? this.#prefix + this.#faker.company.name()
      : this.#plain('people');
  }

  /** An address of the kind that never reaches anybody. */
  username(): string {
    const oddity = this.oddity('people');
    if (oddity !== 'odd')
      return this.#plain('people') + (/plain|address/.test(oddity) ? '@example.com' : '');
    const name = this.#faker.internet
      .username()
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '-');
    return `${this.#prefix}${name}-${this.#faker.string.alphanumeric(6)}+charts@example.com`;
  }

  password(): string {
    if (this.oddity('people') === 'odd') return this.#faker.internet.password({ length: 24 });
    // What rules of passwords ask for: every kind of character, and not many of them.
    // Firewalls mistake some signs for code, and some portals want one of them.
    const isShort = /short/.test(this.oddity('people'));
    return `Aa1${isShort ? '!' : '2.-'}${this.#faker.string.alphanumeric(isShort ? 12 : 26)}`;
  }

  /** With letters, quotes and signs outside ASCII, which some servers spoil. */
  token(): string {
    if (this.oddity('tokens') !== 'odd') return this.#plain('tokens');
    const product = this.#faker.commerce.productName();
    const person = this.#faker.person.lastName();
    return `${this.#prefix}${product} “${person}” é✓ ${this.#faker.string.alphanumeric(8)}`;
  }

  /** Short, and of letters and digits alone. */
  #plain(of: Named): string {
    this.#given += 1;
    const oddity = this.oddity(of);
    if (oddity === 'plain') return this.#prefix + this.#given;
    const run = this.#prefix.replaceAll('-', '');
    return `${oddity === 'words' ? run : run.replace('portalconformance', 'pconf')}n${this.#given}`;
  }

  hosts(persona?: Persona): string[] {
    const hard = persona && hardHosts[persona];
    if (hard) return [...hard];
    if (this.oddity('tokens') !== 'odd') return ['example.com'];
    return [this.#faker.internet.domainName(), `charts.${this.#faker.internet.domainName()}`];
  }
}
