import type { Client } from '../http/client.ts';
import { type Exchange, isMisrouted, isUnavailable } from '../http/exchange.ts';
import type { Credential } from './credential.ts';
import type { Journal } from './journal.ts';
import { ListRead } from './list-read.ts';
import { listRequest, type Probe, probeRequest } from './requests.ts';

export interface ProbeExchange {
  readonly probe: Probe;
  readonly exchange: Exchange;
  /** Why the response proves nothing: a control failed, or nothing came back. */
  readonly doubt?: string;
}

/** The same, as a check sees it. */
export interface ProbeRead {
  readonly probe: Probe;
  readonly read: ListRead;
  readonly doubt?: string;
}

/** Why a control failed; undefined when it was accepted. */
type Control = Promise<string | undefined>;

interface Waiting {
  readonly probe: Probe;
  readonly purpose: string;
  readonly sent: Promise<ProbeExchange>;
  readonly resolve: (exchange: ProbeExchange) => void;
}

/**
 * How old a read may be to serve as the control before a batch, in milliseconds:
 * longer than the slowest round trip of a batch, shorter than a ban takes to come and go.
 */
const maxControlAgeMs = 1000;

/** How many probes go out at once: as many as may be in flight, beside the control of the batch before. */
const most = 47;

/**
 * Sends probes in batches, each between two controls: the caller's own request, which must be
 * accepted before the batch and after it. The control after one batch goes out with the next, and
 * serves both, unless a response looks like that of a guard who bans. What is requested in one turn of
 * the event loop, or while batches are under way, goes out together, the cases that the contract
 * names before all else; what several checks request is sent once.
 */
export class ProbeBatches {
  readonly #client: Client;
  readonly #control: Credential;
  readonly #journal: Journal;
  #lastRead: ListRead | undefined;
  #waiting = new Map<string, Waiting>();
  #underWay = Promise.resolve();
  /** Why no further batch goes out: a control after one failed, as after a ban. */
  #banned: string | undefined;

  constructor(client: Client, control: Credential, journal: Journal) {
    this.#client = client;
    this.#control = control;
    this.#journal = journal;
  }

  /** Is given each read of a round: the last one is the control before the next batch. */
  saw(read: ListRead): void {
    if (read.credential === this.#control) this.#lastRead = read;
  }

  send(probe: Probe, purpose: string): Promise<ProbeExchange> {
    if (this.#waiting.size === 0) setImmediate(() => this.#sendAfterwards());
    const key = `${probe.what}${probe.isAlone ? ', alone' : ''}`;
    const known = this.#waiting.get(key);
    if (known) return known.sent;
    let resolve: Waiting['resolve'] = () => {};
    const sent = new Promise<ProbeExchange>((resolveSent) => {
      resolve = resolveSent;
    });
    this.#waiting.set(key, { probe, purpose, sent, resolve });
    return sent;
  }

  /** One batch at a time: whether a ban began is known when the one before has ended. */
  #sendAfterwards(): void {
    this.#underWay = this.#underWay.then(() => this.#sendBatches());
  }

  async #sendBatches(): Promise<void> {
    const batches = batchesOf([...this.#waiting.values()]);
    this.#waiting = new Map();
    let before: Control = Promise.resolve(undefined);
    if (this.#banned === undefined && !this.#wasAccepted()) {
      before = this.#troubleOf('before');
      await before;
    }
    const settled: Promise<void>[] = [];
    for (const batch of batches) {
      if (this.#banned !== undefined) {
        this.#withhold(batch, this.#banned);
        continue;
      }
      const exchanges = await Promise.all(batch.map((waiting) => this.#probe(waiting)));
      const after = this.#troubleOf('after');
      settled.push(this.#settle(batch, exchanges, before, after));
      if (batch === batches.at(-1) || exchanges.some(mayBeBan)) await after;
      before = after;
    }
    await Promise.all(settled);
  }

  /** Hands out what a batch was answered, when the controls around it are known. */
  async #settle(
    batch: readonly Waiting[],
    exchanges: readonly Exchange[],
    ...controls: readonly Control[]
  ): Promise<void> {
    const [before, after] = await Promise.all(controls);
    this.#banned ??= after;
    for (const [index, { probe, resolve }] of batch.entries()) {
      const exchange = exchanges[index] as Exchange;
      const doubt = before ?? after ?? doubtOf(exchange);
      resolve({ probe, exchange, ...(doubt === undefined ? {} : { doubt }) });
    }
  }

  /** More wrong tokens would only prolong a ban. */
  #withhold(batch: readonly Waiting[], doubt: string): void {
    for (const { probe, purpose, resolve } of batch) {
      const request = probeRequest(probe, purpose);
      const now = Date.now();
      const failure = { kind: 'aborted', sentence: `not sent: ${doubt}` } as const;
      const times = { attempts: 0, sentAt: now, receivedAt: now };
      const exchange = { request, curl: this.#client.curl(request), ...times, failure };
      resolve({ probe, exchange, doubt });
    }
  }

  /** Whether the last read was accepted a moment ago, with no batch since. */
  #wasAccepted(): boolean {
    const read = this.#lastRead;
    this.#lastRead = undefined;
    return (
      read?.accepted === true &&
      !read.isPage &&
      Date.now() - read.exchange.receivedAt < maxControlAgeMs
    );
  }

  /** One server error is an accident: the probe is sent again. */
  async #probe({ probe, purpose }: Waiting): Promise<Exchange> {
    const request = probeRequest(probe, purpose);
    const first = await this.#client.send(request);
    const isError = (first.response?.status ?? 0) >= 500 && !isMisrouted(request, first);
    return isError ? this.#client.send(request) : first;
  }

  async #troubleOf(when: 'before' | 'after'): Control {
    const request = listRequest(this.#control, `control ${when}`);
    const exchange = await this.#client.send(request);
    const read = new ListRead(this.#control, exchange);
    this.#journal.add(read);
    if (read.accepted && !read.isPage) return undefined;
    const { failure } = exchange;
    const what = failure ? failure.sentence : `${read.status}${read.isPage ? ' and a page' : ''}`;
    return `the control request ${when} the negative tests failed: with ${this.#control.label}, ${what}`;
  }
}

/** What the contract names first, by itself; the rest in parts of so many; what is to go alone. */
function batchesOf(waiting: readonly Waiting[]): readonly Waiting[][] {
  const alone = waiting.filter(({ probe }) => probe.isAlone);
  const together = waiting.filter(({ probe }) => !probe.isAlone);
  const rest = together.filter(({ probe }) => !probe.isNamed);
  const parts = Array.from({ length: Math.ceil(rest.length / most) }, (_, index) =>
    rest.slice(index * most, (index + 1) * most),
  );
  const named = together.filter(({ probe }) => probe.isNamed);
  const batches = [named, ...parts, ...alone.map((one) => [one])];
  return batches.filter(({ length }) => length > 0);
}

/** Whether somebody who bans may have answered, or the portal does not answer at all. */
function mayBeBan(exchange: Exchange): boolean {
  const { request, response } = exchange;
  if (isMisrouted(request, exchange)) return false;
  const status = response?.status ?? 503;
  return status === 403 || status === 429 || isUnavailable(status);
}

function doubtOf(exchange: Exchange): string | undefined {
  const { failure, response, request } = exchange;
  if (isMisrouted(request, exchange)) return undefined;
  if (failure) return `with ${request.credential}, ${failure.sentence}`;
  const status = response?.status ?? 0;
  return isUnavailable(status) ? `with ${request.credential}, the answer was ${status}` : undefined;
}
