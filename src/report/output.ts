/** Where a command writes: the process gives its streams, a test gives its own. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether each is a terminal that shows colours. */
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Whether somebody watches what is written to `err`. */
  readonly isTerminal: boolean;
}

/** The streams of a process, as a command writes to them. */
export function outputOf(
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
  environment: Readonly<Record<string, string | undefined>>,
): Output {
  // Decided here, once for each stream; what renders is given the answer.
  const colors = !environment.NO_COLOR;
  const isTerminal = stderr.isTTY === true && !environment.CI;
  return {
    isTerminal,
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    color: { out: colors && stdout.isTTY === true, err: colors && stderr.isTTY === true },
  };
}
