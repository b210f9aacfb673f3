import { failEach } from '../../src/checks/findings.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { fromElsewhere, fromItsHost } from '../../src/checks/request-parts.ts';
import { firstThat, shown } from '../../src/checks/shown.ts';
import { moreThanASecondMs } from '../../src/checks/time-of-use.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import { isMilliseconds } from '../../src/contract/json.ts';
import type { ListRead } from '../../src/portal/list-read.ts';
import type { CreatedToken } from '../../src/sandbox/created-users.ts';

/** Uses beside the list count as well, and nothing else does. */
export const otherUses: readonly WithoutTopic[] = [
  changing(
    {
      id: 'last-used-at-any-use',
      level: 'MUST',
      title: 'Whatever a token authenticates is a use',
      text: 'A token shows a time of use after it was used for whoami alone, for an update, a creation or a deletion alone, from another origin or from the host that it is restricted to, and so do the token that a user came with and one that an administrator created for them, all within the settle bound.',
      source: 'Response Schema, lastUsedAt',
      causes: 'Uses are noted by the list alone, by GET alone, or not for every kind of token.',
      fix: 'Note a use where the token is checked, whatever it opens.',
    },
    async (context) => {
      const { sandbox } = context;
      const outsider = sandbox.user('outsider');
      const { user: owner, token: initial } = await sandbox.createStranger(outsider);
      const { token: theirs } = await sandbox.createTeammate(owner);
      const [asking, updating, creating, deleting, spare, elsewhere, restricted, administered] =
        await Promise.all([
          sandbox.createToken(owner),
          sandbox.createToken(owner),
          sandbox.createToken(owner),
          sandbox.createToken(owner),
          sandbox.createToken(owner),
          sandbox.createToken(owner),
          sandbox.createIfAllowed(owner, { isRestricted: true }),
          sandbox.administerToken(owner),
        ]);
      const bearer = (token: CreatedToken) => ({ ...owner, ...readerOf(token) });
      const part = restricted && fromItsHost(restricted);
      // Of the same moment: once one is known, all are.
      await context.eventually(readerOf(spare), (list) => list.accepted, { times: 2 });
      // An adapter acts for a user in its own way: no token of theirs need be used for it.
      const { isDirect } = sandbox;
      const used = await Promise.all([
        accepted(asking, 'whoami', async (reader) => {
          return (await context.whoami(reader)) !== undefined;
        }),
        accepted(updating, 'an update', async () => {
          return isDirect && (await sandbox.renameToken(updating, bearer(updating))) !== undefined;
        }),
        accepted(creating, 'the creation of a token', async () => {
          return isDirect && (await sandbox.createIfAllowed(bearer(creating), {})) !== undefined;
        }),
        accepted(deleting, 'the deletion of another token', async () => {
          return isDirect && (await sandbox.removeIfAllowed(spare, bearer(deleting))) === undefined;
        }),
        accepted(elsewhere, 'a request from another origin', async (reader) => {
          return (await context.readNow(reader, { part: fromElsewhere })).accepted;
        }),
        restricted &&
          accepted(restricted, 'a request from its host', async (reader) => {
            return part !== undefined && (await context.readNow(reader, { part })).accepted;
          }),
        administered &&
          accepted(
            administered,
            'a request with a token that an administrator created',
            async (reader) => {
              return (await context.readNow(reader)).accepted;
            },
          ),
        accepted(initial, 'a request with the token that a user came with', async (reader) => {
          return (await context.readNow(reader)).accepted;
        }),
      ]);
      const lacking = (list: ListRead) =>
        used.filter(
          (use) => use && !isMilliseconds(recordOf(list, use.token.id)?.record.lastUsedAt),
        );
      const stale = await context.eventually(
        readerOf(theirs),
        (list) => lacking(list).length === 0,
      );
      if (stale) {
        if (!stale.usable) throw new Inconclusive(stale.trouble);
        failEach([stale], (list) =>
          lacking(list).flatMap((use) => {
            const own = use && recordOf(list, use.token.id);
            // Not listed, or of another form: see the requirements of these.
            if (own?.record.lastUsedAt !== null) return [];
            return [{ expected: `a time of use after ${use?.what}`, received: 'null' }];
          }),
        );
        throw new Inconclusive(
          'a token that was used is not listed, or has a time of another form',
        );
      }
      return `after ${used.flatMap((use) => use?.what ?? []).join(', ')}`;
    },
  ),
  changing(
    {
      id: 'last-used-at-own-use',
      level: 'MUST',
      title: 'Only a use of the token itself is a use',
      text: 'The lastUsedAt of a token stays as it is while its user reads the list in a session, others are listed it, and requests with an altered form of it are rejected.',
      source: 'Response Schema, lastUsedAt',
      causes:
        'A use is noted on a token of the user, on what is listed, or before a request is rejected.',
      fix: 'Note a use on the token that authenticated the request, once it did.',
    },
    async (context) => {
      const { sandbox } = context;
      const owner = sandbox.user('teammate');
      const created = await sandbox.createToken(owner);
      const caller = context.needed('caller.token');
      const user = readerOf(created);
      const usedAt = (list: ListRead) => recordOf(list, created.id)?.record.lastUsedAt;
      const begun = Date.now();
      const shut = await context.eventually(user, (list) => list.accepted);
      if (shut) throw new Inconclusive(`${shut.trouble}: see listed-id-opens`);
      const span = Date.now() - begun;
      const isUsed = (list: ListRead) => isMilliseconds(usedAt(list));
      const before = await shown(context, caller, isUsed);
      if (!before) throw new Inconclusive('its use does not show: see last-used-at-on-use');
      await context.pause(moreThanASecondMs + span);
      const altered = {
        ...user,
        label: 'an altered form of a new token',
        variable: `{${user.variable}}0`,
        token: `${created.id}0`,
      };
      await Promise.all([
        context.readNow({ label: "the teammate's session token", ...owner }),
        context.readNow(altered),
      ]);
      await context.pause(noteMs);
      const after = await firstThat(context, caller, isUsed);
      if (!after)
        throw new Inconclusive('its use does not show any more: see listed-at-every-read');
      // What lags shows an earlier one of its uses first.
      failEach([after], () =>
        Number(usedAt(after)) - Number(usedAt(before)) >= 1000 + span
          ? [{ expected: 'the time of its own last use', received: 'a later one' }]
          : [],
      );
      return 'as it was after its own use';
    },
  ),
];

/** How long a use may take to be written, where it is wrong to write it at all. */
const noteMs = 150;

interface Use {
  readonly token: CreatedToken;
  readonly what: string;
}

/** A use of a token, if it was accepted: not every portal has every call. */
async function accepted(
  token: CreatedToken,
  what: string,
  use: (reader: ReturnType<typeof readerOf>) => Promise<boolean>,
): Promise<Use | undefined> {
  return (await use(readerOf(token))) ? { token, what } : undefined;
}

function readerOf({ id }: CreatedToken) {
  return { label: 'a new token', variable: 'PORTAL_NEW_TOKEN', token: id };
}
