import type { Client } from '../http/client.ts';
import type { Credential } from './credential.ts';
import { ListRead } from './list-read.ts';
import type { Newcomers } from './newcomers.ts';
import { listRequest } from './requests.ts';

/** The reads of the list that checks look at. */
export interface Reads {
  readonly credentials: readonly Credential[];
  /** What was read before round 0, while something new was still on its way. */
  readonly earlier: readonly ListRead[];
  /** What one credential reads in a round. */
  read(credential: Credential, round: number): Promise<ListRead>;
  /** What every credential reads in a round. */
  round(round: number): Promise<readonly ListRead[]>;
  /** The latest round that has begun. */
  readonly latest: number;
}

/** Comparisons look at three rounds in a row; a long wait must not keep every list it read. */
const keptRounds = 4;

/**
 * The reads of the list that the checks of a run share, in numbered rounds. A
 * round begins when the one before it has ended for everybody, so a read of
 * round 1 lies between the reads of rounds 0 and 2, whichever check requested it.
 */
export class ReadRounds implements Reads {
  readonly credentials: readonly Credential[];
  readonly #client: Client;
  readonly #rounds: Map<Credential, Promise<ListRead>>[] = [];
  readonly #ends: Promise<unknown>[] = [];
  readonly #onRead: (read: ListRead) => void;
  readonly #newcomers: Newcomers;
  readonly earlier: readonly ListRead[];

  /** @param newcomers are shared by all rounds of a run */
  constructor(
    client: Client,
    credentials: readonly Credential[],
    onRead: (read: ListRead) => void,
    newcomers: Newcomers,
    earlier: readonly ListRead[] = [],
  ) {
    this.#onRead = onRead;
    this.#newcomers = newcomers;
    this.earlier = earlier;
    this.#client = client;
    this.credentials = credentials;
  }

  read(credential: Credential, round: number): Promise<ListRead> {
    this.#rounds[round] ??= new Map();
    const known = this.#rounds[round].get(credential);
    if (known) return known;
    const read = this.#after(round).then(() => this.#read(credential, round));
    this.#rounds[round].set(credential, read);
    if (round >= keptRounds + 2) this.#rounds[round - keptRounds]?.clear();
    return read;
  }

  get latest(): number {
    return Math.max(0, this.#rounds.length - 1);
  }

  round(round: number): Promise<ListRead[]> {
    return Promise.all(this.credentials.map((credential) => this.read(credential, round)));
  }

  /** The end of the round before, for everybody. */
  #after(round: number): Promise<unknown> {
    if (round === 0) return Promise.resolve();
    this.#ends[round] ??= this.round(round - 1);
    return this.#ends[round];
  }

  async #read(credential: Credential, round: number): Promise<ListRead> {
    const read = await this.#once(credential, `read ${round + 1}`, false);
    if (!read.rejected) return read;
    const readNow = () => this.#once(credential, `read ${round + 1}`, true);
    return (await this.#newcomers.follow(credential, readNow)) ?? read;
  }

  async #once(credential: Credential, purpose: string, fresh: boolean): Promise<ListRead> {
    const exchange = await this.#client.send({ ...listRequest(credential, purpose), fresh });
    const read = new ListRead(credential, exchange);
    this.#onRead(read);
    return read;
  }
}
