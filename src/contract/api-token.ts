// Written by `npm run generate` from schemas/: not to be edited.

/** Limits on how a token can be used. */
export interface ApiTokenRestrictions {
  readonly hosts?: readonly string[];
}

/** One record of the list; the contract allows further members. */
export interface ApiToken {
  /** A non-empty string that an Authorization header can carry: printable ASCII without blanks. */
  readonly id: string;
  /** A string. */
  readonly name: string;
  /** An integer. */
  readonly userId: number;
  /** A non-empty string. */
  readonly userEmail: string;
  /** An integer. */
  readonly createdAt: number;
  /** Null for a token never used, or an integer. */
  readonly lastUsedAt: number | null;
  readonly restrictions: ApiTokenRestrictions | null;
}

/** The answer of List API Tokens. */
export type ApiTokenList = readonly ApiToken[];
