import type { Client } from '../http/client.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import type { Credential } from './credential.ts';
import { ListRead } from './list-read.ts';
import { listRequest } from './requests.ts';

/** The reads of the list that checks look at. */
export interface Reads {
  readonly credentials: readonly Credential[];
  /** What was answered before round 0, while something made a moment ago was still on its way. */
  readonly earlier: readonly ListRead[];
  /** What one credential was answered in a round. */
  read(credential: Credential, round: number): Promise<ListRead>;
  /** What every credential was answered in a round. */
  round(round: number): Promise<readonly ListRead[]>;
  /** The latest round that has begun. */
  readonly latest: number;
}

/**
 * The reads of the list that the checks of a run share, in numbered rounds. A
 * round begins when the one before it has ended for everybody, so a read of
 * round 1 lies between the reads of rounds 0 and 2, whichever check requested it.
 */
export class ReadRounds implements Reads {
  readonly credentials: readonly Credential[];
  readonly #client: Client;
  readonly #masker: SecretMasker;
  readonly #rounds: Map<Credential, Promise<ListRead>>[] = [];
  readonly #ends: Promise<unknown>[] = [];
  readonly #onRead: (read: ListRead) => void;
  readonly earlier: readonly ListRead[];

  constructor(
    client: Client,
    masker: SecretMasker,
    credentials: readonly Credential[],
    onRead: (read: ListRead) => void,
    earlier: readonly ListRead[] = [],
  ) {
    this.#onRead = onRead;
    this.earlier = earlier;
    this.#client = client;
    this.#masker = masker;
    this.credentials = credentials;
  }

  read(credential: Credential, round: number): Promise<ListRead> {
    this.#rounds[round] ??= new Map();
    const known = this.#rounds[round].get(credential);
    if (known) return known;
    const read = this.#after(round).then(() => this.#request(credential, round));
    this.#rounds[round].set(credential, read);
    // A long wait must not keep every list that was read meanwhile.
    if (round > 5) this.#rounds[round - 4]?.clear();
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

  async #request(credential: Credential, round: number): Promise<ListRead> {
    const exchange = await this.#client.send(listRequest(credential, `read ${round + 1}`));
    const read = new ListRead(credential, exchange);
    read.register(this.#masker);
    this.#onRead(read);
    return read;
  }
}
