/** Where a command writes: the process gives its streams, a test gives its own. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /**
   * Waits until what was written to `out` is there.
   *
   * @returns the code of what kept it from being written; a reader that went away is none
   */
  readonly flushed: () => Promise<string | undefined>;
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
  let trouble: string | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const note = (error: NodeJS.ErrnoException | null | undefined) => {
    if (error?.code !== 'EPIPE') trouble ??= error?.code;
  };
  return {
    isTerminal,
    out: (text) => {
      last = new Promise((resolve) => {
        stdout.write(text, (error) => resolve(note(error)));
      });
    },
    flushed: async () => {
      await last;
      return trouble;
    },
    err: (text) => stderr.write(text),
    color: { out: colors && stdout.isTTY === true, err: colors && stderr.isTTY === true },
  };
}
