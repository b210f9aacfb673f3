import { createRequire } from 'node:module';
import { describe } from './describe.ts';
import type { Finding } from './finding.ts';
import { isObject } from './json.ts';
import { type SchemaError, type Validate, validators } from './validators.ts';

/** What the schemas found in one body, by requirement id. */
export type ShapeFindings = ReadonlyMap<string, readonly Finding[]>;

const require = createRequire(import.meta.url);

/** One of `schemas/`, parsed. */
export function schema(name: string): Record<string, unknown> {
  return require(`portal-conformance/schemas/${name}.schema.json`);
}

/** The seven members of a token record. */
export const memberNames: readonly string[] = Object.keys(
  schema('documented-form').properties as object,
);

/** What judges a list: record by record, and the list without its records. */
export interface ShapeValidators {
  readonly list: Validate;
  readonly record: Validate;
  /** Stops at the first error. */
  readonly quick: Validate;
  readonly documented: Validate;
}

let compiled: ShapeValidators | undefined;

function ownValidators(): ShapeValidators {
  compiled ??= { ...validators('every'), ...validators('first') } as unknown as ShapeValidators;
  return compiled;
}

/**
 * Validates the body of an answer against the contract's schemas, record by
 * record. Everything is counted; per requirement and kind of mismatch the first
 * few places are kept. The documented form is looked at in sound records only.
 */
export function judgeShape(
  body: unknown,
  { list, quick, record, documented } = ownValidators(),
): ShapeFindings {
  const tally = new Tally();
  // The list's own rule without its items: they are validated one by one.
  if (!list(Array.isArray(body) ? [] : body)) tally.add(list.errors, '');
  if (!Array.isArray(body)) return tally.findings();
  let broken = 0;
  for (const [index, element] of body.entries()) {
    if (!quick(element)) {
      broken += 1;
      if (broken > maxBroken) return tally.findings(stopped);
      record(bounded(element));
      tally.add(record.errors, `/${index}`);
    } else if (!documented(element)) tally.add(documented.errors, `/${index}`);
  }
  return tally.findings();
}

/** A list with so many broken records is broken: more of them say nothing new, and cost time. */
const maxBroken = 10_000;
const stopped = `or more: counting ended after ${maxBroken} broken records`;

/** No restriction names more hosts; more errors than that say nothing new. */
const maxHosts = 1000;

/** A record without most of a list of hosts so long that its errors would fill the memory. */
function bounded(element: unknown): unknown {
  if (!isObject(element) || !isObject(element.restrictions)) return element;
  const { hosts } = element.restrictions;
  if (!Array.isArray(hosts) || hosts.length <= maxHosts) return element;
  const kept = hosts.filter((host) => typeof host !== 'string').slice(0, maxHosts);
  return { ...element, restrictions: { ...element.restrictions, hosts: kept } };
}

// A broken list has the same fault in every record: a few kinds and places show it, the count says the rest.
const maxKinds = 5;
const maxPlaces = 3;

/** Mismatches grouped by requirement, what was expected and what was received. */
class Tally {
  readonly #groups = new Map<string, Map<string, Finding & { where: string[]; count: number }>>();

  add(errors: readonly SchemaError[] | null | undefined, at: string): void {
    // One value can break several keywords of one requirement; that is one place.
    const seen = new Set<string>();
    for (const error of errors ?? []) {
      const { requirement, pointer, expected, received } = readError(error);
      const key = `${requirement} ${pointer}`;
      if (seen.has(key)) continue;
      seen.add(key);
      this.#count(requirement, `${at}${pointer}`, expected, received);
    }
  }

  #count(requirement: string, pointer: string, expected: string, received: string): void {
    const kinds = this.#groups.get(requirement) ?? new Map();
    this.#groups.set(requirement, kinds);
    const kind = `${expected}\n${received}`;
    const known = kinds.get(kind);
    const key = known || kinds.size < maxKinds ? kind : 'others';
    const group = known ?? kinds.get(key);
    if (group === undefined) {
      const what = key === 'others' ? 'other values that do not fit' : received;
      kinds.set(key, { expected, received: what, where: [pointer], count: 1 });
      return;
    }
    group.count += 1;
    if (group.where.length < maxPlaces) group.where.push(pointer);
  }

  /** @param hint what is to be said of each */
  findings(hint?: string): ShapeFindings {
    const hinted = (finding: Finding) => (hint === undefined ? finding : { ...finding, hint });
    return new Map([...this.#groups].map(([id, kinds]) => [id, [...kinds.values()].map(hinted)]));
  }
}

function readError(error: SchemaError) {
  const annotated = error.parentSchema as { requirement?: string; description?: string };
  if (annotated.requirement === undefined) {
    throw new Error(`schema without a requirement: ${error.schemaPath}`);
  }
  const found = {
    requirement: annotated.requirement,
    expected: annotated.description ?? annotated.requirement,
    pointer: error.instancePath,
    received: describe(error.data),
  };
  if (error.keyword === 'required') return { ...found, received: absent(error) };
  if (error.keyword === 'additionalProperties')
    return { ...found, received: 'undocumented members' };
  if (error.keyword === 'pattern' && typeof error.data === 'string') {
    return { ...found, received: `${found.received}, of another form` };
  }
  return found;
}

/** An absent member, and whether one spelled much like it is there. */
function absent(error: SchemaError): string {
  const name = String(error.params.missingProperty);
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const like = Object.keys(error.data as object).some((key) => plain(key) === plain(name));
  return like ? 'absent; a member of another spelling is there' : 'absent';
}
