import type { TokenRecord } from '../portal/body-facts.ts';
import type { ListRead } from '../portal/list-read.ts';
import type { CreatedToken } from '../sandbox/created-users.ts';

/** What an act is to change in the list of an account. */
export interface Change {
  /** Tokens that were created. */
  readonly come?: readonly CreatedToken[];
  readonly gone?: readonly string[];
  /** Tokens that may stay or go. */
  readonly mayGo?: (record: TokenRecord) => boolean;
  /** What members were set to, by the id of the token. */
  readonly set?: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Ids of tokens that were used. */
  readonly used?: readonly string[];
}

/** A record, and what it is to be as far as that is known. */
export interface Expected {
  readonly index: number;
  readonly id: string;
  readonly record: TokenRecord;
  readonly before: TokenRecord;
}

/** Whether a new token has another text than it was given: it had none before, which would pass. */
export function isSpoilt({ byId }: ListRead, { come = [] }: Change): boolean {
  return come.some(({ id, name }) => {
    const told = byId.get(id)?.name;
    return name !== undefined && typeof told === 'string' && told !== name;
  });
}
