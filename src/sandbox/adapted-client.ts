import pLimit from 'p-limit';
import { stringifyExact } from '../http/exact-json.ts';
import type { Exchange, OutgoingRequest } from '../http/exchange.ts';
import { maskSecrets } from '../secrets/mask.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import { type AdaptedCall, AdaptedCalls, type Done, HalfDone, missing } from './adapted-calls.ts';
import type { AdaptedState } from './adapted-state.ts';
import type { SandboxAdapter } from './adapter.ts';
import type { Sending } from './caller.ts';

/** An adapter has a database or a process behind it. */
const mostAtOnce = 16;

/**
 * A client whose calls that create and remove are made by an adapter: all that stands on them (lost
 * answers, refusals, plainer names, removal) is as for the vendor's API. All else goes to the portal.
 */
export class AdaptedClient implements Sending {
  readonly #client: Sending;
  readonly #adapter: SandboxAdapter;
  readonly #timeoutMs: number;
  readonly #masker: SecretMasker;
  readonly #calls: AdaptedCalls;
  readonly #limit = pLimit(mostAtOnce);

  /**
   * @param known what was created so far
   * @param timeoutMs how long a function may take
   * @param masker for what an error of the adapter says
   */
  constructor(
    client: Sending,
    adapter: SandboxAdapter,
    known: AdaptedState,
    timeoutMs: number,
    masker: SecretMasker,
  ) {
    this.#client = client;
    this.#adapter = adapter;
    this.#timeoutMs = timeoutMs;
    this.#masker = masker;
    this.#calls = new AdaptedCalls(client, adapter, known);
  }

  pause(ms: number): Promise<void> {
    return this.#client.pause(ms);
  }

  /** What would do the same: of what an adapter does there is no `curl`. */
  curl(request: OutgoingRequest): string {
    const call = this.#calls.of(request);
    if (!call) return this.#client.curl(request);
    if (call.lacks) return `# the sandbox has no ${call.lacks}: look where it creates them`;
    return `# ${call.name}() of the sandbox, with ${stringifyExact(request.json ?? {})}`;
  }

  async send(request: OutgoingRequest): Promise<Exchange> {
    const call = this.#calls.of(request);
    if (!call) return this.#client.send(request);
    const sentAt = Date.now();
    const { name, lacks = `${name}()` } = call;
    const outcome = await this.#limit(() => this.#outcomeOf(call));
    const { isMissing, said = isMissing ? `the sandbox has no ${lacks}` : undefined } = outcome;
    const adapter = { name, isMissing, ...(said === undefined ? {} : { said }) };
    const exchange = { request, curl: '', attempts: 1, sentAt, receivedAt: Date.now(), adapter };
    if (outcome.isLate) return { ...exchange, failure: { kind: 'timeout', sentence: `${said}` } };
    const { status, body } = outcome.done;
    const json = Buffer.from(body === undefined ? '' : stringifyExact(body));
    return { ...exchange, response: { status, headers: {}, rawHeaders: [], body: json } };
  }

  async #outcomeOf({ name, run }: AdaptedCall): Promise<{
    done: Done;
    isMissing: boolean;
    isLate?: true;
    said?: string;
  }> {
    if (this.#adapter[name] === undefined) return { done: missing, isMissing: true };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, this.#timeoutMs, undefined);
    });
    try {
      const done = await Promise.race([run(), late]);
      if (done) return { done, isMissing: done === missing };
      const said = `${name}() of the sandbox did not end within ${this.#timeoutMs / 1000} s`;
      return { done: missing, isMissing: false, isLate: true, said };
    } catch (error) {
      const said = `${name}() of the sandbox failed: ${maskSecrets(sentenceOf(error), this.#masker).value}`;
      // It says that nothing was done, as a portal that refuses; a server error leaves that open.
      const status = error instanceof HalfDone ? 500 : 409;
      return { done: { status }, isMissing: false, said };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The first line of an error. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return 'what it threw is not an Error';
  return `${error.message.split('\n')[0]?.slice(0, 200)}`;
}
