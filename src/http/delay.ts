import { setTimeout } from 'node:timers/promises';

/** Waits; returns at once when the run is ended. */
export async function delay(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
