import { Inconclusive } from '../contract/finding.ts';
import type { CredentialName } from '../contract/requirement.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Target } from '../http/target.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { TokenRecord } from './body-facts.ts';
import { type Clock, clockOf } from './clock.ts';
import { type Credential, notCreated, type Reader } from './credential.ts';
import { eventually, type Holds, type Standing, standingOf, type Wait } from './eventually.ts';
import { type Identity, readIdentity } from './identity.ts';
import { ListRead } from './list-read.ts';
import { isNew, rejectedSince } from './newcomers.ts';
import type { ProbeRead } from './probe-batches.ts';
import type { Probe } from './requests.ts';
import { type Asked, listRequest, whoamiRequest, withPart } from './requests.ts';
import type { Reads } from './rounds.ts';
import type { Surroundings } from './surroundings.ts';

/** A change that shows everywhere is many equal responses; a few of them are evidence enough. */
const maxFreshReads = 6;
/** Of what is longer, in bytes, one is kept. */
const longBody = 1024 * 1024;

/** What one check is given; it remembers the exchanges that the check looked at. */
export class Context {
  readonly target: Target;
  readonly settleMs: number;
  readonly #id: string;
  readonly #rounds: Reads;
  readonly #surroundings: Surroundings;
  readonly #evidence: Set<Exchange>;
  readonly #attempt: number;

  constructor(
    id: string,
    rounds: Reads,
    surroundings: Surroundings,
    evidence: Set<Exchange>,
    attempt = 0,
  ) {
    this.target = surroundings.target;
    this.settleMs = surroundings.patience.settleMs;
    this.#attempt = attempt;
    this.#id = id;
    this.#rounds = rounds;
    this.#surroundings = surroundings;
    this.#evidence = evidence;
  }

  /** How long a wait that begins now may take. */
  get #wait(): Wait {
    const { signal, patience, pause: wait } = this.#surroundings;
    const boundMs = patience.boundOf(this.#attempt);
    return { boundMs, signal, wait, onHeld: (ms) => patience.saw(ms) };
  }

  /** A credential that was given, or undefined. */
  credential(name: CredentialName): Credential | undefined {
    return this.#rounds.credentials.find((one) => one.name === name);
  }

  /** Those of some credentials that were given. */
  given(...names: readonly CredentialName[]): readonly Credential[] {
    return names.map((name) => this.credential(name)).filter((one) => one !== undefined);
  }

  /** A credential that the requirement needs. */
  needed(name: CredentialName): Credential {
    const credential = this.credential(name);
    if (credential) return credential;
    if (this.isFull) throw new Inconclusive(...notCreated(name, this.sandbox));
    throw new Error(`${this.#id} does not say that it needs ${name}`);
  }

  /** The caller's credential: the API token, or else the session token. */
  get caller(): Credential {
    return this.credential('caller.token') ?? this.needed('caller.session');
  }

  /** Who a credential belongs to, where the portal says so. */
  identity(credential: Credential): Identity | undefined {
    return this.#surroundings.identities.get(credential);
  }

  /** What one credential was answered, in a round of reads. */
  async read(credential: Credential, round = 0): Promise<ListRead> {
    const read = await this.#rounds.read(credential, round);
    this.#evidence.add(read.exchange);
    return read;
  }

  /** What every credential was answered, twice: once may be luck. */
  async reads(): Promise<readonly ListRead[]> {
    const { earlier } = this.#rounds;
    const rounds = [await this.#rounds.round(0), await this.#rounds.round(1)];
    const reads = [...earlier, ...rounds.flat()];
    for (const { exchange } of reads) this.#evidence.add(exchange);
    return reads;
  }

  /** What rejected a credential although it was known everywhere by then. */
  rejections(credential: Credential): readonly ListRead[] {
    const { journal, settledAt } = this.#surroundings;
    const own = journal.reads.filter((read) => read.credential.token === credential.token);
    if (settledAt !== undefined) return rejectedSince(own, settledAt);
    return isNew(own, (list) => this.clock(list.exchange), this.settleMs) ? [] : rejectedSince(own);
  }

  /** The list that one credential sees. @throws Inconclusive when there is none */
  async list(credential: Credential, round = 0): Promise<ListRead> {
    const read = await this.read(credential, round);
    if (!read.usable) throw new Inconclusive(read.trouble);
    return read;
  }

  /**
   * Every list that could be read, of two rounds.
   *
   * @param shows what the run itself brings about, and what some record is to show: it may take
   *   the settle bound
   * @throws Inconclusive when there is none
   */
  async lists(shows?: (record: TokenRecord) => boolean): Promise<readonly ListRead[]> {
    const reads = await this.reads();
    const usable = reads.filter((read) => read.usable);
    if (usable.length === 0) throw new Inconclusive(reads[0]?.trouble ?? 'no list was read');
    const isShown = ({ records }: ListRead) => records.some(([, record]) => shows?.(record));
    // A session uses no token, and of what was saved nothing more comes.
    const isUsed = this.settleMs > 0 && this.credential('caller.token') !== undefined;
    if (!shows || !(this.isFull || isUsed) || usable.some(isShown)) return usable;
    const without = await this.eventually(this.caller, isShown);
    return without ? usable : [...usable, await this.readNow(this.caller)];
  }

  /** The first read with a credential in this run, which none of ours came before. */
  first(credential: Credential): Promise<ListRead> {
    return this.#surroundings.first(credential);
  }

  /** What a probe was answered, and why that proves nothing if it does not. */
  async probe(probe: Probe): Promise<ProbeRead> {
    const { exchange, doubt } = await this.#surroundings.probes.send(probe, this.#id);
    this.#evidence.add(exchange);
    const read = new ListRead({ ...this.caller, label: probe.what }, exchange);
    return doubt === undefined ? { probe, read } : { probe, read, doubt };
  }

  /**
   * Searches round after round for what should not be there; what is older than the bound is final soon.
   *
   * @returns what every search found, by its key, when the settle bound has passed
   */
  async persisting<T extends Standing>(
    find: (round: number) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const roundAfter = (round: number) => Math.max(round + 1, this.#rounds.latest);
    const all = await standingOf(find, { ...this.#wait, roundAfter });
    if (all.some(({ isSettled }) => !isSettled)) this.#surroundings.patience.sawNothing(this.#id);
    return all;
  }

  /** Whether a bearer string is one of the tokens of this run, or was listed in it. */
  isLive(token: string): boolean {
    return (
      this.#rounds.credentials.some((one) => one.token === token) ||
      this.#surroundings.journal.reads.some(({ byId }) => byId.has(token))
    );
  }

  /** Whether the tokens of the run are its own. */
  get isFull(): boolean {
    return this.#surroundings.sandbox !== undefined;
  }

  /** How many tokens a long list has. */
  get longList(): number {
    return this.#surroundings.longList;
  }

  /** Whether a live token may go into a URL or a Basic user name, where proxies log. */
  get mayBeLogged(): boolean {
    return this.#surroundings.mayBeLogged;
  }

  /** Since when what the run created is known everywhere, in milliseconds since the epoch. */
  get settledAt(): number {
    return this.#surroundings.settledAt ?? 0;
  }

  /** What the run created. Only requirements of the full profile have it. */
  get sandbox(): Sandbox {
    const { sandbox } = this.#surroundings;
    if (!sandbox) throw new Error(`${this.#id} is not of the full profile alone`);
    return sandbox;
  }

  /** The list as it is now, read on a connection of its own. */
  async readNow(reader: Reader, { part, kept = false }: Asked = {}): Promise<ListRead> {
    const { send, signal, journal } = this.#surroundings;
    const request = listRequest(reader, this.#id);
    const exchange = await send({
      ...request,
      ...(part ? withPart(request, part) : {}),
      fresh: !kept,
    });
    if (signal.aborted) throw new Inconclusive(`${signal.reason}`);
    const read = new ListRead(reader, exchange);
    // Whoever rejects a request for what it has beside its token says nothing of the token.
    if (!part || !read.rejected) journal.add(read);
    const isLong = (exchange.response?.body.length ?? 0) > longBody;
    if (this.#evidence.size < (isLong ? 1 : maxFreshReads)) this.#evidence.add(exchange);
    return read;
  }

  /** Waits; not longer than the run. */
  pause(ms: number): Promise<void> {
    return this.#surroundings.pause(ms);
  }

  /** Who a bearer token belongs to now; undefined when the portal does not say. */
  async whoami(reader: Reader): Promise<Identity | undefined> {
    return readIdentity(await this.#surroundings.send(whoamiRequest(reader, this.#id)));
  }

  /**
   * Whether a change comes to show everywhere within the settle bound.
   *
   * @param reader who reads; several take turns
   * @returns an answer that was not as it should be, if there is one at the end
   * @throws Inconclusive when that was no answer at all
   */
  async eventually(
    reader: Reader | readonly Reader[],
    holds: Holds,
    { times, ...asked }: Asked & { readonly times?: number } = {},
  ): Promise<ListRead | undefined> {
    const readers = [reader].flat();
    let turn = 0;
    const read = () => this.readNow(readers[turn++ % readers.length] as Reader, asked);
    const against = await eventually(read, holds, { ...this.#wait, times });
    against?.requireAnswer();
    if (against && holds(against) !== 'never') this.#surroundings.patience.sawNothing(this.#id);
    return against;
  }

  /** The server's time at a response. */
  clock(exchange: Exchange): Clock {
    return clockOf(exchange, this.#surroundings.sandbox?.clockOffset);
  }
}
