import { createRequire } from 'node:module';
import type { ValidateFunction } from 'ajv';

const require = createRequire(import.meta.url);

/**
 * Validators that the build has compiled from `schemas/`, by name.
 *
 * @throws Error when the project was not built
 */
export function validators(name: string): Readonly<Record<string, ValidateFunction>> {
  return require(`#validators/${name}`);
}
