import type { Requirement } from '../contract/requirement.ts';
import type { JsonObject } from './flatten.ts';

/** A set of requirements as a file: what a version of the suite requires, for other programs to read. */
export function setOf(name: string, requirements: readonly Requirement<never>[]): JsonObject {
  return {
    $schema: '../schemas/requirements.schema.json',
    set: name,
    requirements: requirements.map((requirement) => {
      const { id, topic, level, title, text, source, since, excluded } = requirement;
      const said = { id, topic, level, title, text, source, since };
      return excluded === undefined ? said : { ...said, excluded };
    }),
  };
}
