import { changing, type PortalRequirement } from '../../src/checks/kinds.ts';
import { seen } from '../../src/checks/lists.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { Inconclusive, report } from '../../src/contract/finding.ts';
import type { ListRead } from '../../src/portal/list-read.ts';

const topic = 'visibility';

/** What was made or deleted shows. */
export const changes: readonly PortalRequirement[] = [
  changing(
    {
      id: 'new-token-listed',
      topic,
      level: 'MUST',
      title: 'A new token is listed',
      text: 'A token that was just made is listed for every user of the account, within the settle bound.',
      source: 'Description',
      causes: 'A cached list, or a replica, does not know of the new token.',
      fix: 'Drop the cached list of the account when a token is made.',
    },
    async (context) => {
      const { stage } = context;
      const made = await stage.make(stage.user('caller'));
      for (const reader of context.given('caller.token', 'teammate.token')) {
        const without = await context.settles(
          reader,
          (list) => recordOf(list, made.id) !== undefined,
        );
        if (!without) continue;
        if (!without.usable) throw new Inconclusive(without.trouble);
        report([
          {
            ...seen(without),
            expected: 'the token that was just made',
            received: 'a list without it',
          },
        ]);
      }
      return 'listed for caller and teammate';
    },
  ),
  changing(
    {
      id: 'deleted-token-gone',
      topic,
      level: 'MUST',
      title: 'A deleted token is no longer listed',
      text: 'A token that was deleted is listed for nobody any more, within the settle bound.',
      source: 'Description',
      causes: 'A cached list still has it, or the row is only marked as deleted.',
      fix: 'Drop the cached list, and leave out what is marked as deleted.',
    },
    async (context) => {
      const { stage } = context;
      const made = await stage.make(stage.user('teammate'));
      const caller = context.needed('caller.token');
      const unseen = await context.settles(caller, (list) => recordOf(list, made.id) !== undefined);
      if (unseen) throw new Inconclusive('it was not listed before: see new-token-listed');
      await stage.remove(made);
      for (const reader of context.given('caller.token', 'teammate.token')) {
        const still = await context.settles(
          reader,
          (list) => list.usable && !recordOf(list, made.id),
        );
        if (!still) continue;
        if (!still.usable) throw new Inconclusive(still.trouble);
        report([
          {
            ...seen(still),
            expected: 'a list without the token that was deleted',
            received: 'its record',
          },
        ]);
      }
      return 'gone for caller and teammate';
    },
  ),
  changing(
    {
      id: 'long-list-whole',
      topic,
      level: 'MUST',
      title: 'A long list is whole',
      text: 'An account of 120 tokens is listed whole: the contract knows no pages.',
      source: 'Description',
      causes: 'A default page size or LIMIT cuts the list.',
      fix: 'Answer all tokens of the account at once.',
    },
    async (context) => {
      const { stage } = context;
      const outsider = stage.user('outsider');
      const made = await Promise.all(Array.from({ length: 120 }, () => stage.make(outsider)));
      const reader = context.needed('outsider.token');
      const lacking = (list: ListRead) => made.filter(({ id }) => !recordOf(list, id)).length;
      const short = await context.settles(reader, (list) => list.usable && lacking(list) === 0);
      if (short) {
        if (!short.usable) throw new Inconclusive(short.trouble);
        report([
          {
            ...seen(short),
            expected: `all of ${made.length} tokens that were just made`,
            received: `a list of ${short.records.length} without some of them`,
            count: lacking(short),
          },
        ]);
      }
      return `${made.length} tokens, all listed`;
    },
  ),
];
