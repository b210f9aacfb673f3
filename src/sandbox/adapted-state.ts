import type { SandboxUser } from './adapter.ts';
import { type Id, isSame } from './answers.ts';

interface KnownAccount {
  readonly id: Id;
  readonly name: string;
  isDeleted: boolean;
}

type KnownUser = Omit<SandboxUser, 'bearer'> & {
  readonly email: string;
  isDeleted: boolean;
};

/** What the calls of a run have created through an adapter; its cleaning up goes on with it. */
export class AdaptedState {
  readonly accounts: KnownAccount[] = [];
  readonly users: KnownUser[] = [];
  readonly bearers = new Map<string, KnownUser>();

  account(id: Id): KnownAccount | undefined {
    return this.accounts.find((one) => isSame(one.id, id));
  }

  named(name: string): KnownUser | undefined {
    return this.users.find(({ username, email }) => username === name || email === name);
  }

  /** Notes that a token belongs to the user of another one. */
  share(bearer: string, token: string): void {
    const user = this.bearers.get(bearer);
    if (user) this.bearers.set(token, user);
  }

  /** As the vendor's API lists them. */
  listUsers(): object[] {
    return this.users
      .filter(({ isDeleted }) => !isDeleted)
      .map(({ userId, email, accountId }) => ({ id: userId, email, accountId }));
  }

  user(bearer: string): SandboxUser | undefined {
    const user = this.bearers.get(bearer);
    if (!user) return undefined;
    const { userId, accountId, username, password } = user;
    return { userId, accountId, username, password, bearer };
  }

  tokenIn(accountId: Id): string | undefined {
    return [...this.bearers].find(([, user]) => isSame(user.accountId, accountId))?.[0];
  }
}
