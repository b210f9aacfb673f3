import { AdaptedState } from './adapted-state.ts';
import type { Id } from './answers.ts';
import type { Bearer } from './caller.ts';
import { runOf } from './names.ts';

/**
 * An account that a run creates: `sent` until the response is there, `created` with its id, `never`
 * when the server said no, `gone` when it was seen to be gone.
 */
export interface CreatedAccount {
  readonly name: string;
  id?: Id;
  /** Whether its response was not waited for: it may be created long after. */
  mayCome?: boolean;
  state: 'sent' | 'created' | 'never' | 'gone';
  /** Whether its deletion was requested: some portals rename what they are about to delete. */
  isAsked?: boolean;
  /** Once its removal was given up. */
  leftover?: Leftover;
}

/** What a portal keeps of a name that it cuts: fewer characters are no name of a run. */
const fewestKept = 16;

/** A user that a run created, in an account of the run. */
export interface CreatedUserEntry {
  readonly id: Id;
  readonly accountId: Id;
}

/** Something that a run created and that could not be removed, or may be there. */
export interface Leftover {
  readonly what: string;
  readonly why: string;
  /** Removes it, or looks for it. */
  readonly curl: string;
}

/**
 * What a run creates, noted in memory before the request that creates it (a file would hold
 * credentials), and what came back after it. Removal goes by this record, whatever a list says.
 */
export class Created {
  readonly accounts: CreatedAccount[] = [];
  readonly users: CreatedUserEntry[] = [];
  /** API tokens, with who may delete them. */
  readonly tokens = new Map<string, Bearer & { readonly accountId: Id }>();
  /** The tokens that users came with. */
  readonly initialTokens = new Map<string, Bearer & { readonly accountId: Id }>();
  /** Sessions of users that the run created, with their account. */
  readonly sessions = new Map<string, Id>();
  /** Sessions that the run opened with a login that it was given, and whether the server accepted them. */
  readonly logins = new Map<string, boolean>();
  /** The names of tokens that are being created: some are given twice. */
  readonly underWay: string[] = [];
  /** What an adapter has created, where there is one. */
  readonly adapted = new AdaptedState();
  /** How creating calls answered something else than they were sent, in sentences. */
  readonly differences = new Set<string>();
  /** Whether such a login was sent, and nobody knows whether it opened a session. */
  isLoginLost = false;

  /** Whether there is nothing to remove and nothing to end. */
  get isEmpty(): boolean {
    return this.accounts.length === 0 && this.logins.size === 0 && !this.isLoginLost;
  }

  /** Whether a name is that of an account of the run, or what a portal that cuts names has left of it. */
  isNameOf({ name }: CreatedAccount, shown: string): boolean {
    const [whole, kept] = [name.toLowerCase(), shown.toLowerCase()];
    return runOf(kept) === runOf(whole) || (kept.length >= fewestKept && whole.startsWith(kept));
  }

  /** Notes an account before it is created. */
  account(name: string): CreatedAccount {
    const account: CreatedAccount = { name, state: 'sent' };
    this.accounts.push(account);
    return account;
  }

  /** Whether an id names one user: on some servers it does so within an account alone. */
  isUnambiguous(userId: Id): boolean {
    return this.users.filter(({ id }) => String(id) === String(userId)).length === 1;
  }

  /** How many things an account holds, itself included. */
  countIn(id: Id): number {
    const inside = (accountId: Id) => String(accountId) === String(id);
    return (
      1 +
      this.users.filter(({ accountId }) => inside(accountId)).length +
      [...this.tokens.values()].filter(({ accountId }) => inside(accountId)).length +
      [...this.sessions.values()].filter(inside).length
    );
  }
}
