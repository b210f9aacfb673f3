import { isObject, type JsonObject } from '../contract/json.ts';
import { judgeShape, type ShapeFindings } from '../contract/shape.ts';
import { readJson } from '../http/json-text.ts';
import { noteRecords, shareRecords } from './shared-records.ts';

export type TokenRecord = JsonObject;

/** What some records have, and others not. */
export type Trait = (record: TokenRecord) => boolean;

type Records = readonly (readonly [number, TokenRecord])[];

/** What there is to know of one body, found out once, however often it comes. */
export class BodyFacts {
  readonly #value: unknown;
  #shape: ShapeFindings | undefined;
  /** Found again where memory was short. */
  #records: WeakRef<Records> | undefined;
  #byId: ReadonlyMap<string, TokenRecord> | undefined;
  readonly #counts = new Map<Trait, number>();

  constructor(value: unknown) {
    this.#value = value;
  }

  get #elements(): unknown[] {
    return Array.isArray(this.#value) ? this.#value : [];
  }

  /** What the schemas say of it. */
  get shape(): ShapeFindings {
    this.#shape ??= judgeShape(this.#value);
    return this.#shape;
  }

  /** The elements that are objects, with their index. */
  get records(): Records {
    const known = this.#records?.deref();
    if (known) return known;
    const records: [number, TokenRecord][] = [];
    const elements = this.#elements;
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index];
      if (isObject(element)) records.push([index, element]);
    }
    this.#records = new WeakRef(records);
    return records;
  }

  /** How many records have a trait. */
  countOf(trait: Trait): number {
    const known = this.#counts.get(trait);
    if (known !== undefined) return known;
    let count = 0;
    for (const [, record] of this.records) if (trait(record)) count += 1;
    this.#counts.set(trait, count);
    return count;
  }

  /** The records by id; of several with one id, the first. */
  get byId(): ReadonlyMap<string, TokenRecord> {
    if (this.#byId) return this.#byId;
    const elements = this.#elements;
    shareRecords(elements);
    this.#records = undefined;
    const byId = new Map<string, TokenRecord>();
    for (let index = 0; index < elements.length; index += 1) {
      const record = elements[index];
      if (isObject(record) && typeof record.id === 'string' && !byId.has(record.id))
        byId.set(record.id, record);
    }
    this.#byId = byId;
    noteRecords(byId);
    return byId;
  }
}

const known = new WeakMap<Buffer, BodyFacts>();

export function bodyFactsOf(body: Buffer): BodyFacts {
  const facts = known.get(body) ?? new BodyFacts(readJson(body).value);
  known.set(body, facts);
  return facts;
}
