import type { Client } from '../http/client.ts';
import { type Exchange, isUnavailable } from '../http/exchange.ts';
import type { Credential } from './credential.ts';
import type { ListRead } from './list-read.ts';
import { type Probe, probeAsk } from './probe.ts';
import { listAsk } from './requests.ts';

export interface ProbeAnswer {
  readonly probe: Probe;
  readonly exchange: Exchange;
  /** Why the answer proves nothing: a control did not hold, or nothing came back. */
  readonly doubt?: string;
}

interface Waiting {
  readonly probe: Probe;
  readonly purpose: string;
  readonly answer: Promise<ProbeAnswer>;
  readonly settle: (answer: ProbeAnswer) => void;
}

/** How old a read may be that is the control before a wave, in milliseconds. */
const recent = 1000;

/**
 * Sends probes in waves, each between two controls: the caller's own request,
 * which must be let in before the wave and after it. What is asked for in one
 * turn of the event loop is one wave; what several checks ask for is sent once.
 */
export class Refusals {
  readonly #client: Client;
  readonly #control: Credential;
  #lastRead: ListRead | undefined;
  #waiting = new Map<string, Waiting>();

  constructor(client: Client, control: Credential) {
    this.#client = client;
    this.#control = control;
  }

  /** Is told of each read of a round: the last one is the control before the next wave. */
  saw(read: ListRead): void {
    if (read.credential === this.#control) this.#lastRead = read;
  }

  ask(probe: Probe, purpose: string): Promise<ProbeAnswer> {
    if (this.#waiting.size === 0) setImmediate(() => this.#send());
    const known = this.#waiting.get(probe.what);
    if (known) return known.answer;
    let settle: Waiting['settle'] = () => {};
    const answer = new Promise<ProbeAnswer>((resolve) => {
      settle = resolve;
    });
    this.#waiting.set(probe.what, { probe, purpose, answer, settle });
    return answer;
  }

  async #send(): Promise<void> {
    const wave = [...this.#waiting.values()];
    this.#waiting = new Map();
    const before = this.#wasLetIn() ? undefined : await this.#ask('control before');
    const exchanges = await Promise.all(wave.map((one) => this.#probe(one)));
    const after = await this.#ask('control after');
    for (const [index, { probe, settle }] of wave.entries()) {
      const exchange = exchanges[index] as Exchange;
      const doubt = before ?? after ?? doubtOf(exchange);
      settle({ probe, exchange, ...(doubt === undefined ? {} : { doubt }) });
    }
  }

  /** Whether the last read was let in a moment ago, and no wave came after it. */
  #wasLetIn(): boolean {
    const read = this.#lastRead;
    this.#lastRead = undefined;
    return read?.opened === true && Date.now() - read.exchange.receivedAt < recent;
  }

  /** A server error once is an accident; it is asked for again. */
  async #probe({ probe, purpose }: Waiting): Promise<Exchange> {
    const ask = probeAsk(probe, purpose);
    const first = await this.#client.send(ask);
    return (first.answer?.status ?? 0) >= 500 ? this.#client.send(ask) : first;
  }

  /** What keeps a control from holding. */
  async #ask(purpose: string): Promise<string | undefined> {
    const { answer, failure } = await this.#client.send(listAsk(this.#control, purpose));
    if (answer && answer.status >= 200 && answer.status < 300) return undefined;
    const what = failure ? failure.sentence : `${answer?.status}`;
    return `the ${purpose} the refusals did not hold: with ${this.#control.label}, ${what}`;
  }
}

function doubtOf({ failure, answer, ask }: Exchange): string | undefined {
  if (failure) return `with ${ask.credential}, ${failure.sentence}`;
  const status = answer?.status ?? 0;
  return isUnavailable(status) ? `with ${ask.credential}, the answer was ${status}` : undefined;
}
