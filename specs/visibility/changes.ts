import { seenIn } from '../../src/checks/findings.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { failIf, Inconclusive } from '../../src/contract/finding.ts';
import type { ListRead } from '../../src/portal/list-read.ts';

/** What was created or deleted shows. */
export const changes: readonly WithoutTopic[] = [
  changing(
    {
      id: 'new-token-listed',
      level: 'MUST',
      title: 'A new token is listed',
      text: 'A token that was just created is listed for every user of the account, within the settle bound.',
      source: 'Description',
      causes: 'A cached list, or a replica, does not know of the new token.',
      fix: 'Drop the cached list of the account when a token is created.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('caller'));
      for (const reader of context.given('caller.token', 'teammate.token')) {
        const without = await context.eventually(
          reader,
          (list) => recordOf(list, created.id) !== undefined,
        );
        if (!without) continue;
        if (!without.usable) throw new Inconclusive(without.trouble);
        failIf([
          {
            ...seenIn(without),
            expected: 'the token that was just created',
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
      level: 'MUST',
      title: 'A deleted token is no longer listed',
      text: 'A token that was deleted is listed for nobody any more, within the settle bound.',
      source: 'Description',
      causes: 'A cached list still has it, or the row is only marked as deleted.',
      fix: 'Drop the cached list, and leave out what is marked as deleted.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('teammate'));
      const caller = context.needed('caller.token');
      const unseen = await context.eventually(
        caller,
        (list) => recordOf(list, created.id) !== undefined,
      );
      if (unseen) throw new Inconclusive('it was not listed before: see new-token-listed');
      await sandbox.removeToken(created);
      for (const reader of context.given('caller.token', 'teammate.token')) {
        const still = await context.eventually(
          reader,
          (list) => list.usable && !recordOf(list, created.id),
        );
        if (!still) continue;
        if (!still.usable) throw new Inconclusive(still.trouble);
        failIf([
          {
            ...seenIn(still),
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
      level: 'MUST',
      title: 'A long list is whole',
      text: 'An account of 120 tokens is listed whole: the contract knows no pages.',
      source: 'Description',
      causes: 'A default page size or LIMIT cuts the list.',
      fix: 'Answer all tokens of the account at once.',
    },
    async (context) => {
      const { sandbox } = context;
      const outsider = sandbox.user('outsider');
      const { tokens: created, refusal } = await sandbox.createTokens(outsider, 120);
      if (created.length < fewestOfLongList)
        throw new Inconclusive(`${created.length} of 120 tokens could be created: ${refusal}`);
      const reader = context.needed('outsider.token');
      const lacking = (list: ListRead) => created.filter(({ id }) => !recordOf(list, id)).length;
      const short = await context.eventually(reader, (list) => list.usable && lacking(list) === 0);
      if (short) {
        if (!short.usable) throw new Inconclusive(short.trouble);
        failIf([
          {
            ...seenIn(short),
            expected: `all of ${created.length} tokens that were just created`,
            received: `a list of ${short.records.length} without some of them`,
            count: lacking(short),
          },
        ]);
      }
      const quota = refusal === undefined ? '' : `; more could not be created: ${refusal}`;
      return `${created.length} tokens, all listed${quota}`;
    },
  ),
];

/** A quota may allow no more tokens; a page has at least ten records. */
const fewestOfLongList = 15;
