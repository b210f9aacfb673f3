import type { Ask } from '../http/exchange.ts';
import { listPath } from '../http/target.ts';

/**
 * A request for the list that must be refused: one that was just let in, with
 * exactly one thing changed.
 */
export interface Probe {
  /** What is sent: `the token with its first character changed`. */
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: { readonly sent: string; readonly shell: string };
  /** The bearer string that is sent, if there is one. */
  readonly bearer?: string;
  /** The arguments of the `curl` that sends the same, tokens named by variable. */
  readonly curl: string;
}

export function probeAsk(probe: Probe, purpose: string): Ask {
  const { headers, curl, what: credential, query } = probe;
  return { path: listPath, headers, curl, credential, purpose, ...(query ? { query } : {}) };
}
