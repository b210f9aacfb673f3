import { type Exchange, serverTime } from '../http/exchange.ts';
import type { Answer, Id } from './answers.ts';

/** Two times by the server's clock, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** When something was created; nothing without a Date header. */
export function creationTimes(exchange: Exchange): { readonly createdBetween?: Span } {
  const now = serverTime(exchange);
  if (now === undefined) return {};
  const took = exchange.receivedAt - exchange.sentAt;
  // The Date header is cut to the second.
  return { createdBetween: { from: now - took - 1000, to: now + 1000 } };
}

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
  readonly createdBetween?: Span;
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
