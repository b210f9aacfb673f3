import type { Requirement } from '../contract/requirement.ts';

/** Renders every requirement: a table for a person, or JSON. */
export function renderRegister(register: readonly Requirement<never>[], json: boolean): string {
  const rows = register.map((one) => {
    const { id, topic, level, title, text, source } = one;
    const needs = one.check ? one.needs : [];
    const profiles = one.check ? one.profiles : [];
    return {
      id,
      topic,
      level,
      title,
      text,
      source,
      profiles,
      needs,
      excluded: one.excluded ?? null,
    };
  });
  if (json) return `${JSON.stringify(rows, undefined, 2)}\n`;
  const width = Math.max(...rows.map(({ id }) => id.length));
  const lines = rows.map(({ id, topic, level, title, excluded }) => {
    const what = excluded === null ? title : `${title} (excluded: ${excluded})`;
    return `${id.padEnd(width)}  ${topic.padEnd(14)}  ${level.padEnd(6)}  ${what}`;
  });
  return `${lines.join('\n')}\n`;
}
