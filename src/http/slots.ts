import type { Agent } from 'node:http';
import pLimit from 'p-limit';
import type { Failure } from './exchange.ts';
import { maxBytes } from './memory.ts';

/** So many new connections may be closed by chance, one after the other. */
const maxClosed = 2;

/** Closed connections may be nothing but a bad network: no limit is as low as this. */
const fewestConnections = 4;

/** How many requests of a client are in flight at once: fewer where the target shows that it is too many. */
export class Slots {
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #kept: Agent;
  /** When fewer connections were last opened at once, or one was closed. */
  #fewerSince = 0;
  #closed = 0;

  /** @param kept whose connections are closed when there are to be fewer */
  constructor(concurrency: number, kept: Agent) {
    this.#limit = pLimit(concurrency);
    this.#kept = kept;
  }

  run<T>(send: () => Promise<T>): Promise<T> {
    return this.#limit(send);
  }

  /** How many requests may be in flight at once by now. */
  get most(): number {
    return this.#limit.concurrency;
  }

  /** How many requests are not answered yet. */
  get waiting(): number {
    return this.#limit.activeCount + this.#limit.pendingCount;
  }

  /** Who let some connect may bound how many there are: those that wait for use count, too. */
  turnedAway({ kind }: Failure, sentAt: number): void {
    if (sentAt < this.#fewerSince) return;
    this.#fewerSince = Date.now();
    if (kind === 'broken') this.#closed += 1;
    if (kind === 'broken' && this.#closed <= maxClosed) return;
    const half = Math.floor(this.#limit.concurrency / 2);
    this.#lower(Math.max(kind === 'broken' ? fewestConnections : 1, half));
    this.closeIdle();
  }

  /** Closes the connections that no request uses. */
  closeIdle(): void {
    const idle = Object.values(this.#kept.freeSockets).flatMap((sockets) => sockets ?? []);
    for (const socket of idle) socket.destroy();
  }

  /** Where responses are long, no more of them are read at once than fit. */
  wasRead(bytes: number): void {
    this.#lower(Math.max(1, Math.floor(maxBytes / 2 / Math.max(1, bytes))));
  }

  #lower(to: number): void {
    if (to < this.#limit.concurrency) this.#limit.concurrency = to;
  }
}
