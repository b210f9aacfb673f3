import { describe } from '../contract/describe.ts';
import { Inconclusive } from '../contract/finding.ts';
import { saysTheSame } from '../contract/json.ts';
import { memberNames } from '../contract/shape.ts';
import type { TokenRecord } from '../portal/body-facts.ts';
import type { Context } from '../portal/context.ts';
import type { Reader } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import { type Difference, failEach, places } from './findings.ts';

/** What an act is to change in the list of an account. */
export interface Change {
  /** Ids of tokens that were created. */
  readonly come?: readonly string[];
  readonly gone?: readonly string[];
  /** Tokens that may stay or go. */
  readonly mayGo?: (record: TokenRecord) => boolean;
  /** New names by id. */
  readonly named?: ReadonlyMap<string, string>;
  /** Ids of tokens that were used. */
  readonly used?: readonly string[];
}

/** So many reads with nothing in between show what moves by itself. */
const readsAtRest = 3;

/**
 * What an account that only the run knows is to list: every record is compared after every act
 * with what it was before.
 */
export class Ledger {
  readonly #context: Context;
  /** Who reads from now on. */
  readers: readonly Reader[];
  readonly #records: Map<string, TokenRecord>;
  readonly #used: Set<string>;
  /** Members that are another at every read. */
  readonly #moving: ReadonlySet<string>;
  /** Whether tokens come that nobody created, such as one with every login. */
  readonly #hasOthers: boolean;

  private constructor(
    context: Context,
    readers: readonly Reader[],
    lists: readonly ListRead[],
    used: readonly string[],
    hasOthers: boolean,
  ) {
    const [first] = lists as [ListRead];
    this.#context = context;
    this.readers = readers;
    this.#records = new Map(first.byId);
    this.#used = new Set(used);
    this.#moving = new Set(
      memberNames.filter((member) =>
        lists.some(({ byId }) =>
          [...byId].some(([id, one]) => !saysTheSame(one[member], first.byId.get(id)?.[member])),
        ),
      ),
    );
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
    if (unlike) throw new Inconclusive('its tokens are not listed: see every-kind-listed');
    const lists: ListRead[] = [];
    while (lists.length < readsAtRest) lists.push(await context.readNow(reader));
    const [first] = lists as [ListRead];
    if (!lists.every(isListed))
      throw new Inconclusive('it is not the same at every read: see listed-at-every-read');
    const made = new Set([...tokens, ...context.sandbox.tokens.map(({ id }) => id)]);
    const others = (list: ListRead) => [...list.byId.keys()].some((id) => !made.has(id));
    const callers = await context.list(context.caller);
    return new Ledger(context, readers, lists, used, others(first) || others(callers));
  }

  /**
   * Compares the lists of all readers with what they are to be after an act, within the settle
   * bound; what they hold then is what the next act starts from.
   *
   * @param act what was done: `a token was deleted`
   * @throws what was found otherwise
   */
  async after(act: string, change: Change): Promise<void> {
    for (const id of change.used ?? []) this.#used.add(id);
    const holds = (list: ListRead) => list.usable && this.#unlike(list, act, change).length === 0;
    const against = await this.#context.eventually(this.readers, holds);
    if (against && !against.usable) throw new Inconclusive(`after ${act}, ${against.trouble}`);
    failEach(against ? [against] : [], (list) => this.#unlike(list, act, change));
    const list = await this.#context.readNow(this.readers[0] as Reader);
    if (!list.usable) throw new Inconclusive(list.trouble);
    this.#records.clear();
    for (const [id, record] of list.byId) this.#records.set(id, record);
  }

  /** How a list is not what it is to be. */
  #unlike(list: ListRead, act: string, change: Change): Difference[] {
    const { come = [], gone = [], mayGo } = change;
    const known = [...this.#records]
      .filter(([id, record]) => !gone.includes(id) && !mayGo?.(record))
      .map(([id]) => id);
    const strangers = [...list.byId.keys()].filter(
      (id) => !this.#records.has(id) && !come.includes(id),
    );
    const sets = [
      [`every token that was there before ${act}`, 'a list without some', known],
      ['the token that was created', 'a list without it', come],
    ] as const;
    const lacking: Difference[] = sets.flatMap(([expected, received, ids]) => {
      const count = ids.filter((id) => !list.byId.has(id)).length;
      return count === 0 ? [] : [{ expected, received, count }];
    });
    const still = gone.filter((id) => list.byId.has(id)).length;
    return [
      ...lacking,
      ...(still > 0 ? [{ expected: 'no token that was deleted', received: 'its record' }] : []),
      ...(strangers.length > 0 && !this.#hasOthers
        ? [
            {
              expected: `no token that was not there before ${act}`,
              received: 'tokens that nobody created',
              count: strangers.length,
            },
          ]
        : []),
      ...memberNames.flatMap((member) => this.#changed(list, act, member, change)),
    ];
  }

  /** Records in which a member is not what it is to be. */
  #changed(list: ListRead, act: string, member: string, { named, mayGo }: Change): Difference[] {
    if (this.#moving.has(member)) return [];
    const changed = list.records.filter(([, record]) => {
      const { id } = record;
      const before = typeof id === 'string' ? this.#records.get(id) : undefined;
      if (!before || mayGo?.(before) || list.byId.get(id as string) !== record) return false;
      if (member === 'lastUsedAt' && this.#used.has(id as string)) return false;
      const name = member === 'name' ? named?.get(id as string) : undefined;
      return !saysTheSame(record[member], name ?? before[member]);
    });
    const [first] = changed;
    return places(
      changed.map(([index]) => index),
      member,
      `${member} as it was before ${act}${member === 'name' && named ? ', or the new one' : ''}`,
      `another value (${describe(first?.[1][member])})`,
    );
  }
}
