import type { CredentialName } from '../contract/requirement.ts';
import { type Behaviour, plain } from '../reference/behaviour.ts';
import { faults } from '../reference/faults.ts';
import { behaviourNamed } from '../reference/named.ts';
import { answeringAs } from '../reference/portal.ts';
import { seed, seedFrom } from '../reference/seed.ts';
import { nearest } from '../settings/nearest.ts';

export interface ReferencePortalOptions {
  /** The same names, addresses and tokens for the same number; random ones without it. */
  readonly seed?: number;
  /** The faults that it has, by the names that `serve --list-faults` prints. */
  readonly fault?: string | readonly string[];
}

/** The reference portal as a function of requests: for hono, MSW, and whatever else has `fetch`. */
export interface ReferencePortal {
  readonly fetch: (request: Request) => Promise<Response>;
  /** The tokens of the personas, as `verify` takes them; those after a `reset` are others without a seed. */
  readonly credentials: Readonly<Record<CredentialName, string>>;
  /** The login of the administrator, as `verify` takes it. */
  readonly admin: { readonly username: string; readonly password: string };
  /** Resets accounts, users and tokens to what they were at first. */
  readonly reset: () => void;
}

/**
 * The portal that comes with the suite, without a server. What differs from the contract is named by
 * `fault`.
 *
 * @throws Error for a fault that there is not
 */
export function referencePortal(options: ReferencePortalOptions = {}): ReferencePortal {
  const behaviour = behaviourOf([options.fault ?? []].flat());
  const begin = () => {
    const { store, credentials, admin } =
      options.seed === undefined ? seed(behaviour.newToken) : seedFrom(options.seed);
    const tokens = Object.fromEntries(credentials) as Record<CredentialName, string>;
    return { answer: answeringAs(store, behaviour), credentials: tokens, admin };
  };
  let state = begin();
  return {
    fetch: (request) => state.answer(request),
    get credentials() {
      return state.credentials;
    },
    get admin() {
      return state.admin;
    },
    reset: () => {
      state = begin();
    },
  };
}

function behaviourOf(names: readonly string[]): Behaviour {
  if (names.length === 0) return plain;
  const found = behaviourNamed(names);
  if ('pair' in found) throw new Error(`${found.pair.join(' and ')} cannot be combined.`);
  if (!('unknown' in found)) return found;
  const meant = nearest(
    found.unknown,
    faults.map(({ name }) => name),
  );
  throw new Error(`There is no fault ${found.unknown}.${meant ? ` Did you mean ${meant}?` : ''}`);
}
