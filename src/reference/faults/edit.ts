import type { Behaviour, TokenRecord } from '../behaviour.ts';

// What hooks of a behaviour are written with: each function here makes one hook.

/** A token that no persona holds: never used, the fifth of the caller's account. */
export const unused = 4;
/** A token that no persona holds: used once, the sixth of the caller's account. */
export const used = 5;

type Edit = (record: TokenRecord) => object;
type Hook<Name extends keyof Behaviour> = NonNullable<Behaviour[Name]>;

/** Edits every record. */
export function inEvery(edit: Edit): Hook<'record'> {
  return (record) => edit(record);
}

/** Edits one record of each list that is long enough to have it. */
export function inOne(at: number, edit: Edit): Hook<'record'> {
  return (record, _, index) => (index === at ? edit(record) : record);
}

/** The record without a member. */
export function without(member: keyof TokenRecord): Edit {
  return (record) => {
    const { [member]: _, ...rest } = record;
    return rest;
  };
}

/** The record with another value for a member. */
export function having(member: keyof TokenRecord, value: unknown): Edit {
  return (record) => ({ ...record, [member]: value });
}

/** Rewrites the text of a response. */
export function rewritten(
  rewrite: (text: string) => string | Buffer<ArrayBuffer>,
): Hook<'response'> {
  return async (usual) => new Response(rewrite(await usual.text()), usual);
}

/** Accepts whom the portal would reject, when they are found in another way. */
export function orElse(
  find: (
    request: Request,
    store: Parameters<Hook<'authenticate'>>[2],
    bearer: string,
  ) => ReturnType<Hook<'authenticate'>>,
): Hook<'authenticate'> {
  return (usual, request, store) => {
    const [, bearer = ''] = /^Bearer (.*)$/.exec(request.headers.get('authorization') ?? '') ?? [];
    return usual ?? find(request, store, bearer);
  };
}

/** A response with other headers; null takes one away. */
export function withHeaders(usual: Response, headers: Record<string, string | null>): Response {
  const response = new Response(usual.body, usual);
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) response.headers.delete(name);
    else response.headers.set(name, value);
  }
  return response;
}
