/** Why nothing can be judged: the call is wrong, or the portal does not answer. */
export interface Stop {
  readonly outcome: 'misconfigured' | 'undecided';
  readonly message: string;
}
