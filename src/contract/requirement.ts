import type { Source } from './outline.ts';

/** MUST breaks conformance; SHOULD does under `--strict`; NOTE never counts. */
export type Level = 'MUST' | 'SHOULD' | 'NOTE';

export const topics = [
  'response',
  'record',
  'timestamps',
  'restrictions',
  'authentication',
  'visibility',
] as const;
export type Topic = (typeof topics)[number];

/**
 * `read-only` sends GET with tokens that were given; `full` creates its own;
 * `saved` sends nothing and looks at one response that was saved.
 */
export type Profile = 'read-only' | 'full' | 'saved';

/**
 * When it is judged: reads before changes, so that they find the portal at rest;
 * refusals last, for a server may ban who knocks too often.
 */
export const phases = ['reads', 'changes', 'refusals'] as const;
export type Phase = (typeof phases)[number];

/** The readers of the list: two users of one account, a user of another. */
export type Persona = 'caller' | 'teammate' | 'outsider';

/** What a persona authenticates with: an API token, or a session token from login. */
export const credentialNames = [
  'caller.token',
  'caller.session',
  'teammate.token',
  'outsider.token',
] as const;
export type CredentialName = (typeof credentialNames)[number];

/** What is known of a run before it sends anything. */
export interface RunFacts {
  readonly profile: Profile;
  readonly credentials: readonly CredentialName[];
  /** Whether what is sent stays on this machine. */
  readonly loopback: boolean;
  /**
   * Whether a live token may go where proxies log (a URL, a Basic user name): the run created it,
   * or started the target, or the user says that nothing on the way logs.
   */
  readonly mayBeLogged: boolean;
  /** Whether an adapter creates what the run needs, so that there is no administrator. */
  readonly isAdapted?: boolean;
  /** Whether status and headers of the answers are known; a saved body has none. */
  readonly head: boolean;
}

/** What every requirement says of itself. `id` is a stable slug. */
export interface Statement {
  readonly id: string;
  readonly topic: Topic;
  readonly level: Level;
  /** What holds, in a few words. */
  readonly title: string;
  /** What holds, in one sentence. */
  readonly text: string;
  readonly source: Source;
  /** The version of this package in which it was first required, at this level. */
  readonly since: string;
  /** False where it is newer than the set of requirements that a run is held to: it warns at most. */
  readonly counts?: false;
}

/** How to fix a violation, in a sentence each. */
export interface Advice {
  /** What usually breaks it. */
  readonly causes: string;
  readonly fix: string;
}

/**
 * A requirement that is judged. `check` returns, with a remark on what it saw
 * if it likes, or throws: `Violation`, `Inconclusive`, or by a bug of ours.
 */
export interface Checked<Context> extends Statement, Advice {
  readonly profiles: readonly Profile[];
  readonly phase: Phase;
  /** Whether what it is about may lag: what holds the second time was late, not wrong. */
  readonly mayLag?: true;
  /**
   * Whether it holds for every response to a valid token, so that it is judged again over all of
   * them when the run ends. What one saved response shows is such a rule.
   */
  readonly everyResponse?: boolean;
  /** Credentials without which it is untested. */
  readonly needs: readonly CredentialName[];
  /** Why it is not part of this run, if it is not. */
  readonly inapplicable?: (facts: RunFacts) => string | undefined;
  readonly check: (context: Context) => Promise<string | undefined>;
  readonly excluded?: never;
}

/** A requirement that no client can observe, with the reason. */
export interface Excluded extends Statement {
  readonly excluded: string;
  readonly check?: never;
}

export type Requirement<Context> = Checked<Context> | Excluded;
