import type { Faker } from '@faker-js/faker';

/** What the name of everything begins with that a run makes; a killed run is found by it. */
export function prefixOf(runId: string): string {
  return `portal-conformance-${runId}-`;
}

/** The id of the run that made something, if one did. */
export function runOf(name: string): string | undefined {
  return /^portal-conformance-([0-9a-f]{8})-/.exec(name)?.[1];
}

/** Names that nobody has seen before, the same for the same seed but for the run's id. */
export class Names {
  readonly #faker: Faker;
  readonly #prefix: string;

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

  account(): string {
    return this.#prefix + this.#faker.company.name();
  }

  /** An address of the kind that never reaches anybody. */
  username(): string {
    const name = this.#faker.internet
      .username()
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '-');
    return `${this.#prefix}${name}-${this.#faker.string.alphanumeric(6)}@example.com`;
  }

  password(): string {
    return this.#faker.internet.password({ length: 24 });
  }

  /** With letters, quotes and signs outside ASCII, which some servers spoil. */
  token(): string {
    const product = this.#faker.commerce.productName();
    const person = this.#faker.person.lastName();
    return `${this.#prefix}${product} “${person}” é✓ ${this.#faker.string.alphanumeric(8)}`;
  }

  hosts(): string[] {
    return [this.#faker.internet.domainName(), `charts.${this.#faker.internet.domainName()}`];
  }
}
