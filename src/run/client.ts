import { Client } from '../http/client.ts';
import { Limiter } from '../http/limiter.ts';
import type { Target } from '../http/target.ts';
import type { Settings } from '../settings/settings.ts';
import { version } from './version.ts';

/** What a client is for, beside what the settings say. */
export interface Purpose {
  /** Named in the User-Agent, so that a request can be found in the server's log. */
  readonly purpose: string;
  /** Whether anything but GET may be sent. */
  readonly writes: boolean;
  /** Ends every request that is in flight. */
  readonly signal: AbortSignal;
  /** That of the run, if another client of it has one. */
  readonly limiter?: Limiter;
}

/** A client of the target, as the settings say. */
export function newClient(
  { timeoutMs, settleMs, concurrency, rate, origin, ca, insecure }: Settings,
  target: Target,
  { purpose, writes, signal, limiter = new Limiter(rate) }: Purpose,
): Client {
  return new Client({
    target,
    userAgent: `portal-conformance/${version} (${purpose})`,
    patienceMs: settleMs,
    ...{ timeoutMs, concurrency, origin, ca, insecure, writes, signal, limiter },
  });
}
