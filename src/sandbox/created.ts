import type { Bearer } from './calls.ts';

/**
 * What a run has made, written down as soon as the portal answers, so that it
 * can be removed whatever happens next.
 */
export class Created {
  readonly accounts = new Set<number>();
  readonly users = new Set<number>();
  /** API tokens, with who may delete them. */
  readonly tokens = new Map<string, Bearer>();
  readonly sessions = new Set<string>();
}
