import { budget } from '../http/memory.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import type { Credential } from './credential.ts';
import type { ListRead } from './list-read.ts';
import type { Reads } from './rounds.ts';

/** Of bodies, in bytes: what comes after is judged when it is read, and not once more. */
const maxBytes = Math.floor(budget / 16);

/**
 * Every response to a token, whatever it was read for (rounds, fresh reads, controls):
 * evidence that is judged once more when the run ends.
 */
export class Journal {
  readonly reads: ListRead[] = [];
  readonly #masker: SecretMasker;
  #bytes = 0;

  constructor(masker: SecretMasker) {
    this.#masker = masker;
  }

  /** Keeps a read, and has every id in it watched for: each is a live credential. */
  add(read: ListRead): void {
    read.register(this.#masker);
    const bytes = read.exchange.response?.body.length ?? 0;
    if (this.#bytes + bytes > maxBytes) return;
    this.#bytes += bytes;
    this.reads.push(read);
  }

  /** With what statuses tokens were turned away that were accepted later, as by limits and bans that do not say so. */
  get statusesTurnedAway(): readonly number[] {
    const acceptedAt = new Map<string, number>();
    for (const { accepted, credential, exchange } of this.reads)
      if (accepted) acceptedAt.set(credential.token, exchange.sentAt);
    return this.reads.flatMap(({ status = 0, credential, exchange }) => {
      const { headers, query } = exchange.request;
      // What has more than a token may have been refused for that.
      const isPlain = Object.keys(headers).length === 1 && query === undefined;
      const isAway = status >= 300 && status < 500 && status !== 401 && status !== 429;
      const isLater = exchange.sentAt < (acceptedAt.get(credential.token) ?? 0);
      return isPlain && isAway && isLater ? [status] : [];
    });
  }
}

/** What a run has read, as the reads of a check: nothing more is requested. */
export class JournalReads implements Reads {
  readonly credentials: readonly Credential[];
  readonly earlier: readonly ListRead[];
  readonly latest = 0;
  readonly #rounds: Reads;

  constructor(rounds: Reads, journal: Journal) {
    this.#rounds = rounds;
    this.credentials = rounds.credentials;
    this.earlier = journal.reads.filter(({ accepted }) => accepted);
  }

  read(credential: Credential): Promise<ListRead> {
    return this.#rounds.read(credential, 0);
  }

  async round(): Promise<readonly ListRead[]> {
    return [];
  }
}
