import { counted, failEach, seenIn } from '../../src/checks/findings.ts';
import { reading, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { type Finding, failIf, Inconclusive } from '../../src/contract/finding.ts';
import { isMilliseconds } from '../../src/contract/json.ts';
import type { Context } from '../../src/portal/context.ts';
import type { Reader } from '../../src/portal/credential.ts';
import type { ListRead } from '../../src/portal/list-read.ts';

/** What is listed once is listed at every read. */
export const everyRead: readonly WithoutTopic[] = [
  reading(
    {
      id: 'listed-at-every-read',
      level: 'MUST',
      title: 'A token is listed at every read',
      text: 'A token that is listed before and after a read is listed by that read too, whichever process of the server answers.',
      source: 'Description',
      causes: 'Processes or replicas lag behind each other, or each has a cache of its own.',
      fix: 'Read the list from one source, or wait until a replica has caught up.',
      needs: ['caller.token'],
    },
    async (context) => {
      const caller = context.needed('caller.token');
      const before = await context.list(caller);
      const old = settledIn(context, before);
      if (old.length === 0) {
        // All are new: the own token, being listed, must come to show everywhere.
        if (!recordOf(before, caller.token)) {
          throw new Inconclusive(
            "the caller's token is not listed: see own-token-listed or id-is-the-token",
          );
        }
        const without = await context.eventually(
          caller,
          (list) => recordOf(list, caller.token) !== undefined,
        );
        if (without?.usable) {
          failIf([{ ...seenIn(without), expected: caller.label, received: 'a list without it' }]);
        }
        if (without) throw new Inconclusive(without.trouble);
        return 'the own token, which is new, in 8 answers';
      }
      const lacking = ({ byId }: ListRead) => old.filter((id) => !byId.has(id));
      // A long list without a gap is not kept.
      const reads = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const read = await context.readNow(caller);
          const isGap = read.usable && lacking(read).length > 0;
          return { usable: read.usable, trouble: read.trouble, gap: isGap ? read : undefined };
        }),
      );
      const usable = reads.filter((read) => read.usable);
      if (usable.length === 0) throw new Inconclusive(reads[0]?.trouble ?? 'no list was read');
      const gaps = reads.flatMap(({ gap }) => gap ?? []);
      const still = await stayingOf(context, caller, gaps.flatMap(lacking));
      failEach(gaps, (read) => {
        const count = lacking(read).filter((id) => still.has(id)).length;
        const expected = 'every token that is listed before and after';
        return counted(count, expected, 'a list without some of them');
      });
      return `${old.length} tokens in ${usable.length} answers`;
    },
  ),
  reading(
    {
      id: 'listed-throughout',
      level: 'MUST',
      title: 'A token is not missing in between',
      text: 'Over all responses of the run, whatever they were read for: a settled token that is listed before and after a response is listed in it.',
      source: 'Description',
      causes: 'Now and then a process, a cache or a page lacks a token.',
      fix: 'Read the whole list from one source, at every request.',
      needs: ['caller.token'],
      everyResponse: true,
    },
    async (context) => {
      const lists = (await context.lists())
        .filter(({ exchange }) => exchange.sentAt >= context.settledAt)
        // Before the refusals, which the controls go with, the run removes what they spare.
        .filter(
          ({ exchange }) => !context.isFull || !exchange.request.purpose.startsWith('control'),
        )
        .sort((one, other) => one.exchange.sentAt - other.exchange.sentAt);
      let seen = 0;
      const findings: Finding[] = [];
      for (const reader of context.given('caller.token', 'teammate.token', 'outsider.token')) {
        // Not what was requested with something beside the token.
        const own = lists.filter(({ exchange }) => exchange.request.credential === reader.label);
        const [first] = own;
        if (!first || first.byId.size > longestFollowed) continue;
        const gaps: (readonly [ListRead, string])[] = [];
        for (const id of settledIn(context, first)) {
          const having = own.filter(({ byId }) => byId.has(id));
          const last = having.at(-1)?.exchange.sentAt ?? 0;
          const since = first.exchange.receivedAt;
          for (const list of own) {
            const { sentAt, receivedAt } = list.exchange;
            if (sentAt > since && receivedAt < last && !list.byId.has(id)) gaps.push([list, id]);
          }
          seen += own.length;
        }
        // What the run created in its own accounts nobody else deletes.
        const ids = gaps.map(([, id]) => id);
        const still = context.isFull ? new Set(ids) : await stayingOf(context, reader, ids);
        const counts = new Map<ListRead, number>();
        for (const [list, id] of gaps)
          if (still.has(id)) counts.set(list, (counts.get(list) ?? 0) + 1);
        for (const [list, count] of counts)
          findings.push({
            ...seenIn(list),
            expected: 'every token that is listed before and after',
            received: `a list without some of them, one of ${counts.size} among ${own.length}`,
            count,
          });
      }
      failIf(findings);
      return `${seen} times looked for in ${lists.length} lists`;
    },
  ),
];

/**
 * Of tokens that some response lacked, those that stay listed. What others delete meanwhile is gone from
 * one process after another: it is waited for until none has it, within the settle bound.
 */
async function stayingOf(
  context: Context,
  reader: Reader,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const against = await context.eventually(
    reader,
    ({ usable, byId }) => usable && !ids.some((id) => byId.has(id)),
  );
  if (against && !against.usable) throw new Inconclusive('the list could not be read again');
  return new Set(ids.filter((id) => against?.byId.has(id)));
}

/** So many tokens are followed through all responses; of longer lists listed-at-every-read reads some. */
const longestFollowed = 5000;

/**
 * Ids of a list that every process knows: what is younger may still be on its way to some; what the
 * run created has arrived.
 */
function settledIn(context: Context, list: ListRead): readonly string[] {
  const created = new Set(context.isFull ? context.sandbox.tokens.map(({ id }) => id) : []);
  const { now, grace } = context.clock(list.exchange);
  return [...list.byId]
    .filter(
      ([id, { createdAt }]) =>
        created.has(id) ||
        (isMilliseconds(createdAt) && createdAt < now - grace - context.settleMs),
    )
    .map(([id]) => id);
}
