import { randomBytes } from 'node:crypto';

export interface Account {
  readonly id: number;
  readonly name: string;
  readonly createdAt: number;
}

export interface User {
  readonly id: number;
  readonly accountId: number;
  readonly username: string;
  readonly password: string;
  readonly isAdmin: boolean;
  readonly createdAt: number;
}

export interface Token {
  readonly id: string;
  readonly userId: number;
  readonly createdAt: number;
  name: string;
  lastUsedAt: number | null;
  restrictions: Restrictions | null;
  /** How often it was used. */
  uses: number;
}

export interface Session {
  readonly userId: number;
  readonly createdAt: number;
}

export interface Restrictions {
  readonly hosts?: readonly string[];
}

/** Accounts, users, API tokens and sessions of the reference portal, in memory. */
export class Store {
  readonly accounts: Account[] = [];
  readonly users: User[] = [];
  readonly tokens: Token[] = [];
  readonly sessions = new Map<string, Session>();
  /** Tokens that were deleted: a fault may keep something of them. */
  readonly deleted = new Set<Token>();
  /** How often the list was read. */
  reads = 0;
  /** Jobs that have not ended. */
  readonly jobs = new Set<number>();
  readonly #newToken: () => string;
  readonly #last = { account: 0, user: 0, job: 0 };

  /** @param newToken generates an API token; 32 hexadecimal digits unless it says otherwise */
  constructor(newToken: () => string = randomHex) {
    this.#newToken = newToken;
  }

  addAccount(name: string): Account {
    this.#last.account += 1;
    const account = { id: this.#last.account, name, createdAt: Date.now() };
    this.accounts.push(account);
    return account;
  }

  addUser(
    account: Account,
    username: string,
    password: string,
    { isAdmin = false, createdAt = Date.now() } = {},
  ): User {
    this.#last.user += 1;
    const created = { id: this.#last.user, accountId: account.id, createdAt };
    const user = { ...created, username, password, isAdmin };
    this.users.push(user);
    return user;
  }

  addToken(
    user: User,
    name: string,
    restrictions: Restrictions | null,
    createdAt = Date.now(),
  ): Token {
    const made = { id: this.#newToken(), userId: user.id, createdAt };
    const token = { ...made, name, lastUsedAt: null, restrictions, uses: 0 };
    this.tokens.push(token);
    return token;
  }

  /** @param session its token; a random one unless it is given */
  addSession(user: User, session = randomHex()): string {
    this.sessions.set(session, { userId: user.id, createdAt: Date.now() });
    return session;
  }

  /** All that is in it, as JSON can hold it. */
  toJSON() {
    const { accounts, users, tokens } = this;
    return { accounts, users, tokens, sessions: [...this.sessions], last: { ...this.#last } };
  }

  /** Puts in place of all that is in it what `toJSON` gave. */
  load({ accounts, users, tokens, sessions, last }: ReturnType<Store['toJSON']>): void {
    this.accounts.splice(0, this.accounts.length, ...accounts);
    this.users.splice(0, this.users.length, ...users);
    this.tokens.splice(0, this.tokens.length, ...tokens);
    this.sessions.clear();
    for (const [session, holder] of sessions) this.sessions.set(session, holder);
    Object.assign(this.#last, last);
  }

  removeToken(token: Token): void {
    remove(this.tokens, (one) => one === token);
  }

  /** Removes a user with their tokens and sessions. */
  removeUser({ id }: User): void {
    remove(this.users, (user) => user.id === id);
    remove(this.tokens, ({ userId }) => userId === id);
    for (const [session, { userId }] of this.sessions) {
      if (userId === id) this.sessions.delete(session);
    }
  }

  /** Removes an account with its users. */
  removeAccount({ id }: Account): void {
    for (const user of this.usersOf(id)) this.removeUser(user);
    remove(this.accounts, (account) => account.id === id);
  }

  /** Does something later. @returns the id of the job */
  later(ms: number, work: () => void): number {
    this.#last.job += 1;
    const job = this.#last.job;
    this.jobs.add(job);
    setTimeout(() => {
      work();
      this.jobs.delete(job);
    }, ms).unref();
    return job;
  }

  user(id: number): User | undefined {
    return this.users.find((user) => user.id === id);
  }

  account(id: number): Account | undefined {
    return this.accounts.find((account) => account.id === id);
  }

  usersOf(accountId: number): User[] {
    return this.users.filter((user) => user.accountId === accountId);
  }

  /** The tokens of everybody in an account, oldest first. */
  tokensOf(accountId: number): Token[] {
    return this.tokens.filter(({ userId }) => this.user(userId)?.accountId === accountId);
  }
}

function remove<T>(from: T[], which: (one: T) => boolean): void {
  const kept = from.filter((one) => !which(one));
  from.splice(0, from.length, ...kept);
}

function randomHex(): string {
  return randomBytes(16).toString('hex');
}
