import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** What keeps a value from being what a schema says, as ajv tells it. */
export interface SchemaError {
  readonly keyword: string;
  /** A JSON Pointer to the part of the value. */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly data?: unknown;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
}

/** A validator that ajv has compiled; its errors are those of the last call. */
export interface Validate {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

/**
 * Validators that the build has compiled from `schemas/`, by name.
 *
 * @throws Error when the project was not built
 */
export function validators(name: string): Readonly<Record<string, Validate>> {
  return require(`#validators/${name}`);
}
