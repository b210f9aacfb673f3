import { type EndingSignal, signals } from '../report/outcome.ts';

const names = Object.keys(signals) as EndingSignal[];

/** What may end a run from outside: each lets it clean up. */
export interface Endings {
  readonly onSignal: (signal: EndingSignal) => void;
  /** An exception that nothing caught: a bug of ours. */
  readonly onBug: (error: unknown) => void;
}

/**
 * Listens for signals (a closed terminal sends SIGHUP) and for exceptions that nothing caught,
 * until the process ends.
 */
export function listenForEndings({ onSignal, onBug }: Endings): void {
  for (const name of names) process.on(name, () => onSignal(name));
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
}
