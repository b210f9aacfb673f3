import { listAsk } from './asks.ts';
import type { Client } from './client.ts';
import type { Credential } from './credential.ts';
import { ListRead } from './token-list.ts';
import type { Vault } from './vault.ts';

/**
 * The reads of the list that the checks of a run share, in numbered rounds. A
 * round begins when the one before it has ended for everybody, so a read of
 * round 1 lies between the reads of rounds 0 and 2, whoever asked.
 */
export class Observations {
  readonly credentials: readonly Credential[];
  readonly #client: Client;
  readonly #vault: Vault;
  readonly #rounds: Map<Credential, Promise<ListRead>>[] = [];

  constructor(client: Client, vault: Vault, credentials: readonly Credential[]) {
    this.#client = client;
    this.#vault = vault;
    this.credentials = credentials;
  }

  /** What one credential was answered in a round. */
  async read(credential: Credential, round: number): Promise<ListRead> {
    if (round > 0) await this.round(round - 1);
    this.#rounds[round] ??= new Map();
    const known = this.#rounds[round].get(credential);
    if (known) return known;
    const read = this.#ask(credential, round);
    this.#rounds[round].set(credential, read);
    return read;
  }

  /** What every credential was answered in a round. */
  round(round: number): Promise<ListRead[]> {
    return Promise.all(this.credentials.map((credential) => this.read(credential, round)));
  }

  async #ask(credential: Credential, round: number): Promise<ListRead> {
    const exchange = await this.#client.get(listAsk(credential, `read ${round + 1}`));
    const read = new ListRead(credential, exchange);
    for (const [, record] of read.records) {
      if (typeof record.id === 'string') this.#vault.add(record.id);
    }
    return read;
  }
}
