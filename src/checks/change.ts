import { saysTheSame } from '../contract/json.ts';
import type { TokenRecord } from '../portal/body-facts.ts';
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

/** What the record of a new token is to hold, as far as it is known. */
export function createdAs(
  { name, restrictions, createdAt }: CreatedToken,
  byOwner: TokenRecord | undefined,
): TokenRecord {
  return {
    ...(name === undefined ? {} : { name }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(byOwner ? { userId: byOwner.userId, userEmail: byOwner.userEmail } : {}),
    restrictions,
  };
}

/**
 * Whether a wrong value may pass: what is empty may be filled in later, hosts may come one by one, and
 * what a token had before may be shown by a process that lags.
 */
export function mayPass(
  { id, record }: Expected,
  member: string,
  past: readonly ReadonlyMap<string, TokenRecord>[],
): boolean {
  const value = record[member];
  const isEmpty = value === undefined || value === null || value === '';
  if (isEmpty || member === 'restrictions') return true;
  return past.some((records) => saysTheSame(records.get(id)?.[member], value));
}
