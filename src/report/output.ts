/** What a stream can show. */
export interface Look {
  readonly color: boolean;
  /** The width of a terminal; undefined for a file or a pipe. */
  readonly columns?: number | undefined;
}

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
  /** What each can show. */
  readonly look: { readonly out: Look; readonly err: Look };
  /** Whether somebody watches what is written to `err`. */
  readonly isTerminal: boolean;
}

/** The streams of a process, as a command writes to them. */
export function outputOf(
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
  environment: Readonly<Record<string, string | undefined>>,
): Output {
  // Decided here, once for each stream; what renders is given the answer.
  const { NO_COLOR, FORCE_COLOR, TERM, CI } = environment;
  const isForced = FORCE_COLOR !== undefined && !/^(0|false)$/.test(FORCE_COLOR);
  const isForbidden = Boolean(NO_COLOR) || FORCE_COLOR !== undefined || TERM === 'dumb';
  const lookOf = ({ isTTY, columns }: NodeJS.WriteStream): Look => ({
    color: isForced || (!isForbidden && isTTY === true),
    columns: isTTY ? columns : undefined,
  });
  // A line that is written over needs a terminal that can go back.
  const isTerminal = stderr.isTTY === true && !CI && TERM !== 'dumb';
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
    look: { out: lookOf(stdout), err: lookOf(stderr) },
  };
}
