import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { fromItsHost } from '../../src/checks/request-parts.ts';
import { type Odds, oddsWith, summarise } from '../../src/checks/stable.ts';
import { failIf, Inconclusive } from '../../src/contract/finding.ts';

/** What a token may be used for does not change what there is to see. */
export const restricted: readonly WithoutTopic[] = [
  // A use of it is a change: it comes after what compares reads.
  changing(
    {
      id: 'restricted-sees-the-same',
      level: 'MUST',
      title: 'A restricted token sees what its user sees',
      text: 'A token with restrictions, from a host that it is restricted to, is listed every token that its user is listed, with the same members.',
      source: 'Description',
      causes: 'The list is filtered by the restrictions of the token that asks.',
      fix: 'Derive the list from the user, whatever the token may be used for.',
    },
    async (context) => {
      // Of the outsider, for those of the others have to stay unused.
      const [created] = context.sandbox.tokensOf(['restricted'], ['outsider']);
      const part = created && fromItsHost(created);
      if (!created || !part) return 'not checked: the run has no token whose host is known';
      const user = context.needed('outsider.token');
      const reader = {
        label: 'a restricted token of the outsider',
        variable: 'PORTAL_NEW_TOKEN',
        token: created.id,
      };
      let size = 0;
      let isTurnedAway = false;
      const find = async (): Promise<Odds[]> => {
        const before = await context.readNow(user);
        const list = await context.readNow(reader, { part });
        const after = await context.readNow(user);
        // How restrictions limit a use is not said.
        isTurnedAway = list.rejected;
        if (isTurnedAway) return [];
        for (const one of [before, after]) if (!one.usable) throw new Inconclusive(one.trouble);
        if (!list.accepted) throw new Inconclusive(list.trouble);
        size = before.byId.size;
        // What the preparation created is known everywhere.
        return oddsWith(list, before, after).map((odds) => ({ ...odds, isSettled: true }));
      };
      failIf(summarise(await context.persisting(find)));
      return isTurnedAway
        ? 'not checked: the portal turns it away, from its host, too'
        : `${size} tokens`;
    },
  ),
];
