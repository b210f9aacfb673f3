import type { Store, Token, User } from './store.ts';

/** Who asks: a user, with an API token or in a session. */
export interface Asker {
  readonly user: User;
  /** The API token; undefined in a session. */
  readonly token?: Token;
}

/** A record of the list as the contract describes it. */
export interface TokenRecord {
  id: string;
  name: string;
  userId: number;
  userEmail: string;
  createdAt: number;
  lastUsedAt: number | null;
  restrictions: object | null;
}

/**
 * One way to break the contract, and the requirements that it breaks. Each hook
 * stands in for one step of the reference portal and is given what the sound
 * portal would do there.
 */
export interface Fault {
  readonly name: string;
  /** What is wrong, in a few words. */
  readonly says: string;
  /** The ids of the requirements that it trips, all of them. */
  readonly trips: readonly string[];
  /** The address to listen on, in place of 127.0.0.1. */
  readonly address?: string;
  /** Who asks with a request; undefined refuses it. */
  readonly authenticate?: (
    usual: Asker | undefined,
    request: Request,
    store: Store,
  ) => Asker | undefined;
  /** Notes the use of a token. */
  readonly use?: (token: Token, store: Store) => void;
  /** The tokens that are listed for somebody. */
  readonly visible?: (usual: readonly Token[], asker: Asker, store: Store) => readonly Token[];
  /** One record of the list. */
  readonly record?: (usual: TokenRecord, asker: Asker, index: number, store: Store) => unknown;
  /** The value that is written as JSON. */
  readonly body?: (usual: unknown[], asker: Asker, store: Store) => unknown;
  /** The answer to a request for the list that was let in. */
  readonly answer?: (usual: Response, asker: Asker, store: Store) => Response | Promise<Response>;
  /** The answer to one that was not. */
  readonly refusal?: (
    usual: Response,
    request: Request,
    store: Store,
  ) => Response | Promise<Response>;
}

/** The contract, kept. */
export const sound: Fault = { name: 'none', says: 'the contract is kept', trips: [] };
