import type { Id } from './answers.ts';

/** A user whom the run has created, as an adapter is given them. */
export interface SandboxUser {
  /** As `createAccount` or `createUser` returned it. */
  readonly userId: Id;
  readonly accountId: Id;
  readonly username: string;
  readonly password: string;
  /** A bearer token with which they are to do what they do: a session, or an API token. */
  readonly bearer: string;
}

/** An API token as it was created; what is left out is not compared. */
export interface SandboxToken {
  /** The bearer token itself. */
  readonly id: string;
  readonly name?: string;
  /** In milliseconds since the epoch. */
  readonly createdAt?: number;
  readonly lastUsedAt?: number | null;
  readonly restrictions?: unknown;
}

/** What came with a user. */
export interface SandboxUserCreated {
  readonly userId: Id;
  /** The address under which the list shows them; their user name unless it is given. */
  readonly email?: string;
  /** The token that they came with; where there is none, `createToken` creates one. */
  readonly token?: SandboxToken;
}

/**
 * How accounts, users and tokens are created for a run of the full profile where the portal is not
 * administered by the vendor's API. Every function returns when it is done, and rejects when nothing
 * was done: its error is reported, with secrets masked. What a function that is left out would have to
 * do is untested; `createAccount`, `createToken` and `deleteAccount` are needed.
 */
export interface SandboxAdapter {
  /**
   * Creates an account, with its first user. All names are the run's own, and not taken.
   *
   * @returns the id of the new account, which is removed at the end with everything in it
   */
  readonly createAccount: (account: {
    readonly name: string;
    readonly username: string;
    readonly password: string;
  }) => Promise<SandboxUserCreated & { readonly accountId: Id }>;
  /** Creates another user in an account of the run. */
  readonly createUser?: (user: {
    readonly accountId: Id;
    readonly username: string;
    readonly password: string;
  }) => Promise<SandboxUserCreated>;
  /** Creates an API token of a user. `more` are members that no portal has to take: send them along. */
  readonly createToken: (token: {
    readonly by: SandboxUser;
    readonly name: string;
    /** `{ hosts: string[] }`, or null for a token without restrictions. */
    readonly restrictions: unknown;
    readonly more?: object;
  }) => Promise<SandboxToken>;
  /** Gives a token another name or other restrictions; what is left out stays. */
  readonly updateToken?: (change: {
    /** Who does: its owner, or somebody who may not. */
    readonly by: SandboxUser;
    readonly id: string;
    readonly name?: string;
    readonly restrictions?: unknown;
    readonly more?: object;
  }) => Promise<Partial<SandboxToken> | undefined>;
  /** Deletes a token: from then on it is rejected. */
  readonly deleteToken?: (token: {
    /** Who does: its owner, or somebody who may not. */
    readonly by: SandboxUser;
    readonly id: string;
  }) => Promise<unknown>;
  /** Opens a session. @returns its bearer token */
  readonly login?: (login: {
    readonly username: string;
    readonly password: string;
  }) => Promise<string>;
  /** Ends a session: from then on it is rejected. */
  readonly logout?: (session: string) => Promise<unknown>;
  /** Removes a user of the run, with their tokens and sessions. */
  readonly deleteUser?: (user: { readonly userId: Id; readonly accountId: Id }) => Promise<unknown>;
  /** Removes an account of the run, with everything in it. */
  readonly deleteAccount: (account: { readonly accountId: Id }) => Promise<unknown>;
}

/** The functions of an adapter. */
export const adapterFunctions = [
  ...(['createAccount', 'createUser', 'createToken', 'updateToken', 'deleteToken'] as const),
  ...(['login', 'logout', 'deleteUser', 'deleteAccount'] as const),
] as const;

export type AdapterFunction = (typeof adapterFunctions)[number];

const needed: readonly AdapterFunction[] = ['createAccount', 'createToken', 'deleteAccount'];

/** What is wrong with a value as an adapter, in a sentence; undefined when nothing is. */
export function troubleOfAdapter(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'The sandbox must be an object.';
  const given = value as Readonly<Record<string, unknown>>;
  const lacking = needed.filter((name) => typeof given[name] !== 'function');
  if (lacking.length > 0) return `The sandbox must have ${lacking.map(called).join(' and ')}.`;
  const wrong = adapterFunctions.find(
    (name) => given[name] !== undefined && typeof given[name] !== 'function',
  );
  return wrong && `${wrong} of the sandbox must be a function.`;
}

const called = (name: string) => `${name}()`;
