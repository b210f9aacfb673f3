import type { Statement } from '../contract/requirement.ts';
import type { Environment, OptionReader } from './option-reader.ts';

/** Where the value of an option is read from, and what it may name. */
export interface Source {
  readonly reader: OptionReader;
  readonly variables: Environment;
  readonly register: readonly Statement[];
}

/**
 * One option of a run, written once: help, settings, the options of `verify()`, the schema of the
 * configuration file and the table of docs/options.md derive from it.
 */
export interface Option<Value = unknown> {
  /** As on the command line; its variable is PORTAL_ and the name in capitals. */
  readonly name: string;
  /** Its letter, if it has one. */
  readonly letter?: string;
  /** What it takes: `<x>` a value, `[x]` a value or nothing; a flag without. */
  readonly takes?: string;
  /** One line of help, with the default in brackets. */
  readonly about: string;
  /** What joins the values of an option that may be given several times. */
  readonly several?: ',' | '\n';
  /** Whether it names a file; in a configuration file, from where that file is. */
  readonly isPath?: boolean;
  /** Whether it weakens a run: a configuration file that nobody named cannot set it. */
  readonly weakens?: boolean;
  /** Its member in the configuration file: a JSON Schema, and the name where it is another. */
  readonly schema: object;
  readonly member?: string;
  /** @throws Misconfigured */
  readonly read: (source: Source) => Value;
  /** What `verify()` takes for it, and what is wrong with a value; absent from `verify()` without. */
  readonly api?: { readonly takes: string; readonly accepts: (value: unknown) => boolean };
}

interface Base {
  readonly name: string;
  readonly letter?: string;
  readonly about: string;
}

const isBoolean = (value: unknown) => typeof value === 'boolean';
const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText);

/** A flag of the command alone. */
export function flag(base: Base): Option<boolean> {
  return {
    ...base,
    schema: { type: 'boolean' },
    read: ({ reader }) => reader.flag(base.name),
  };
}

/** A flag that `verify()` takes, too. */
export function flagOfApi(base: Base) {
  return { ...flag(base), api: { takes: 'true or false', accepts: isBoolean } };
}

/** Seconds on the command line, milliseconds as a setting. */
export function seconds(
  base: Base,
  otherwise: number,
  least: 'zero' | 'above zero' = 'above zero',
) {
  const bound = least === 'zero' ? { minimum: 0 } : { exclusiveMinimum: 0 };
  return {
    ...base,
    takes: '<seconds>',
    schema: { type: 'number', ...bound },
    read: ({ reader }: Source) =>
      reader.seconds(base.name, otherwise, least === 'zero' ? 0 : undefined),
    api: {
      takes: 'a number of milliseconds',
      accepts: (value: unknown) =>
        typeof value === 'number' && (value > 0 || (least === 'zero' && value === 0)),
    },
  };
}

/** A whole number from 1 to another. */
export function count(base: Base, otherwise: number, most: number) {
  return {
    ...base,
    takes: '<number>',
    schema: { type: 'integer', minimum: 1, maximum: most },
    read: ({ reader }: Source) => reader.count(base.name, otherwise, most),
    api: {
      takes: `a whole number from 1 to ${most}`,
      accepts: (value: unknown) =>
        Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most,
    },
  };
}

/** One of some words. */
export function choice<const Word extends string>(
  base: Base & { takes: string },
  words: readonly Word[],
) {
  return {
    ...base,
    schema: { enum: words },
    read: ({ reader }: Source): Word | undefined => reader.choice(base.name, words),
    api: {
      takes: words.join(' or '),
      accepts: (value: unknown) => words.some((word) => word === value),
    },
  };
}

/** Several values, joined by commas on the command line. */
export function list<Value>(
  base: Base & { takes: string },
  read: (values: readonly string[], source: Source) => Value,
  item: object = { type: 'string', minLength: 1 },
) {
  return {
    ...base,
    several: ',' as const,
    schema: { type: 'array', items: item },
    read: (source: Source) => read(source.reader.list(base.name), source),
  };
}

export const textList = { takes: 'an array of strings', accepts: isTextList };
export const text = { takes: 'a string', accepts: isText };
