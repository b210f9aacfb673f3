import { describe } from '../contract/describe.ts';
import { Inconclusive } from '../contract/finding.ts';
import { saysTheSame } from '../contract/json.ts';
import { memberNames } from '../contract/shape.ts';
import type { TokenRecord } from '../portal/body-facts.ts';
import type { Context } from '../portal/context.ts';
import type { Credential } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';

/**
 * What a read can be blamed for on a server that others use too: changes of the
 * caller's own record, and new tokens of the caller. Times are judged elsewhere.
 */
export function changesByReading(before: ListRead, after: ListRead, token: string) {
  const own = before.byId.get(token);
  const still = after.byId.get(token);
  if (!own || !still) {
    throw new Inconclusive(
      "the caller's token is not listed: see own-token-listed or id-is-the-token",
    );
  }
  const altered = ['name', 'userId', 'userEmail', 'restrictions']
    .filter((member) => !saysTheSame(own[member], still[member]))
    .map((member) => ({
      key: member,
      expected: `${member} of the caller's token as it was before the read`,
      received: `${describe(still[member])}, changed by every read`,
      count: 1,
    }));
  const count = newTokens(before, after, own).length;
  if (count === 0) return altered;
  const expected = 'the same tokens of the caller as before the read';
  return [...altered, { key: 'created', expected, received: 'new ones after every read', count }];
}

/** Whether a user's tokens become more with every read, and not with time by the work of others. */
export async function growsByReading(context: Context, caller: Credential): Promise<boolean> {
  const before = await context.readNow(caller);
  const burst = await Promise.all(Array.from({ length: 8 }, () => context.readNow(caller)));
  const after = await context.readNow(caller);
  await context.pause(after.exchange.receivedAt - before.exchange.receivedAt);
  const later = await context.readNow(caller);
  const own = before.byId.get(caller.token);
  if (own === undefined) return false;
  const [read, waited] = [newTokens(before, after, own), newTokens(after, later, own)];
  return read.length >= burst.length && waited.length < read.length / 2;
}

/**
 * Whether a member of the own record changes with every read, and not by the work of others, whose
 * changes fall between some reads and not between others.
 */
export async function changesWithEveryRead(
  context: Context,
  caller: Credential,
  member: string,
): Promise<boolean> {
  const values: unknown[] = [];
  const readNow = async () => {
    values.push((await context.readNow(caller)).byId.get(caller.token)?.[member]);
  };
  for (let count = 0; count < 8; count += 1) await readNow();
  const everySecond = values.slice(1).every((value, index) => !saysTheSame(value, values[index]));
  values.length = 0;
  await Promise.all(Array.from({ length: 8 }, readNow));
  return everySecond && values.some((value) => !saysTheSame(value, values[0]));
}

function newTokens(before: ListRead, after: ListRead, own: TokenRecord): unknown[] {
  return [...after.byId].filter(([id, record]) => !before.byId.has(id) && sameUser(record, own));
}

function sameUser(one: TokenRecord, other: TokenRecord): boolean {
  return one.userId === other.userId;
}

/** How two reads differ, but for the time of use of a token that the run itself uses. */
export function differences(before: ListRead, after: ListRead, inUse: string) {
  const seen = { credential: after.credential.label, curl: after.exchange.curl };
  // What is not documented may change at every read.
  const members = memberNames.filter((name) => name !== 'lastUsedAt');
  const still = (record: TokenRecord) => {
    const told = record.id === inUse ? members : memberNames;
    return Object.fromEntries(told.map((name) => [name, record[name]]));
  };
  const changed = [...before.byId].filter(([id, record]) => {
    const later = after.byId.get(id);
    return later && !saysTheSame(still(record), still(later));
  });
  const come = [...after.byId.keys()].filter((id) => !before.byId.has(id));
  const gone = [...before.byId.keys()].filter((id) => !after.byId.has(id));
  const kinds = [
    ['every record as it was', 'records that changed', changed.length],
    ['no token that was not there', 'tokens that came', come.length],
    ['every token that was there', 'a list without them', gone.length],
  ] as const;
  return kinds.flatMap(([expected, received, count]) =>
    count === 0 ? [] : [{ key: received, expected, received, count, ...seen }],
  );
}
