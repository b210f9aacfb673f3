import type { Store, Token, User } from './store.ts';

/** Who sends a request: a user, with an API token or in a session. */
export interface Principal {
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
 * A way in which a portal differs from the plain reference portal: a fault, with
 * the requirements that it breaks, or a liberty that the contract leaves, with
 * none. Each hook stands in for one step and is given what the plain portal
 * would do there.
 */
export interface Behaviour {
  readonly name: string;
  /** What is different, in a few words. */
  readonly says: string;
  /** The ids of the requirements that it trips, all of them. */
  readonly trips: readonly string[];
  /** The profile in which it shows, if not in both. */
  readonly profile?: 'full';
  /** Whether the process that responds does not know yet of what was created then. */
  readonly ignores?: (madeAt: number) => boolean;
  /** The address to listen on, in place of 127.0.0.1. */
  readonly address?: string;
  /** Whether responses have a Date header; they do unless it is said. */
  readonly sendsDate?: false;
  /** A new API token. */
  readonly newToken?: () => string;
  /** Any request, and what the portal answers it. */
  readonly around?: (
    request: Request,
    usual: (request: Request) => Promise<Response>,
    store: Store,
  ) => Response | Promise<Response>;
  /** Who sends a request; undefined rejects it. */
  readonly authenticate?: (
    usual: Principal | undefined,
    request: Request,
    store: Store,
  ) => Principal | undefined;
  /** Notes the use of a token. */
  readonly use?: (token: Token, store: Store) => void;
  /** A token that was just created, before the response. */
  readonly created?: (token: Token, store: Store) => void;
  /** Deletes a token. */
  readonly deleted?: (token: Token, store: Store) => void;
  /** Ends a session. */
  readonly logout?: (session: string, store: Store) => void;
  /** How long the job that deletes a user or an account takes, in milliseconds. */
  readonly jobMs?: number;
  /** The tokens that are listed for somebody. */
  readonly visible?: (
    usual: readonly Token[],
    principal: Principal,
    store: Store,
  ) => readonly Token[];
  /** One record of the list. */
  readonly record?: (
    usual: TokenRecord,
    principal: Principal,
    index: number,
    store: Store,
  ) => unknown;
  /** The value that is written as JSON. */
  readonly body?: (usual: unknown[], principal: Principal, store: Store) => unknown;
  /** The response to a request for the list that was accepted. */
  readonly response?: (
    usual: Response,
    principal: Principal,
    store: Store,
  ) => Response | Promise<Response>;
  /** The response to one that was not. */
  readonly rejection?: (
    usual: Response,
    request: Request,
    store: Store,
  ) => Response | Promise<Response>;
}

/** The reference portal as it is. */
export const plain: Behaviour = { name: 'plain', says: 'the contract is kept', trips: [] };
