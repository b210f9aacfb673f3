export type JsonObject = { readonly [name: string]: unknown };

const components: Readonly<Record<string, string>> = {
  'api-token.schema.json': '#/components/schemas/ApiToken',
  'restrictions.schema.json': '#/components/schemas/Restrictions',
};

/**
 * A schema of `schemas/` as generators of code like it: what `allOf` says of one value is said in one
 * place, members are members, and `requirement` is `x-requirement`, with all that stand behind it.
 */
export function flatten({ $schema: _, $id: __, title, ...schema }: JsonObject): JsonObject {
  const flat = flattened(schema);
  return title === undefined ? flat : { title, ...flat };
}

function flattened(schema: JsonObject): JsonObject {
  const { $ref, allOf = [], requirement, required = [], properties = {}, items, ...own } = schema;
  if (typeof $ref === 'string') return { $ref: components[$ref] };
  const parts = (allOf as readonly JsonObject[]).map(flattened);
  const requirements = [requirement ?? [], ...parts.map((part) => part['x-requirement'] ?? [])];
  const all = {
    required: [required, ...parts.map((part) => part.required ?? [])].flat(),
    properties: Object.assign(
      mapped(properties as Readonly<Record<string, JsonObject>>),
      ...parts.map((part) => part.properties),
    ) as JsonObject,
    'x-requirement': requirements.flat(),
  };
  const rest = parts.map(({ required, properties, description, ...part }) => {
    const { 'x-requirement': _, ...others } = part;
    return others;
  });
  return {
    ...Object.assign({}, ...rest, own),
    ...(all.required.length > 0 ? { required: all.required } : {}),
    ...(Object.keys(all.properties).length > 0 ? { properties: all.properties } : {}),
    ...(items === undefined ? {} : { items: flattened(items as JsonObject) }),
    ...(all['x-requirement'].length > 0 ? { 'x-requirement': all['x-requirement'] } : {}),
  };
}

function mapped(properties: Readonly<Record<string, JsonObject>>): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, flattened(schema)]),
  );
}
