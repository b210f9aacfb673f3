import { seenIn } from '../../src/checks/findings.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { fromItsHost } from '../../src/checks/request-parts.ts';
import { failIf } from '../../src/contract/finding.ts';
import type { ListRead } from '../../src/portal/list-read.ts';

/** What a token may be used for does not change what there is to see. */
export const restricted: readonly WithoutTopic[] = [
  changing(
    {
      id: 'restricted-sees-the-same',
      level: 'MUST',
      title: 'A restricted token sees what its user sees',
      text: 'A token with restrictions, from a host that it is restricted to, is listed every token that its user is listed, within the settle bound.',
      source: 'Description',
      causes: 'The list is filtered by the restrictions of the token that asks.',
      fix: 'Derive the list from the user, whatever the token may be used for.',
    },
    async (context) => {
      const caller = context.needed('caller.token');
      const owner = context.sandbox.user('caller');
      const created = await context.sandbox.createIfAllowed(owner, { isRestricted: true });
      const part = created && fromItsHost(created);
      if (!created || !part) return 'not checked: no token with hosts could be created';
      const reader = {
        label: 'a restricted token',
        variable: 'PORTAL_NEW_TOKEN',
        token: created.id,
      };
      const before = await context.readNow(caller);
      const lacking = ({ byId }: ListRead) => [...before.byId.keys()].filter((id) => !byId.has(id));
      let isAccepted = false;
      const against = await context.eventually(
        reader,
        (list) => {
          isAccepted ||= list.accepted;
          return list.accepted ? list.usable && lacking(list).length === 0 : list.rejected;
        },
        { part, times: 2 },
      );
      if (!isAccepted) return 'not checked: the portal turns it away, from its host, too';
      if (!against) return `${before.byId.size} tokens`;
      // Others delete meanwhile.
      const still = (await context.readNow(caller)).byId;
      const count = lacking(against).filter((id) => still.has(id)).length;
      const expected = 'every token that its user is listed';
      const received = against.usable ? 'a list without some of them' : 'no list';
      failIf(count === 0 ? [] : [{ ...seenIn(against), expected, received, count }]);
      return `${before.byId.size} tokens`;
    },
  ),
];
