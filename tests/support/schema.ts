import type { ValidateFunction } from 'ajv';
import { newAjv, schema } from '../../src/contract/shape.ts';

const validators = new Map<string, ValidateFunction>();

/** What keeps a value from being what a schema of ours describes; empty when nothing does. */
export function schemaErrors(name: string, value: unknown): string[] {
  const known = validators.get(name);
  const validate = known ?? newAjv().compile(schema(name));
  validators.set(name, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
