import { failEach } from '../../src/checks/findings.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordsIn } from '../../src/checks/rejected.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import type { Context } from '../../src/portal/context.ts';
import type { Reader } from '../../src/portal/credential.ts';
import type { ListRead } from '../../src/portal/list-read.ts';
import type { Asked } from '../../src/portal/requests.ts';
import { unlessInconclusive } from '../../src/sandbox/attempt.ts';
import type { CreatedToken } from '../../src/sandbox/created-users.ts';
import { searchFor } from '../../src/secrets/search.ts';

/** What is deleted, ended or removed opens the list no more. */
export const endings: readonly WithoutTopic[] = [
  changing(
    {
      id: 'deleted-token-refused',
      level: 'MUST',
      title: 'A deleted token: 401',
      text: 'A token is answered with 401 once its owner, a teammate or the token itself deleted it, within the settle bound, over kept connections and a moment later, too: one that was used, one that was not, a restricted one, and the one that its user came with.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'A cache of valid tokens, or of a connection, is not told of the deletion, or a use that is saved late restores the row.',
      fix: 'Drop a token from every cache when it is deleted.',
    },
    async (context) => {
      const { sandbox } = context;
      const { user, token: initial } = await sandbox.createStranger(sandbox.user('outsider'));
      const { user: mate } = await sandbox.createTeammate(user);
      const [theirs, itself, unused, restricted] = await Promise.all([
        sandbox.createToken(user),
        sandbox.createToken(user),
        sandbox.createToken(user),
        sandbox.createIfAllowed(user, { isRestricted: true }),
      ]);
      await accepted(context, [initial, theirs].map(readerOf), { kept: true });
      // A use that is saved after the deletion may restore the row.
      await context.readNow(readerOf(theirs));
      const refusal = await sandbox.removeIfAllowed(theirs, mate);
      if (refusal !== undefined) await sandbox.removeToken(theirs);
      await sandbox.removeToken(unused);
      const byItself = { ...user, token: itself.id };
      if ((await sandbox.removeIfAllowed(itself, byItself)) !== undefined)
        await sandbox.removeToken(itself);
      const byToken = { ...user, token: initial.id };
      if (restricted && (await sandbox.removeIfAllowed(restricted, byToken)) !== undefined)
        await sandbox.removeToken(restricted);
      // Some portals keep the token that a user came with.
      const isKept = (await sandbox.removeIfAllowed(initial)) !== undefined;
      const gone = [theirs, itself, unused, restricted, isKept ? undefined : initial];
      const tokens = gone.filter((token) => token !== undefined);
      return isRejected(context, tokens.map(readerOf), tokens.length, lateMs);
    },
  ),
  changing(
    {
      id: 'ended-session-refused',
      level: 'MUST',
      title: 'A session after logout: 401',
      text: 'A session token that was accepted is answered with 401 after logout, within the settle bound, over kept connections and after another login, too.',
      source: 'Error Responses, 401 Unauthorized',
      causes: 'Sessions are signed tokens that nothing revokes, or logout only clears a cookie.',
      fix: 'End the session on the server at logout.',
    },
    async (context) => {
      const { sandbox } = context;
      // A portal may end the others of a user at a login: this one is used by nothing else.
      const { user } = await sandbox.createStranger(sandbox.user('outsider'), true);
      const reader = { ...user, label: 'a session after logout', variable: 'PORTAL_ENDED_SESSION' };
      await accepted(context, reader, { kept: true });
      await sandbox.logout(user.token);
      // Another login is a chance to find more, and not what is judged.
      await sandbox.login(user).catch(unlessInconclusive);
      return isRejected(context, reader);
    },
  ),
  changing(
    {
      id: 'removed-user-refused',
      level: 'NOTE',
      title: 'Tokens of a removed user: 401',
      text: 'An API token of a user who was removed is answered with 401, within the settle bound. A portal may hand tokens over to the account.',
      source: 'Authentication',
      causes: 'The tokens of a user are not removed with the user, or a cache keeps them.',
      fix: 'Remove or hand over the tokens of a user with the user.',
    },
    async (context) => {
      const { sandbox } = context;
      const { user, token } = await sandbox.createStranger(sandbox.user('outsider'));
      const reader = { ...readerOf(token), label: 'an API token of a removed user' };
      await accepted(context, reader);
      const refusal = await sandbox.removeUserIfAllowed(user);
      if (refusal !== undefined) return `not checked: the user stays: ${refusal}`;
      return isRejected(context, reader, 1);
    },
  ),
  changing(
    {
      id: 'removed-account-refused',
      level: 'NOTE',
      title: 'Tokens of a removed account: 401',
      text: 'An API token of an account that was removed, and is shown to be gone, is answered with 401, within the settle bound.',
      source: 'Authentication',
      causes:
        'The rows of an account stay when the account goes, or a cache of valid tokens keeps them.',
      fix: 'Remove the users and the tokens of an account with it.',
    },
    async (context) => {
      const { sandbox } = context;
      const account = await sandbox.createAccount();
      if (typeof account === 'string') return `not checked: no further account: ${account}`;
      const reader = { ...readerOf(account.token), label: 'an API token of a removed account' };
      await accepted(context, reader);
      const stays = await sandbox.removeAccountIfAllowed(account.user, context.settleMs);
      if (stays !== undefined) return `not checked: the account stays: ${stays}`;
      return isRejected(context, reader, 1);
    },
  ),
];

/** What is written after a response is written by then, in milliseconds. */
const lateMs = 700;

function readerOf({ id }: CreatedToken): Reader {
  return { label: 'a deleted token', variable: 'PORTAL_DELETED_TOKEN', token: id };
}

type Readers = Reader | readonly Reader[];

/** Waits until something opens the list everywhere. @throws Inconclusive when it does not */
async function accepted(context: Context, readers: Readers, asked?: Asked): Promise<void> {
  const shut = await context.eventually(readers, (read) => read.accepted, asked);
  if (shut) throw new Inconclusive(`it was not accepted before: ${shut.trouble}`);
}

/**
 * Sees that what opened the list, or would have, is answered with 401 everywhere, or once with `times` 1.
 *
 * @param pauseMs before the second look, which is over kept connections
 */
async function isRejected(
  context: Context,
  readers: Readers,
  // Each is a wrong token to a guard that counts them.
  times = Math.max(2, [readers].flat().length),
  pauseMs = 0,
): Promise<string> {
  const rejections: ListRead[] = [];
  const is401 = (read: ListRead) => {
    if (read.status === 401) rejections.push(read);
    return read.status === 401;
  };
  const again = async () => {
    if (times === 1) return undefined;
    await context.pause(pauseMs);
    return context.eventually(readers, is401, { times, kept: true });
  };
  const open = (await context.eventually(readers, is401, { times })) ?? (await again());
  const control = await context.readNow(context.caller);
  // A ban rejects everybody, and in any way.
  if (!control.accepted && !open?.accepted)
    throw new Inconclusive(`the control afterwards failed: ${control.trouble}`);
  if (open)
    failEach([open], ({ status }) => [{ expected: 'status 401', received: `status ${status}` }]);
  failEach(rejections, (read) => recordsIn(read, searchFor([])));
  return 'rejected afterwards, with no record';
}
