import type { Exchange, OutgoingRequest } from '../http/exchange.ts';
import type { Target } from '../http/target.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Credential } from './credential.ts';
import type { Identity } from './identity.ts';
import type { Journal } from './journal.ts';
import type { ListRead } from './list-read.ts';
import type { Patience } from './patience.ts';
import type { ProbeBatches } from './probe-batches.ts';

/** What the checks of one run have in common. */
export interface Surroundings {
  readonly target: Target;
  readonly identities: ReadonlyMap<Credential, Identity>;
  readonly probes: Pick<ProbeBatches, 'send'>;
  /** The first read of the run, whose time counts as the run's beginning. */
  readonly first: (credential: Credential) => Promise<ListRead>;
  readonly patience: Patience;
  /** When all that the run created was known everywhere; undefined for tokens that were given. */
  readonly settledAt?: number | undefined;
  /** Whether a live token may go into a URL or a Basic user name, where proxies log. */
  readonly mayBeLogged: boolean;
  /** How many tokens a long list has. */
  readonly longList: number;
  readonly signal: AbortSignal;
  /** Waits so many milliseconds; not longer than the run. */
  readonly pause: (ms: number) => Promise<void>;
  /** What the run created, in the full profile. */
  readonly sandbox?: Sandbox;
  /** Keeps every response to a valid token, and watches for what is listed. */
  readonly journal: Journal;
  /** Sends a request that no round shares. */
  readonly send: (request: OutgoingRequest) => Promise<Exchange>;
}
