import type { Answer, Id } from './answers.ts';

/** A token as the creating call answered it; a member that it does not tell is undefined. */
export interface TokenCreated {
  readonly id: string;
  readonly name: string | undefined;
  readonly restrictions: unknown;
  /** In milliseconds, if it is a time. */
  readonly createdAt: number | undefined;
  /** In milliseconds, if it is a time: some portals use a token before they hand it out. */
  readonly lastUsedAt: number | undefined;
}

export interface UserCreated {
  readonly userId: Id;
  /** The address as the creating call answered it, if it did. */
  readonly email: string | undefined;
  readonly initialToken: TokenCreated;
}

export interface AccountCreated extends UserCreated {
  readonly accountId: Id;
}

export interface AccountListed {
  readonly id: Id;
  readonly name: string;
  readonly createdAt: number | undefined;
}

export interface UserListed {
  readonly id: Id;
  readonly email: string;
  readonly accountId: Id;
}

export function accountOf(account: Answer): AccountListed {
  return {
    id: account.get('id').id(),
    name: account.get('name').string() ?? '',
    createdAt: account.get('createdAt').time(),
  };
}
