import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { schema } from '../../src/contract/shape.ts';

/** An ajv in strict mode that knows the keyword `requirement`, our annotation. */
export function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  return ajv.addKeyword({ keyword: 'requirement', schemaType: 'string' });
}

const validators = new Map<string, ValidateFunction>();

/** What keeps a value from being what a schema of ours describes; empty when nothing does. */
export function schemaErrors(name: string, value: unknown): string[] {
  const known = validators.get(name);
  const validate = known ?? newAjv().compile(schema(name));
  validators.set(name, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
