import type { Behaviour, Principal, TokenRecord } from '../behaviour.ts';

/** A token that no persona holds: never used, the fifth of the caller's account. */
export const unused = 4;
/** A token that no persona holds: used once, the sixth of the caller's account. */
export const used = 5;

type Edit = (record: TokenRecord) => object;

/** A fault in every record. */
export function inEvery(name: string, says: string, trips: string[], edit: Edit): Behaviour {
  return { name, says, trips, record: (record) => edit(record) };
}

/** A fault in one record of each list that is long enough to have it. */
export function inOne(
  at: number,
  name: string,
  says: string,
  trips: string[],
  edit: Edit,
): Behaviour {
  return {
    name,
    says,
    trips,
    record: (record, _, index) => (index === at ? edit(record) : record),
  };
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

/** The text of an answer, rewritten. */
export function rewritten(
  name: string,
  says: string,
  trips: string[],
  rewrite: (text: string, principal: Principal) => string | Buffer<ArrayBuffer>,
): Behaviour {
  return {
    name,
    says,
    trips,
    answer: async (usual, principal) => new Response(rewrite(await usual.text(), principal), usual),
  };
}

/** An answer with other headers; null takes one away. */
export function withHeaders(usual: Response, headers: Record<string, string | null>): Response {
  const answer = new Response(usual.body, usual);
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) answer.headers.delete(name);
    else answer.headers.set(name, value);
  }
  return answer;
}
