import { asCreated } from '../src/checks/as-created.ts';
import { failEach, over, places } from '../src/checks/findings.ts';
import { anyProfile, ofTopic, reading, shaped } from '../src/checks/kinds.ts';
import { sidesOf } from '../src/checks/sides.ts';
import { readersOf, staleUse } from '../src/checks/time-of-use.ts';
import { failIf, Inconclusive } from '../src/contract/finding.ts';
import { isMilliseconds, saysTheSame } from '../src/contract/json.ts';
import type { TokenRecord } from '../src/portal/body-facts.ts';
import { serverGraceMs } from '../src/portal/clock.ts';
import type { Context } from '../src/portal/context.ts';
import type { ListRead } from '../src/portal/list-read.ts';
import { otherUses } from './timestamps/other-uses.ts';
import { uses } from './timestamps/uses.ts';

export const timestamps = ofTopic('timestamps', [
  shaped({
    id: 'created-at-present',
    level: 'MUST',
    title: 'Every record has a createdAt',
    text: 'Each record has the member createdAt.',
    source: 'Response Schema, createdAt',
    causes: 'The member is called created or created_at, or only sent with a single token.',
    fix: 'Write createdAt in every record, spelled so.',
  }),
  shaped(
    {
      id: 'created-at-integer',
      level: 'MUST',
      title: 'createdAt is an integer',
      text: 'createdAt is an integer: no string, no fraction, not null.',
      source: 'Response Schema, createdAt',
      causes:
        'The serializer writes dates as ISO 8601 strings, or a fraction of a millisecond remains.',
      fix: 'Write whole milliseconds since the Unix epoch, as a JSON number.',
    },
    (one) => 'createdAt' in one,
  ),
  shaped(
    {
      id: 'created-at-milliseconds',
      level: 'MUST',
      title: 'createdAt counts milliseconds since the Unix epoch',
      text: 'createdAt makes sense as milliseconds since the Unix epoch, not only as seconds, microseconds or nanoseconds, and is not 0 or negative.',
      source: 'Response Schema, createdAt',
      causes:
        'The time is kept in seconds, microseconds or nanoseconds and is not converted, or is 0 for old rows.',
      fix: 'Convert to milliseconds since the Unix epoch when the record is written.',
    },
    (one) => typeof one.createdAt === 'number',
    'see created-at-integer, or create an API token in the account',
  ),
  reading(
    {
      id: 'created-at-not-future',
      level: 'MUST',
      title: 'createdAt is not in the future',
      text: "createdAt is not later than the server's clock.",
      source: 'Response Schema, createdAt',
      causes: 'A local time is taken for UTC, or the clocks of database and server differ.',
      fix: 'Store UTC, and keep the clocks in step (NTP).',
      profiles: anyProfile,
    },
    (context) => notInFuture(context, 'createdAt'),
  ),
  reading(
    {
      id: 'created-at-stable',
      level: 'MUST',
      title: 'createdAt is the same at every read',
      text: 'The createdAt of a token does not change from one read to the next.',
      source: 'Response Schema, createdAt',
      causes:
        'The time of the answer, of the last change, or of a cache entry is sent in its place.',
      fix: 'Store the time once, when the token is created.',
    },
    async (context) => {
      const lists = await context.lists();
      const first = new Map<string, unknown>();
      let seen = 0;
      failEach(lists, (list) => {
        const twins = repeated(list.records.map(([, { id }]) => id));
        const { label } = list.credential;
        const moved = list.records.filter(([, { id, createdAt }]) => {
          // What cannot be told apart by its id cannot be followed.
          if (typeof id !== 'string' || twins.has(id)) return false;
          const key = `${label} ${id}`;
          if (!first.has(key)) first.set(key, createdAt);
          else seen += 1;
          return !saysTheSame(first.get(key), createdAt);
        });
        if (!moved[0]) return [];
        const [, record] = moved[0];
        const isEarlier = ({ credential, byId }: ListRead) =>
          credential.label === label && byId.has(`${record.id}`);
        const before = lists.find(isEarlier)?.byId.get(`${record.id}`) ?? record;
        const sides = sidesOf(['the first read', 'this read'], ['createdAt'], before, record);
        const expected = 'the createdAt of the read before';
        return places(indexes(moved), 'createdAt', expected, 'another value').map((found) => ({
          ...found,
          sides,
        }));
      });
      if (seen === 0) throw new Inconclusive('no token was there at two reads', 'untested');
      return over(seen, 'record', lists);
    },
  ),
  shaped({
    id: 'last-used-at-present',
    level: 'MUST',
    title: 'Every record has a lastUsedAt',
    text: 'Each record has the member lastUsedAt; a token never used has it too.',
    source: 'Response Schema, lastUsedAt',
    causes: 'Null members are left out by the serializer.',
    fix: 'Write lastUsedAt in every record, with null for a token never used.',
  }),
  shaped(
    {
      id: 'last-used-at-null-or-integer',
      level: 'MUST',
      title: 'lastUsedAt is null or an integer',
      text: 'lastUsedAt is an integer, or null for a token never used: not "", not false, no string.',
      source: 'Response Schema, lastUsedAt',
      causes:
        'A token never used has an empty string, false or the word never; or times are ISO 8601 strings.',
      fix: 'Write null, or whole milliseconds as a JSON number.',
    },
    (one) => 'lastUsedAt' in one,
  ),
  shaped(
    {
      id: 'last-used-at-milliseconds',
      level: 'MUST',
      title: 'lastUsedAt counts milliseconds since the Unix epoch',
      text: 'lastUsedAt makes sense as milliseconds since the Unix epoch, not only as seconds, microseconds or nanoseconds, and is never 0.',
      source: 'Response Schema, lastUsedAt',
      causes: 'The time is kept in another unit, or 0 stands for never.',
      fix: 'Convert to milliseconds, and write null for never.',
    },
    isUsed,
    'use an API token of the account',
    isNoted,
  ),
  reading(
    {
      id: 'last-used-at-not-future',
      level: 'MUST',
      title: 'lastUsedAt is not in the future',
      text: "lastUsedAt is not later than the server's clock.",
      source: 'Response Schema, lastUsedAt',
      causes: 'A local time is taken for UTC, or the clocks of several servers differ.',
      fix: 'Store UTC, and keep the clocks in step (NTP).',
      profiles: anyProfile,
    },
    (context) => notInFuture(context, 'lastUsedAt'),
  ),
  reading(
    {
      id: 'last-used-at-after-creation',
      level: 'MUST',
      title: 'No token was used before it was created',
      text: 'lastUsedAt is not earlier than createdAt, give or take a minute: the two may be of the clocks of two hosts.',
      source: 'Response Schema, lastUsedAt',
      causes:
        'The two times are swapped or in different units, or tokens are copied with the use of another.',
      fix: 'Begin with null, and note uses after that only.',
      profiles: anyProfile,
    },
    async (context) => {
      const lists = await context.lists(isNoted);
      let seen = 0;
      failEach(lists, (list) => {
        const early = list.records.filter(([, { createdAt, lastUsedAt }]) => {
          if (!isMilliseconds(createdAt) || !isMilliseconds(lastUsedAt)) return false;
          seen += 1;
          return lastUsedAt < createdAt - serverGraceMs;
        });
        return places(indexes(early), 'lastUsedAt', 'a time after createdAt', 'an earlier one');
      });
      if (seen === 0)
        throw new Inconclusive('no record has both times in milliseconds', 'untested');
      return over(seen, 'record', lists);
    },
  ),
  reading(
    {
      id: 'last-used-at-records-use',
      level: 'MUST',
      title: 'lastUsedAt is the time of the most recent use',
      text: 'A token that has just been used shows a time of use that is not older than the first request of the run, at the end of the settle bound, or of a second one, at the latest.',
      source: 'Response Schema, lastUsedAt',
      causes:
        'Uses are written in batches, only by one API, only at login, or not by GET requests.',
      fix: 'Note every authenticated request; within the settle bound if not at once.',
      needs: ['caller.token'],
      mayLag: true,
    },
    async (context) => {
      const tokens = context.given('caller.token', 'teammate.token', 'outsider.token');
      const pairs = tokens.flatMap((token) =>
        readersOf(context, token).map((reader) => ({ token, reader })),
      );
      const stale = await context.persisting(async (round) => {
        const reads = await Promise.all(
          pairs.map(({ token, reader }) => staleUse(context, token, reader, round)),
        );
        return reads.filter((read) => read !== undefined);
      });
      failIf(stale.map(({ key: _, ...finding }) => finding));
      return `over ${pairs.length} records of our tokens`;
    },
  ),
  asCreated(
    {
      id: 'created-at-when-made',
      level: 'MUST',
      title: 'createdAt is when the token was created',
      text: "createdAt is the time that the creating call answered, give or take a second, and lies within the creation of the token by the server's clock, give or take a minute.",
      source: 'Response Schema, createdAt',
      causes: 'The time of a migration, of the account or of another zone is stored.',
      fix: "Store the server's time, in UTC, when the token is created.",
    },
    'createdAt',
    ['persona', 'unused', 'restricted', 'default'],
    (createdAt, { createdBetween, createdAt: answered }, _, { grace }) => {
      // Of another form: judged by the requirements of its form.
      if (!isMilliseconds(createdAt)) return true;
      // It may be cut to the second.
      if (isMilliseconds(answered) && Math.abs(createdAt - answered) >= 1000) return false;
      // Without a clock nothing more can be told.
      if (!createdBetween) return true;
      return createdAt >= createdBetween.from - grace && createdAt <= createdBetween.to + grace;
    },
    'a time within its creation',
  ),
  ...uses,
  ...otherUses,
]);

async function notInFuture(context: Context, member: 'createdAt' | 'lastUsedAt'): Promise<string> {
  const lists = await context.lists(member === 'lastUsedAt' ? isNoted : undefined);
  let seen = 0;
  let doubtful = false;
  const own = context.given('caller.token', 'teammate.token', 'outsider.token');
  failEach(lists, (list) => {
    const { now, grace, known } = context.clock(list.exchange);
    const ahead = list.records.filter(([, { [member]: time }]) => {
      if (!isMilliseconds(time)) return false;
      seen += 1;
      return time > now + grace;
    });
    if (!known) {
      // Our own uses show what time the server has.
      const uses = own.map(({ token }) => list.byId.get(token)?.lastUsedAt).filter(isMilliseconds);
      const latest = Math.max(now, ...uses.map((time) => time + serverGraceMs));
      doubtful ||= ahead.some(([, { [member]: time }]) => (time as number) > latest);
      return [];
    }
    const expected = "a time not later than the server's clock, as its Date header tells";
    return places(indexes(ahead), member, expected, 'a time in the future');
  });
  if (doubtful)
    throw new Inconclusive(
      'a time is later than our clock; no Date header tells what the server has',
    );
  if (seen === 0) throw new Inconclusive(`no record has a ${member} in milliseconds`, 'untested');
  return over(seen, 'record', lists);
}

/** Whether a token was used, as far as a time can tell. */
function isUsed({ lastUsedAt }: TokenRecord): boolean {
  return typeof lastUsedAt === 'number';
}

/** Whether a use was noted, in whatever form: what is waited for has come. */
function isNoted({ lastUsedAt }: TokenRecord): boolean {
  return lastUsedAt !== null && lastUsedAt !== undefined;
}

function indexes(records: readonly (readonly [number, unknown])[]): number[] {
  return records.map(([index]) => index);
}

/** What occurs more than once. */
function repeated(values: readonly unknown[]): ReadonlySet<unknown> {
  const seen = new Set<unknown>();
  return new Set(values.filter((value) => seen.size === seen.add(value).size));
}
