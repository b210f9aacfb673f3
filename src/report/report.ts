import type { Finding } from '../contract/finding.ts';
import type { Status } from '../contract/judge.ts';
import type { CredentialName, Profile, Statement } from '../contract/requirement.ts';
import type { RunTimeline } from '../http/timeline.ts';

/** What a run found out, as `schemas/report.schema.json` describes it. */
export interface Report {
  readonly schemaVersion: 1;
  readonly suite: {
    readonly name: 'portal-conformance';
    readonly version: string;
    /** The SHA-256 of the build; absent where the suite was not built. */
    readonly digest?: string;
  };
  readonly runId: string;
  readonly target: string | null;
  /** The image that was started as the target. */
  readonly image: string | null;
  /** What the engine says which image that was: `sha256:...`. */
  readonly imageDigest?: string;
  readonly profile: Profile;
  readonly outcome: Outcome;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly requests: number;
  readonly credentials: readonly CredentialName[];
  readonly seed: number | null;
  readonly cleanup: {
    readonly removed: number;
    /** What the server said it removes, and no read could confirm. */
    readonly unverified: number;
    readonly durationMs: number;
    readonly left: readonly Omit<Leftover, 'command'>[];
  } | null;
  /** What the run created and could not remove, or may have created. */
  readonly leftovers: readonly Leftover[];
  /** What a reader must know of how the run was made: a file that was read, TLS not verified. */
  readonly notices: readonly string[];
  /** True when the reference portal that comes with the suite was judged; absent otherwise. */
  readonly reference?: true;
  readonly selection: Selection;
  readonly baseline: {
    readonly file: string;
    readonly problems: readonly BaselineProblem[];
  } | null;
  readonly counts: Readonly<Record<Status, number>>;
  readonly requirements: readonly RequirementResult[];
  /** Who was judged, as the call says: a verdict without its version is no evidence. */
  readonly subject?: {
    readonly version: string | null;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** The set of requirements that the run was held to: `1`, or `latest`. */
  readonly requirementSet?: string;
  /** The SHA-256 of what that set requires: `sha256:...`. */
  readonly requirementSetDigest?: string;
  /** What is violated beside what was in the run before, where its report was given. */
  readonly previous?: Previous;
  /** Whether people are shown the exchanges of what passed, too. */
  readonly evidence?: 'all';
  /** What a live run did when. */
  readonly timeline?: RunTimeline;
  /** Structures of bodies and heads, each once; exchanges name them by index. */
  readonly bodies: readonly string[];
}

/** A run beside the one before: ids of requirements that are violated, or were. */
export interface Previous {
  readonly runId: string;
  readonly startedAt: string;
  readonly outcome: Outcome;
  readonly new: readonly string[];
  readonly gone: readonly string[];
  readonly still: readonly string[];
}

/** Something that stays on the server, and how to remove it. */
export interface Leftover {
  readonly what: string;
  readonly why: string;
  /** Removes it, or looks for it. */
  readonly curl: string;
  /** The command that removes all that the run left. */
  readonly command: string;
}

/** A requirement with its verdict and what the verdict rests on. */
export interface RequirementResult extends Statement {
  /** What usually breaks it, and how it is fixed; null when it is never judged. */
  readonly causes: string | null;
  readonly fix: string | null;
  readonly status: Status;
  readonly message: string;
  readonly findings: readonly Finding[];
  /** The entries of the baseline that cover its findings. */
  readonly known: readonly KnownFailure[];
  readonly exchanges: readonly ExchangeReport[];
  readonly durationMs: number;
}

/** A request and its answer without any of the target's values. */
export interface ExchangeReport {
  readonly request: string;
  readonly credential: string;
  readonly purpose: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly mediaType: string | null;
  readonly bytes: number | null;
  readonly durationMs: number;
  readonly received: string | null;
  /** The structure of the body: an index of `bodies`. */
  readonly body: number | null;
  /** Status and fields, values described: an index of `bodies`. */
  readonly head?: number;
  /** When it was sent, in milliseconds since the epoch. */
  readonly sentAt?: number;
  readonly failure: string | null;
  readonly curl: string;
}

/** Why a failure is accepted, by whom and until when: an entry of a baseline. */
export interface KnownFailure {
  /** What its findings read like, `*` standing for anything; null for all of them. */
  readonly finding: string | null;
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it is accepted: `2027-01-31`. */
  readonly expires: string;
  /** Whether it fails now and then: it is not outdated when it holds. */
  readonly intermittent?: boolean;
  readonly line: number;
}

/** An entry of a baseline that is to be changed. */
export interface BaselineProblem {
  readonly line: number;
  readonly requirement: string;
  readonly problem: string;
}

export interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly deselected: readonly string[];
  readonly accepted: readonly string[];
  readonly strict: boolean;
}

export type Outcome =
  | 'conformant'
  | 'conformant-partial'
  | 'known-failures'
  | 'non-conformant'
  | 'baseline-outdated'
  | 'misconfigured'
  | 'undecided'
  | 'suite-error'
  | 'interrupted';

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 70 | 129 | 130 | 131 | 143;

/** Whether a run came to nothing: no requirement was decided, and the outcome says why. */
export function judgedNothing({ requirements }: Pick<Report, 'requirements'>): boolean {
  return requirements.every(({ status }) =>
    ['inconclusive', 'untested', 'excluded'].includes(status),
  );
}
