import { html } from 'hono/html';

/** Markup that a template has made: what is put into it is escaped. */
export type Part = ReturnType<typeof html>;

/** Parts one after another, with something between them. */
export function joined(parts: readonly (Part | string)[], between: string): Part {
  return html`${parts.map((part, index) => [index > 0 ? between : '', part])}`;
}
