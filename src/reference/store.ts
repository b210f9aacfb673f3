import { randomBytes } from 'node:crypto';

export interface Account {
  readonly id: number;
  readonly name: string;
}

export interface User {
  readonly id: number;
  readonly accountId: number;
  readonly username: string;
  readonly password: string;
  readonly isAdmin: boolean;
}

export interface Token {
  readonly id: string;
  readonly userId: number;
  readonly createdAt: number;
  name: string;
  lastUsedAt: number | null;
  restrictions: Restrictions | null;
}

export interface Restrictions {
  readonly hosts?: readonly string[];
}

/** Accounts, users, API tokens and sessions of the reference portal, in memory. */
export class Store {
  readonly accounts: Account[] = [];
  readonly users: User[] = [];
  readonly tokens: Token[] = [];
  /** User ids by session token. */
  readonly sessions = new Map<string, number>();
  readonly #newToken: () => string;

  /** @param newToken makes an API token; 32 hexadecimal digits unless it says otherwise */
  constructor(newToken: () => string = randomHex) {
    this.#newToken = newToken;
  }

  addAccount(name: string): Account {
    const account = { id: this.accounts.length + 1, name };
    this.accounts.push(account);
    return account;
  }

  addUser(account: Account, username: string, password: string, isAdmin = false): User {
    const user = { id: this.users.length + 1, accountId: account.id, username, password, isAdmin };
    this.users.push(user);
    return user;
  }

  addToken(
    user: User,
    name: string,
    restrictions: Restrictions | null,
    createdAt = Date.now(),
  ): Token {
    const token = {
      id: this.#newToken(),
      userId: user.id,
      createdAt,
      name,
      lastUsedAt: null,
      restrictions,
    };
    this.tokens.push(token);
    return token;
  }

  addSession(user: User): string {
    const session = randomHex();
    this.sessions.set(session, user.id);
    return session;
  }

  removeToken(token: Token): void {
    this.tokens.splice(this.tokens.indexOf(token), 1);
  }

  user(id: number): User | undefined {
    return this.users.find((user) => user.id === id);
  }

  account(id: number): Account | undefined {
    return this.accounts.find((account) => account.id === id);
  }

  /** The tokens of everybody in an account, oldest first. */
  tokensOf(accountId: number): Token[] {
    return this.tokens.filter(({ userId }) => this.user(userId)?.accountId === accountId);
  }
}

function randomHex(): string {
  return randomBytes(16).toString('hex');
}
