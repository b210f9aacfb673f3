import type { Persona } from '../contract/requirement.ts';
import type { Span } from './answered.ts';
import type { Id } from './answers.ts';
import type { Bearer } from './caller.ts';

/** A user that the run created, with a session. */
export interface CreatedUser extends Bearer {
  readonly persona: Persona;
  readonly id: Id;
  readonly accountId: Id;
  readonly username: string;
  readonly password: string;
  /** Whether their bearer is a session, and not the token that they came with. */
  readonly hasSession: boolean;
  /** The address under which the creating call says that the user was created. */
  readonly email: string;
}

export type TokenKind = 'persona' | 'default' | 'unused' | 'restricted' | 'hard' | 'later';

/** An API token that the run created, and what is known of it. */
export interface CreatedToken {
  readonly id: string;
  readonly kind: TokenKind;
  readonly owner: CreatedUser;
  /** As the creating call answered it; undefined when it did not. */
  readonly name: string | undefined;
  /** As the creating call answered them, or else as they were sent. */
  readonly restrictions: unknown;
  /** As the creating call answered it, in milliseconds, if it is a time. */
  readonly createdAt?: number | undefined;
  readonly lastUsedAt?: number | undefined;
  /** The server's clock around its creation, in milliseconds; undefined without a Date header. */
  readonly createdBetween?: Span;
  /** By how much the server's clock is ahead of ours, as the creating call shows it, in milliseconds. */
  readonly clockOffset?: number;
}

/** How a token is created, beside its name. */
export interface Creation {
  readonly hosts?: readonly string[] | undefined;
  readonly fresh?: boolean;
  /** Members beside these, or in place of them. */
  readonly more?: object | undefined;
}
