import { faker } from '@faker-js/faker/locale/en';
import { Store } from './store.ts';

/** The tokens of the personas that a portal is judged with. */
export type SeedCredentials = ReadonlyMap<
  'caller.token' | 'caller.session' | 'teammate.token' | 'outsider.token',
  string
>;

export interface Seed {
  readonly store: Store;
  readonly credentials: SeedCredentials;
  readonly admin: { readonly username: string; readonly password: string };
}

const day = 24 * 60 * 60 * 1000;

/** The same portal for the same number, tokens included; only times are those of now. */
export function seedFrom(number: number): Seed {
  faker.seed(number);
  return seed(() => faker.string.hexadecimal({ length: 32, casing: 'lower', prefix: '' }));
}

/**
 * Two accounts with users and tokens of every kind: used and unused, restricted
 * and not, with names that nobody has seen before.
 */
export function seed(newToken?: () => string, given?: Seed['admin']): Seed {
  const store = new Store(newToken);
  const created = () => Date.now() - faker.number.int({ min: day, max: 300 * day });
  const addUser = (account: ReturnType<Store['addAccount']>) =>
    store.addUser(account, faker.internet.email().toLowerCase(), faker.internet.password());
  const addToken = (user: ReturnType<typeof addUser>, hosts?: string[]) =>
    store.addToken(
      user,
      `${faker.company.name()} (${faker.person.fullName()})`,
      hosts ? { hosts } : null,
      created(),
    );

  const account = store.addAccount(faker.company.name());
  const [caller, teammate] = [addUser(account), addUser(account)];
  const outsider = addUser(store.addAccount(faker.company.name()));
  const credentials = new Map([
    ['caller.token', addToken(caller).id],
    ['caller.session', store.addSession(caller, newToken?.())],
    ['teammate.token', addToken(teammate).id],
    ['outsider.token', addToken(outsider).id],
  ] as const);
  addToken(caller, [faker.internet.domainName(), faker.internet.domainName()]);
  addToken(teammate, []);
  addToken(caller);
  const used = addToken(teammate);
  used.lastUsedAt = used.createdAt + faker.number.int({ min: 1000, max: day });
  addToken(outsider, [faker.internet.domainName()]);
  const admin = given ?? { username: 'admin', password: faker.internet.password() };
  store.addUser(store.addAccount('Default'), admin.username, admin.password, {
    isAdmin: true,
    createdAt: created(),
  });
  return { store, credentials, admin };
}
