/**
 * One way in which an answer differs from what is required. It describes the
 * target's values and never quotes its strings: each may be a live credential.
 */
export interface Finding {
  readonly expected: string;
  readonly received: string;
  /** Whose answer it was: `caller's API token`. */
  readonly credential?: string;
  /** JSON Pointers of the first few places. */
  readonly where?: readonly string[];
  /** In how many places. */
  readonly count: number;
  /** Another reading of the same facts, or what to look at. */
  readonly hint?: string;
  /** A command that shows it again; tokens are named by their variables. */
  readonly curl?: string;
  /** The first record in which two readings disagree. */
  readonly sides?: Sides;
}

/** Two readings of one record, beside each other; values are described. */
export interface Sides {
  /** Whose readings they are. */
  readonly of: readonly [string, string];
  readonly members: readonly {
    readonly name: string;
    readonly one: string;
    readonly other: string;
    readonly differs: boolean;
  }[];
}

/** Thrown by a check: the portal breaks the requirement. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => `${finding.expected}; ${finding.received}`).join('\n'));
    this.findings = findings;
  }
}

/**
 * Thrown by a check that could not tell: what it stands on did not hold
 * (`inconclusive`), or what it is about was not there to see (`untested`).
 */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive';
  readonly status: 'inconclusive' | 'untested';
  constructor(message: string, status: 'inconclusive' | 'untested' = 'inconclusive') {
    super(message);
    this.status = status;
  }
}

/** Throws what was found, all of it, if anything was. */
export function failIf(findings: readonly (Omit<Finding, 'count'> & { count?: number })[]): void {
  if (findings.length > 0) throw new Violation(findings.map((one) => ({ count: 1, ...one })));
}
