import { isObject } from '../contract/json.ts';
import { parseExact } from '../http/exact-json.ts';

/** An id as the server writes it: it is sent back as it came. */
export type Id = number | bigint | string;

/** What of a response is not what the documentation says, in a few words. */
export class Differs extends Error {
  override readonly name = 'Differs';
}

/** The members of a response that the suite needs; further ones are the server's business. */
export class Answer {
  readonly #value: unknown;
  readonly #path: string;

  constructor(value: unknown, path = '') {
    this.#value = value;
    this.#path = path;
  }

  /** @throws Differs when the body is not JSON */
  static read(body: Buffer): Answer {
    try {
      return new Answer(parseExact(body.toString('utf8')));
    } catch {
      throw new Differs('its body is not JSON');
    }
  }

  get(name: string): Answer {
    const path = this.#path === '' ? name : `${this.#path}.${name}`;
    if (!isObject(this.#value)) throw new Differs(`${this.#path || 'its body'} is not an object`);
    return new Answer(this.#value[name], path);
  }

  /** @throws Differs when it is neither an integer nor a string */
  id(): Id {
    const value = this.#value;
    if (typeof value === 'bigint' || Number.isInteger(value)) return value as Id;
    if (typeof value === 'string' && value !== '') return value;
    throw new Differs(`${this.#path} is not an id`);
  }

  /** @throws Differs when it is not a string that is not empty */
  text(): string {
    if (typeof this.#value === 'string' && this.#value !== '') return this.#value;
    throw new Differs(`${this.#path} is not a string`);
  }

  /** A string, empty or not, if it is one. */
  string(): string | undefined {
    return typeof this.#value === 'string' ? this.#value : undefined;
  }

  /** Whatever it is; undefined when it is not there. */
  get any(): unknown {
    return this.#value;
  }

  /** A time in milliseconds, if it is one. */
  time(): number | undefined {
    return typeof this.#value === 'number' ? this.#value : undefined;
  }

  /** @throws Differs when it is not an array */
  list(): Answer[] {
    if (!Array.isArray(this.#value))
      throw new Differs(`${this.#path || 'its body'} is not an array`);
    return this.#value.map((element, index) => new Answer(element, `${this.#path}[${index}]`));
  }
}

/** Whether two ids are of one thing, whatever the type in which they are written. */
export function isSame(one: Id, other: Id): boolean {
  return String(one) === String(other);
}
