import { flatten, type JsonObject } from './flatten.ts';

/** TypeScript types of the list, from the JSON Schemas. */
export function typesOf(schemaOf: (name: string) => JsonObject): string {
  const { properties } = flatten(schemaOf('api-token')) as { properties: JsonObject };
  const members = Object.entries(properties).map(([name, schema]) => {
    const { description } = schema as JsonObject;
    const about = description === undefined ? '' : `  /** ${sentence(String(description))} */\n`;
    return `${about}  readonly ${name}: ${typeOf(schema as JsonObject)};\n`;
  });
  const { properties: limits } = flatten(schemaOf('restrictions')) as { properties: JsonObject };
  const restrictions = Object.entries(limits).map(
    ([name, schema]) => `  readonly ${name}?: ${typeOf(schema as JsonObject)};\n`,
  );
  return [
    '// Written by `npm run generate` from schemas/: not to be edited.\n',
    `/** Limits on how a token can be used. */\nexport interface ApiTokenRestrictions {\n${restrictions.join('')}}\n`,
    `/** One record of the list; the contract allows further members. */\nexport interface ApiToken {\n${members.join('')}}\n`,
    '/** The answer of List API Tokens. */\nexport type ApiTokenList = readonly ApiToken[];\n',
  ].join('\n');
}

function typeOf({ $ref, type, items }: JsonObject): string {
  if ($ref !== undefined) return 'ApiTokenRestrictions | null';
  const types = [type].flat().map((one) => {
    if (one === 'integer') return 'number';
    if (one === 'array') return `readonly ${typeOf(items as JsonObject)}[]`;
    return String(one);
  });
  return types.join(' | ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
