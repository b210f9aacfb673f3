import { seenIn } from '../../src/checks/findings.ts';
import { reading, type WithoutTopic } from '../../src/checks/kinds.ts';
import { compareClients } from '../../src/checks/other-clients.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { choices } from '../../src/checks/request-parts.ts';
import { failIf, Inconclusive } from '../../src/contract/finding.ts';

/** Whose tokens are listed depends on the token alone. */
export const otherRequests: readonly WithoutTopic[] = [
  reading(
    {
      id: 'account-not-chosen',
      level: 'MUST',
      title: 'No parameter and no header chooses an account',
      text: "A request of the caller whose query or headers name the outsider's account or user is answered with nothing of that account.",
      source: 'Description',
      causes: 'A parameter for administrators is believed from anybody, or a header of a gateway.',
      fix: 'Derive the account from the token alone.',
      needs: ['caller.token', 'outsider.token'],
    },
    async (context) => {
      const [caller, outsider] = [context.needed('caller.token'), context.needed('outsider.token')];
      const [inside, outside] = [await context.list(caller), await context.list(outsider)];
      const own = recordOf(outside, outsider.token)?.record;
      const { accountId, userId = own?.userId } = context.identity(outsider) ?? {};
      if (userId === undefined)
        throw new Inconclusive('the outsider has no id: see own-token-listed');
      const parts = choices(String(accountId ?? userId), String(userId));
      const foreign = [...outside.byId.keys()].filter((id) => !inside.byId.has(id));
      const reads = await Promise.all(parts.map((part) => context.readNow(caller, { part })));
      for (const read of reads) if (read.exchange.failure) throw new Inconclusive(read.trouble);
      failIf(
        reads.flatMap((read, index) => {
          const count = foreign.filter((id) => read.byId.has(id)).length;
          const expected = `only tokens of the caller's account, ${parts[index]?.what}`;
          const received = "tokens of the outsider's account";
          return count === 0 ? [] : [{ ...seenIn(read), expected, received, count }];
        }),
      );
      return `${foreign.length} ids looked for in ${reads.length} answers`;
    },
  ),
  reading(
    {
      id: 'any-client-sees-the-same',
      level: 'MUST',
      title: 'Every client sees the same list',
      text: 'The list is the same whether curl, a browser with stale cookies, a JSON client or a page of another origin asks for it with a valid API token or session, and the same request with the token of another account is answered with the list of that account.',
      source: 'Authentication',
      causes:
        'Browsers are sent to a login page, another format is sent for another Accept, stale cookies reject a request, or a cache is keyed by what clients send.',
      fix: 'Answer by the token alone, whatever else a request holds; key caches by it.',
      needs: ['caller.token'],
    },
    compareClients,
  ),
];
