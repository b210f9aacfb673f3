import { describe } from '../contract/describe.ts';
import { Inconclusive } from '../contract/finding.ts';
import { isMilliseconds, saysTheSame } from '../contract/json.ts';
import { memberNames } from '../contract/shape.ts';
import type { TokenRecord } from '../portal/body-facts.ts';
import type { Context } from '../portal/context.ts';
import type { Reader } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import { type Change, createdAs, type Expected, mayPass } from './change.ts';
import { counted, type Difference, failEach, places } from './findings.ts';
import { withoutFront } from './front.ts';
import { hasHostsOf } from './limits.ts';
import { recordOf } from './own-record.ts';
import { firstThat } from './shown.ts';
import { offsetOf } from './time-of-use.ts';

/** So many reads with nothing in between show what moves by itself. */
const readsAtRest = 2;

/** How exactly the portal's clock is known: half a round trip, and what processes differ. */
const clockSlackMs = 150;

/**
 * What an account that only the run knows is to list: every record is compared after every act
 * with what it was before.
 */
export class Ledger {
  readonly #context: Context;
  /** Who reads from now on. */
  readers: readonly Reader[];
  #records: ReadonlyMap<string, TokenRecord>;
  /** What they were before each act. */
  readonly #past: ReadonlyMap<string, TokenRecord>[] = [];
  /** Ids of the tokens that the run created: what the portal adds is its own. */
  readonly #made: Set<string>;
  /** Ids of the tokens with which the run reads or creates: they are used at any time. */
  readonly #inUse: ReadonlySet<string>;
  /** Ids of others that were used, and until when at most by the portal's clock. */
  readonly #used = new Map<string, number>();
  /** By how much the portal's clock is ahead of ours, in milliseconds. */
  #clockOffset: number | undefined;
  /** Members that are another at every read. */
  readonly #moving: ReadonlySet<string>;
  /** Whether tokens come that nobody created, such as one with every login. */
  #hasOthers: boolean;

  private constructor(
    context: Context,
    readers: readonly Reader[],
    lists: readonly ListRead[],
    tokens: readonly string[],
    used: readonly string[],
    hasOthers: boolean,
  ) {
    const [first] = lists as [ListRead];
    this.#context = context;
    this.readers = readers;
    this.#made = new Set(tokens);
    this.#records = this.#followed(first);
    this.#inUse = new Set(used);
    const moves = (member: string) => (id: string) =>
      // Those that read are used by it.
      !(member === 'lastUsedAt' && this.#inUse.has(id)) &&
      lists.some(({ byId }) => !saysTheSame(byId.get(id)?.[member], first.byId.get(id)?.[member]));
    this.#moving = new Set(memberNames.filter((member) => tokens.some(moves(member))));
    this.#hasOthers = hasOthers;
  }

  /**
   * @param tokens that were created in the account, by id
   * @param used those of them that were used, the readers' own among them
   * @throws Inconclusive when the account does not list them
   */
  static async open(
    context: Context,
    readers: readonly Reader[],
    tokens: readonly string[],
    used: readonly string[],
  ): Promise<Ledger> {
    const [reader] = readers as [Reader];
    const isListed = ({ byId }: ListRead) => tokens.every((id) => byId.has(id));
    const unlike = await context.eventually(reader, isListed);
    if (unlike && !unlike.usable) throw new Inconclusive(unlike.trouble);
    failEach(unlike ? [unlike] : [], (list) => {
      const count = tokens.filter((id) => !recordOf(list, id)).length;
      const expected = 'the token that each user of the account came with';
      return counted(count, expected, 'a list without some of them');
    });
    if (unlike) throw new Inconclusive('its tokens have other ids: see id-is-the-token');
    const lists: ListRead[] = [];
    while (lists.length < readsAtRest) {
      const list = await firstThat(context, reader, isListed);
      if (!list) throw new Inconclusive('they are not listed any more: see listed-at-every-read');
      lists.push(list);
    }
    const [first] = lists as [ListRead];
    const made = new Set([...tokens, ...context.sandbox.tokens.map(({ id }) => id)]);
    const others = (list: ListRead) => [...list.byId.keys()].some((id) => !made.has(id));
    const callers = await context.list(context.caller);
    return new Ledger(context, readers, lists, tokens, used, others(first) || others(callers));
  }

  /**
   * Compares the lists of all readers with what they are to be after an act, within the settle
   * bound; what they hold then is what the next act starts from.
   *
   * @param act what was done: `a token was deleted`
   * @throws what was found otherwise
   */
  async after(act: string, change: Change): Promise<void> {
    let held = undefined as ListRead | undefined;
    const holds = (list: ListRead) => {
      if (list.usable && this.#isSpoilt(list, change)) return 'never';
      const isFine = list.usable && this.#unlike(list, act, change).length === 0;
      if (isFine) held = list;
      return isFine;
    };
    let against = await this.#context.eventually(this.readers, holds);
    if (against?.usable && !this.#hasOthers && (await this.#haveOthersCome())) {
      this.#hasOthers = true;
      against = await this.#context.eventually(this.readers, holds);
    }
    failEach(await withoutFront(this.#context, against ? [against] : []), (list) => {
      if (!list.rejected) return list.usable ? this.#unlike(list, act, change) : [];
      return [{ expected: `to be accepted as before ${act}`, received: `status ${list.status}` }];
    });
    if (against) throw new Inconclusive(`after ${act}, ${against.trouble}`);
    const list = held as ListRead;
    for (const { id } of change.come ?? []) this.#made.add(id);
    this.#past.push(this.#records);
    this.#records = this.#followed(list);
    // Uses may be noted late, but as of when they were.
    this.#clockOffset ??= offsetOf(change.come ?? []);
    const now = list.exchange.receivedAt + (this.#clockOffset ?? Number.POSITIVE_INFINITY);
    for (const id of change.used ?? []) this.#used.set(id, now + clockSlackMs);
  }

  /** Waits until a use that the next act notes can be told from those before it. */
  rest(): Promise<void> {
    return this.#context.pause(2 * clockSlackMs);
  }

  /** Whether tokens that the run did not create have come to another account of the run: a job adds them to each. */
  async #haveOthersCome(): Promise<boolean> {
    const { byId } = await this.#context.readNow(this.#context.caller);
    return [...byId.keys()].some((id) => this.#context.sandbox.accountOf(id) === undefined);
  }

  #followed({ byId }: ListRead): ReadonlyMap<string, TokenRecord> {
    return new Map([...byId].filter(([id]) => this.#made.has(id)));
  }

  /** How a list is not what it is to be. */
  #unlike(list: ListRead, act: string, change: Change): Difference[] {
    const { come = [], gone = [], mayGo } = change;
    const known = [...this.#records]
      .filter(([id, record]) => !gone.includes(id) && !mayGo?.(record))
      .map(([id]) => id);
    const created = come.map(({ id }) => id);
    const strangers = [...list.byId.keys()].filter(
      (id) => !this.#hasOthers && !this.#made.has(id) && !created.includes(id),
    );
    const lacking = (ids: readonly string[]) => ids.filter((id) => !list.byId.has(id)).length;
    return [
      ...counted(lacking(known), `every token that was there before ${act}`, 'a list without some'),
      ...counted(lacking(created), 'the token that was created', 'a list without it'),
      ...counted(gone.length - lacking(gone), 'no token that was deleted', 'its record'),
      ...counted(
        strangers.length,
        `no token that was not there before ${act}`,
        'tokens that nobody created',
      ),
      ...this.#changed(list, act, change),
    ];
  }

  /** Whether a record holds what no wait mends. */
  #isSpoilt(list: ListRead, change: Change): boolean {
    const past = [...this.#past, this.#records];
    return this.#expectedIn(list, change).some((one) =>
      memberNames.some(
        (member) => this.#hasChanged(one, member, change) && !mayPass(one, member, past),
      ),
    );
  }

  /** Members that are not what they are to be, and in which records. */
  #changed(list: ListRead, act: string, change: Change): Difference[] {
    const expected = this.#expectedIn(list, change);
    return memberNames.flatMap((member) => {
      const changed = expected.filter((one) => this.#hasChanged(one, member, change));
      const isSet = [...(change.set?.values() ?? [])].some((members) => member in members);
      return places(
        changed.map(({ index }) => index),
        member,
        `${member} as it was before ${act}${isSet || change.come ? ', or as it was given' : ''}`,
        `another value (${describe(changed[0]?.record[member])})`,
      );
    });
  }

  /** Records that are to be something, and are another object than that. */
  #expectedIn(list: ListRead, change: Change): Expected[] {
    return list.records.flatMap(([index, record]) => {
      const { id } = record;
      if (typeof id !== 'string' || list.byId.get(id) !== record) return [];
      const before = this.#expected(id, change);
      if (!before || before === record || change.mayGo?.(before)) return [];
      return [{ index, id, record, before }];
    });
  }

  /** Whether a member of a record is not what it is to be. */
  #hasChanged({ id, record, before }: Expected, member: string, change: Change): boolean {
    if (!(member in before) || this.#moving.has(member)) return false;
    const value = record[member];
    const isUsed = this.#inUse.has(id) || this.#used.has(id) || change.used?.includes(id);
    if (member === 'lastUsedAt' && isUsed)
      return !this.#isTimeOfUse(id, value, before[member], change);
    const isNew = change.come?.some((one) => one.id === id);
    // It may be cut to the second; what is no time in milliseconds has a requirement of its own.
    if (member === 'createdAt' && isNew && isMilliseconds(before[member]))
      return isMilliseconds(value) && Math.abs(value - before[member]) >= 1000;
    if (member === 'restrictions' && (isNew || change.set?.has(id)))
      return !hasHostsOf(value, before[member]);
    return !saysTheSame(value, before[member]);
  }

  /** The time of a use moves, to no later than the use; it does not go. */
  #isTimeOfUse(id: string, value: unknown, before: unknown, { used = [] }: Change): boolean {
    if (value === null && isMilliseconds(before)) return false;
    if (this.#inUse.has(id) || used.includes(id) || !isMilliseconds(value)) return true;
    const last = this.#used.get(id);
    return last === undefined || value <= last || saysTheSame(value, before);
  }

  /** What a record is to hold, as far as it is known. */
  #expected(id: string, { come = [], set }: Change): TokenRecord | undefined {
    const created = come.find((one) => one.id === id);
    // The token with which its owner created it tells how the list names them.
    if (created) return createdAs(created, this.#records.get(created.owner.token));
    const before = this.#records.get(id);
    const given = set?.get(id);
    return before && given ? { ...before, ...given } : before;
  }
}
