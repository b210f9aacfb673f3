import { Misconfigured } from '../contract/misconfigured.ts';

/** Values by option name, as the command line gave them. */
export type Given = Readonly<Record<string, string | true | undefined>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads one option at a time: from the command line, its variable, or the configuration file. */
export class OptionReader {
  readonly #given: Given;
  readonly #variables: Environment | undefined;
  readonly #config: Environment;

  /** @param variables those of a call; undefined where options have none */
  constructor(given: Given, variables: Environment | undefined, config: Environment = {}) {
    this.#given = given;
    this.#variables = variables;
    this.#config = config;
  }

  #raw(name: string): string | true | undefined {
    return this.#given[name] ?? this.#variables?.[variableOf(name)] ?? this.#config[name];
  }

  #called(name: string): string {
    return this.#variables ? `--${name} (${variableOf(name)})` : `--${name}`;
  }

  text(name: string): string | undefined {
    const raw = this.#raw(name);
    return raw === true || raw === '' ? undefined : raw;
  }

  choice<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const raw = this.text(name);
    const word = words.find((one) => one === raw);
    if (raw === undefined || word !== undefined) return word;
    throw new Misconfigured(`${this.#called(name)} takes ${words.join(' or ')}.`);
  }

  flag(name: string): boolean {
    const raw = this.#raw(name);
    if (raw === undefined || raw === true) return raw ?? false;
    if (/^(1|true|yes|on)$/i.test(raw)) return true;
    if (/^(0|false|no|off|)$/i.test(raw)) return false;
    throw new Misconfigured(`${variableOf(name)} must be true or false.`);
  }

  /** A flag that may also name some: true for all of them. */
  some(name: string): true | readonly string[] {
    const raw = this.#raw(name);
    if (raw === true || (raw !== undefined && /^(1|true|yes|on|all)$/i.test(raw))) return true;
    return raw === undefined || /^(0|false|no|off)$/i.test(raw) ? [] : split(raw);
  }

  list(name: string): readonly string[] {
    return split(this.text(name) ?? '');
  }

  /** Several values, a line each: they may hold commas. */
  lines(name: string): readonly string[] {
    return (this.text(name) ?? '').split('\n').filter((line) => line !== '');
  }

  port(name: string, otherwise: number): number {
    const port = this.integer(name) ?? otherwise;
    if (port >= 1 && port <= 65_535) return port;
    throw new Misconfigured(`${this.#called(name)} takes a number from 1 to 65535.`);
  }

  seconds(name: string, otherwise: number, least = 0.001): number {
    const raw = this.text(name);
    if (raw === undefined) return otherwise * 1000;
    const seconds = /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : Number.NaN;
    if (seconds >= least && seconds <= 86_400) return seconds * 1000;
    throw new Misconfigured(
      `${this.#called(name)} takes a number of seconds, such as ${otherwise}, and at most 86400.`,
    );
  }

  integer(name: string): number | undefined {
    const raw = this.text(name);
    if (raw === undefined || (/^\d{1,15}$/.test(raw) && Number(raw) < 2 ** 48))
      return raw === undefined ? raw : Number(raw);
    throw new Misconfigured(`${this.#called(name)} takes a whole number below 2^48.`);
  }

  rate(name: string): number | undefined {
    const raw = this.text(name);
    if (raw === undefined) return undefined;
    const number = /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : 0;
    if (number > 0) return number;
    throw new Misconfigured(
      `${this.#called(name)} takes a number of requests a second, such as 10.`,
    );
  }

  count(name: string, otherwise: number, most: number): number {
    const raw = this.text(name);
    if (raw === undefined) return otherwise;
    const number = /^\d+$/.test(raw) ? Number(raw) : 0;
    if (number >= 1 && number <= most) return number;
    throw new Misconfigured(`${this.#called(name)} takes a whole number from 1 to ${most}.`);
  }
}

/** An option's name as a member: `allowUntested` for `allow-untested`. */
export function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The other way round. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The variable of an option: PORTAL_ and its name in capitals. */
export function variableOf(name: string): string {
  return `PORTAL_${name.toUpperCase().replaceAll('-', '_')}`;
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
