import type { Id } from './answers.ts';

/** A token as the creating call answered it; a member that it does not tell is undefined. */
export interface TokenCreated {
  readonly id: string;
  readonly name: string | undefined;
  readonly restrictions: unknown;
  /** In milliseconds, if it is a time. */
  readonly createdAt: number | undefined;
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
