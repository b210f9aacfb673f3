import type { Id } from './answers.ts';
import type { Bearer, Caller } from './caller.ts';

/** The `curl` commands for what a run may leave. */
export class Commands {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Ends a session. */
  ending(): string {
    const by = { token: '', variable: 'SESSION' };
    return this.#caller.client.curl(this.#caller.request('POST', '/auth/logout', by));
  }

  /** Lists the accounts. */
  listing(by: Bearer): string {
    return this.#caller.client.curl(this.#caller.request('GET', '/admin/getAllAccounts', by));
  }

  /** Lists the users. */
  users(by: Bearer): string {
    return this.#caller.client.curl(this.#caller.request('GET', '/admin/getAllUsers', by));
  }

  /** Removes an account; lists them where its id may not be told. */
  removal(by: Bearer, id: Id): string {
    if (!isTellable(id)) return this.listing(by);
    const request = this.#caller.request('POST', '/admin/deleteAccount', by);
    return this.#caller.client.curl({ ...request, json: { id } });
  }
}

/** `account 7`; an id that is no number could be anything, and is described. */
export function nameOf(kind: 'account' | 'user', id: Id): string {
  return isTellable(id)
    ? `${kind} ${id}`
    : `${kind} with an id of ${id.toString().length} characters`;
}

/** Ids of databases are short numbers; a longer one could be the digits of a token. */
function isTellable(id: Id): boolean {
  return /^\d{1,12}$/.test(String(id));
}
