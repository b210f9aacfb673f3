import type { Agent, ClientRequest } from 'node:http';
import pLimit from 'p-limit';
import supertest from 'supertest';
import { agentsOf, type Connecting } from './agents.ts';
import { Bodies, collector } from './bodies.ts';
import { inItsPlace } from './challenge.ts';
import { type CurlOptions, curlCommand } from './curl.ts';
import { delay } from './delay.ts';
import { stringifyExact } from './exact-json.ts';
import {
  type Exchange,
  type Failure,
  isMisrouted,
  type Outcome,
  type OutgoingRequest,
} from './exchange.ts';
import { aborted, readFailure } from './failure.ts';
import type { Limiter } from './limiter.ts';
import { isTooMuch, maxBytes, Room } from './memory.ts';
import { Presence } from './presence.ts';
import { ProxyError } from './proxy-error.ts';
import { pauseBefore, retryAfterOf } from './retry.ts';
import { Slots } from './slots.ts';
import { mayBeSent, type Target, type Writes } from './target.ts';
import type { Timeline } from './timeline.ts';

export interface ClientOptions extends CurlOptions, Connecting {
  readonly userAgent: string;
  /** Per request, in milliseconds. */
  readonly timeoutMs: number;
  /** How long 429, 502, 503 and 504 are waited out, in milliseconds. */
  readonly patienceMs: number;
  /** How many requests are in flight at once; of what writes, no more than sixteen. */
  readonly concurrency: number;
  /** Paces what all clients of a run send. */
  readonly limiter: Limiter;
  /** Notes what all clients of a run do. */
  readonly timeline: Timeline;
  readonly writes: Writes;
  /** Ends every request that is under way. */
  readonly signal: AbortSignal;
  /** Told, again and again, that a target which answered before refuses every connection, for as long as it is waited for. */
  readonly onGone?: () => void;
}

/**
 * How long a write may take after the run was ended, in milliseconds: what it creates must become
 * known to be removed, and a person who pressed Ctrl-C waits for it.
 */
const graceMs = 2000;

/** Creating locks tables and hashes passwords: what reads may queue, these would run into timeouts. */
const mostWrites = 16;

/**
 * Sends requests to one target over kept connections, and nothing but GET unless
 * it may. It never follows a redirect and never rejects for what the target does:
 * what went wrong is in the exchange.
 */
export class Client {
  readonly #options: ClientOptions;
  /** One that keeps its connections, and one that uses each once. */
  readonly #agents: { readonly kept: Agent; readonly fresh: Agent };
  readonly #slots: Slots;
  readonly #writes: ReturnType<typeof pLimit>;
  readonly #bodies = new Bodies();
  #sent = 0;
  readonly #presence: Presence;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#agents = agentsOf(options.target, options, {
      maxSockets: options.concurrency,
      timeoutMs: options.timeoutMs,
    });
    this.#presence = new Presence(options.patienceMs, options.onGone);
    this.#slots = new Slots(options.concurrency, this.#agents.kept);
    this.#writes = pLimit(Math.min(options.concurrency, mostWrites));
  }

  /** How many requests were sent, those sent again included. */
  get sent(): number {
    return this.#sent;
  }

  /** How many requests may be in flight at once by now. */
  get concurrency(): number {
    return this.#slots.most;
  }

  close(): void {
    this.#agents.kept.destroy();
    this.#agents.fresh.destroy();
  }

  /** Closes the connections that no request uses. */
  closeIdle(): void {
    this.#slots.closeIdle();
  }

  /** Sends one request, and waits out a response that says to come back later. */
  send(request: OutgoingRequest): Promise<Exchange> {
    const send = () => this.#slots.run(() => this.#insist(request));
    return (request.method ?? 'GET') === 'GET' ? send() : this.#writes(send);
  }

  /** The certificate with which it shows who it is, in PEM. */
  get certificate(): string | undefined {
    return this.#options.certificate?.cert;
  }

  get target(): Target {
    return this.#options.target;
  }

  /** Waits; not longer than the run. */
  pause(ms: number): Promise<void> {
    return this.#options.timeline.waiting('settling', delay(ms, this.#options.signal));
  }

  /** The `curl` that sends the same request. */
  curl(request: OutgoingRequest): string {
    return curlCommand(request, this.#options);
  }

  async #insist(request: OutgoingRequest): Promise<Exchange> {
    const { patienceMs, signal, limiter, timeline } = this.#options;
    let until = Date.now() + patienceMs;
    for (let attempts = 1; ; attempts += 1) {
      await timeline.waiting('pacing', limiter.turn(signal));
      const sentAt = Date.now();
      if (attempts === 1) until = sentAt + patienceMs;
      const outcome: Outcome = signal.aborted
        ? { failure: { ...aborted(signal), isUnsent: attempts === 1 } }
        : await this.#once(request);
      const exchange = {
        request,
        // A body may hold a password.
        curl: this.curl(request.json ? { ...request, json: {} } : request),
        attempts,
        sentAt,
        receivedAt: Date.now(),
        ...outcome,
      };
      this.#note(request, outcome, sentAt);
      until = this.#presence.patience(until, outcome, sentAt);
      const pause = pauseBefore(request, outcome, attempts, this.#presence.isThere);
      if (attempts === request.maxAttempts) return exchange;
      if (pause === undefined || Date.now() + pause > until || signal.aborted) return exchange;
      await timeline.waiting('pacing', delay(pause, signal));
    }
  }

  #note(request: OutgoingRequest, outcome: Outcome, sentAt: number): void {
    const { limiter, patienceMs, timeline } = this.#options;
    const { response, failure } = outcome;
    timeline.sent(sentAt, response?.status);
    if (failure?.isOfConnecting && this.#presence.isThere) this.#slots.turnedAway(failure, sentAt);
    this.#presence.note(outcome, sentAt);
    if (!response) return;
    const { waiting } = this.#slots;
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || isMisrouted(request, { response })) {
      limiter.passed();
      return;
    }
    const after = retryAfterOf(response);
    // A wait that is longer than the patience of a request is not waited by anybody.
    limiter.refused(sentAt, waiting, after !== undefined && after > patienceMs ? undefined : after);
  }

  #failureOf(error: unknown): Failure {
    const { timeoutMs, ca } = this.#options;
    const read = (cause: unknown) => readFailure(cause, timeoutMs, ca !== undefined);
    return error instanceof ProxyError ? error.failure(read) : read(error);
  }

  async #once(request: OutgoingRequest): Promise<Outcome> {
    const { target, timeoutMs, signal, userAgent, origin, headers = [] } = this.#options;
    // A path from elsewhere must not lead a token to another origin.
    if (!request.path.startsWith('/') || !URL.canParse(target.base + request.path)) {
      throw new Error('a path that does not begin with a slash');
    }
    const { method = 'GET', json, fresh = false } = request;
    const room = new Room();
    if (!mayBeSent(method, request.path, this.#options.writes))
      throw new Error('a read-only client');
    this.#sent += 1;
    const path = request.path + (request.query?.sent ?? '');
    const verb = method.toLowerCase() as 'get' | 'post' | 'delete';
    const test = supertest(target.base)
      [verb](path)
      // What curl sends: the contract's example asks for no media type.
      .set({ Accept: '*/*', 'User-Agent': `${userAgent}; ${request.purpose}` })
      .set(origin ? { Origin: origin } : {})
      .set(Object.fromEntries(headers.map(({ name, value }) => [name, value])))
      .set(request.headers)
      .redirects(0)
      .agent(fresh ? this.#agents.fresh : this.#agents.kept)
      .timeout({ deadline: timeoutMs })
      .maxResponseSize(maxBytes)
      .buffer(true)
      .parse(collector(room));
    if (json) test.set('Content-Type', 'application/json').send(stringifyExact(json));
    const abort = () => {
      test.abort(); // Not returned: it is a promise, which would be taken for the listener's own.
    };
    // What is being created is given a moment to finish, so that it can be removed.
    const ends = method === 'GET';
    let late: NodeJS.Timeout | undefined;
    const onEnd = ends
      ? abort
      : () => {
          late = setTimeout(abort, graceMs);
        };
    signal.addEventListener('abort', onEnd, { once: true });
    try {
      const response = await test;
      if (ends && signal.aborted) return { failure: aborted(signal) };
      const incoming = (response as unknown as { res: { rawHeaders: string[] } }).res;
      const { status, headers, body } = response;
      this.#slots.wasRead(body.length);
      if (isTooMuch(body)) return { failure: readFailure({ code: 'ETOOLARGE' }, timeoutMs) };
      const { rawHeaders } = incoming;
      const read = { status, headers, rawHeaders, body: this.#bodies.once(body) };
      const failure = inItsPlace(read);
      return failure ? { failure } : { response: read };
    } catch (error) {
      if (signal.aborted) return { failure: aborted(signal) };
      const failure = this.#failureOf(error);
      const isNew =
        failure.kind === 'broken' && !(test as { req?: ClientRequest }).req?.reusedSocket;
      return { failure: isNew ? { ...failure, isOfConnecting: true } : failure };
    } finally {
      room.release();
      clearTimeout(late);
      signal.removeEventListener('abort', onEnd);
    }
  }
}
