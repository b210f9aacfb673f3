import { failEach, over } from '../../src/checks/findings.ts';
import { reading, unlessGiven, type WithoutTopic } from '../../src/checks/kinds.ts';
import { disagreements, oneSided, summarise } from '../../src/checks/stable.ts';
import { failIf } from '../../src/contract/finding.ts';

/** A session sees what an API token sees, and is not seen. */
export const sessions: readonly WithoutTopic[] = [
  reading(
    {
      id: 'session-sees-the-same',
      level: 'MUST',
      title: 'A session sees what an API token sees',
      text: "The caller's session token and API token return the same tokens with the same members.",
      source: 'Authentication',
      causes: 'Sessions and API tokens take different paths through the code.',
      fix: 'Derive the list from the user, whatever the kind of token.',
      needs: ['caller.token', 'caller.session'],
      inapplicable: unlessGiven('caller.session', 'PORTAL_CALLER_SESSION'),
    },
    async (context) => {
      const pair = [context.needed('caller.token'), context.needed('caller.session')] as const;
      const differing = async (round: number) => [
        ...(await oneSided(context, pair, round)),
        ...(await disagreements(context, pair, round)),
      ];
      failIf(summarise(await context.persisting(differing)));
      const list = await context.list(pair[0]);
      return over(list.byId.size, 'token', [list, list]);
    },
  ),
  reading(
    {
      id: 'session-not-listed',
      level: 'MUST',
      title: 'Session tokens are not listed',
      text: 'The list holds API tokens alone: no session token of a user of the account is in it.',
      source: 'Description',
      causes: 'Sessions and API tokens share a table, and the query does not tell them apart.',
      fix: 'List API tokens alone.',
      needs: ['caller.session'],
      inapplicable: unlessGiven('caller.session', 'PORTAL_CALLER_SESSION'),
    },
    async (context) => {
      const sessions = context.isFull
        ? [...context.sandbox.users.values()].map(({ token }) => token)
        : [context.needed('caller.session').token];
      const lists = await context.lists();
      failEach(lists, (list) => {
        const count = sessions.filter((session) => list.byId.has(session)).length;
        return count === 0
          ? []
          : [{ expected: 'API tokens alone', received: 'a session token', count }];
      });
      return over(sessions.length, 'session', lists);
    },
  ),
];
