import type { Requirement } from '../contract/requirement.ts';

/** A response as data, from `fixtures/`. */
export interface Example {
  readonly description: string;
  readonly requirements?: readonly string[];
  /** Status and headers, where they matter. */
  readonly head?: string;
  /** The body as text, where it is not the JSON text of `body`. */
  readonly text?: string;
  readonly body?: unknown;
}

/** What `explain` shows beside the requirement itself. */
export interface Examples {
  readonly satisfying?: Example | undefined;
  readonly breaking?: Example | undefined;
  /** What broken servers do that break it, in a few words each. */
  readonly faults: readonly string[];
}

/** Renders all that is known of one requirement, for somebody who broke it. */
export function renderExplanation(
  one: Requirement<never>,
  { satisfying, breaking, faults }: Examples,
): string {
  const { id, title, level, text, source } = one;
  const head = [`${id}: ${title}`, '', text, `${level}, ${source}`];
  if (!one.check) return `${[...head, '', `Never judged: ${one.excluded}.`].join('\n')}\n`;
  const { profiles, needs, causes, fix } = one;
  const lines = [
    ...head,
    `profiles: ${profiles.join(', ')}${needs.length > 0 ? `; needs ${needs.join(', ')}` : ''}`,
    '',
    `Usual causes  ${causes}`,
    `How to fix    ${fix}`,
    '',
    'A response that satisfies it',
    ...renderExample(satisfying),
    '',
    ...(breaking
      ? ['A response that violates it', ...renderExample(breaking)]
      : ['No single response shows it: it takes several, or a response to another request.']),
    '',
    'Servers that do any of the following violate it',
    ...faults.map((says) => `  - ${says}`),
  ];
  return `${lines.join('\n')}\n`;
}

function renderExample(example: Example | undefined): string[] {
  if (example === undefined) return [];
  const { description, head, text, body } = example;
  const shown = text ?? JSON.stringify(body, undefined, 2);
  const lines = [...(head ? [...head.split('\n'), ''] : []), ...shown.split('\n')];
  return [`  (${description})`, ...lines.map((line) => `  ${line}`.trimEnd())];
}
