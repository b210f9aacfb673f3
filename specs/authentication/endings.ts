import { failEach } from '../../src/checks/findings.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import type { Context } from '../../src/portal/context.ts';
import type { Reader } from '../../src/portal/credential.ts';
import type { ListRead } from '../../src/portal/list-read.ts';
import type { Asked } from '../../src/portal/requests.ts';
import type { CreatedToken } from '../../src/sandbox/created-users.ts';

/** What is deleted, ended or removed opens the list no more, and nothing else is shut. */
export const endings: readonly WithoutTopic[] = [
  changing(
    {
      id: 'deleted-token-refused',
      level: 'MUST',
      title: 'A deleted token: 401',
      text: 'A token is answered with 401 once its owner or a teammate deleted it, within the settle bound, over kept connections, too: one that was used, one that was not, a restricted one, and the one that its user came with.',
      source: 'Error Responses, 401 Unauthorized',
      causes: 'A cache of valid tokens, or of a connection, is not told of the deletion.',
      fix: 'Drop a token from every cache when it is deleted.',
    },
    async (context) => {
      const { sandbox } = context;
      const { user, token: initial } = await sandbox.createAccount();
      const { user: mate } = await sandbox.createTeammate(user);
      const [theirs, unused, restricted] = await Promise.all([
        sandbox.createToken(user),
        sandbox.createToken(user),
        sandbox.createToken(user, true),
      ]);
      const used = [initial, theirs].map(readerOf);
      await accepted(context, used, { kept: true });
      const end = async () => {
        const refusal = await sandbox.removeIfAllowed(theirs, mate);
        if (refusal !== undefined) await sandbox.removeToken(theirs);
        await Promise.all([unused, restricted].map((token) => sandbox.removeToken(token)));
        // Some portals keep the token that a user came with.
        return (await sandbox.removeIfAllowed(initial)) === undefined
          ? [theirs, unused, restricted, initial]
          : [theirs, unused, restricted];
      };
      return isRejected(context, (await end()).map(readerOf));
    },
  ),
  changing(
    {
      id: 'ended-session-refused',
      level: 'MUST',
      title: 'A session after logout: 401',
      text: 'A session token that was accepted is answered with 401 after logout, within the settle bound, over kept connections, too.',
      source: 'Error Responses, 401 Unauthorized',
      causes: 'Sessions are signed tokens that nothing revokes, or logout only clears a cookie.',
      fix: 'End the session on the server at logout.',
    },
    async (context) => {
      const { sandbox } = context;
      // A portal may end the others of a user at a login: this one is used by nothing else.
      const { token } = (await sandbox.createAccount()).user;
      const reader = { label: 'a session after logout', variable: 'PORTAL_ENDED_SESSION', token };
      await accepted(context, reader, { kept: true });
      await sandbox.logout(token);
      return isRejected(context, reader);
    },
  ),
  changing(
    {
      id: 'logout-ends-one-session',
      level: 'MUST',
      title: 'A logout ends its own session alone',
      text: 'After a logout the API tokens of the user are accepted, and so is another session of theirs that was accepted just before.',
      source: 'Authentication',
      causes: 'Logout deletes all that a user has, or ends every session of theirs.',
      fix: 'End the session that the request carries, and nothing else.',
    },
    async (context) => {
      const { sandbox } = context;
      const { user, token: initial } = await sandbox.createAccount();
      const token = {
        label: 'an API token of a user who logged out',
        variable: 'PORTAL_NEW_TOKEN',
      };
      const others: Reader[] = [
        { ...token, token: initial.id },
        { label: 'another session of a user who logged out', ...user },
      ];
      for (const other of others) await accepted(context, other);
      const session = {
        label: 'a session that will be ended',
        variable: 'PORTAL_ENDED_SESSION',
        token: await sandbox.login(user),
      };
      await accepted(context, session);
      // Some portals end a session at the next login of its user.
      const before = await Promise.all(others.map((other) => context.readNow(other)));
      const open = others.filter((_, index) => before[index]?.accepted);
      if (open.length === 0) throw new Inconclusive('neither was accepted before the logout');
      await sandbox.logout(session.token);
      const after = await Promise.all(
        open.map((other) => context.eventually(other, ({ accepted }) => accepted)),
      );
      const shut = after.filter((read) => read !== undefined);
      failEach(shut, ({ rejected, status }) =>
        rejected ? [{ expected: 'to be accepted', received: `status ${status}` }] : [],
      );
      if (shut[0]) throw new Inconclusive(shut[0].trouble);
      return `still accepted: ${open.map(({ label }) => label).join(', ')}`;
    },
  ),
  changing(
    {
      id: 'removed-user-refused',
      level: 'NOTE',
      title: 'Tokens of a removed user: 401',
      text: 'API tokens and sessions of a user who was removed are answered with 401, within the settle bound. A portal may hand tokens over to the account.',
      source: 'Authentication',
      causes: 'The tokens of a user are not removed with the user, or a cache keeps them.',
      fix: 'Remove or hand over the tokens of a user with the user.',
    },
    async (context) => {
      const { sandbox } = context;
      const { user: first } = await sandbox.createAccount();
      const { user, token } = await sandbox.createTeammate(first);
      const readers: Reader[] = [
        { label: 'an API token of a removed user', variable: 'PORTAL_NEW_TOKEN', token: token.id },
        { label: 'a session of a removed user', ...user },
      ];
      for (const reader of readers) await accepted(context, reader);
      const refusal = await sandbox.removeUserIfAllowed(user);
      if (refusal !== undefined) return `not checked: the user stays: ${refusal}`;
      const open = await Promise.all(
        readers.map((reader) =>
          context.eventually(reader, ({ status }) => status === 401, { times: 1 }),
        ),
      );
      failEach(
        open.filter((read) => read !== undefined),
        ({ status }) => [{ expected: 'status 401', received: `status ${status}` }],
      );
      return 'API token and session are rejected';
    },
  ),
];

function readerOf({ id }: CreatedToken): Reader {
  return { label: 'a deleted token', variable: 'PORTAL_DELETED_TOKEN', token: id };
}

type Readers = Reader | readonly Reader[];

/** Waits until something opens the list everywhere. @throws Inconclusive when it does not */
async function accepted(context: Context, readers: Readers, asked?: Asked): Promise<void> {
  const shut = await context.eventually(readers, (read) => read.accepted, asked);
  if (shut) throw new Inconclusive(`it was not accepted before: ${shut.trouble}`);
}

/** Sees that what opened the list, or would have, is answered with 401 everywhere. */
async function isRejected(context: Context, readers: Readers): Promise<string> {
  // Each is a wrong token to a guard that counts them.
  const times = [readers].flat().length > 1 ? 4 : 3;
  const is401 = ({ status }: ListRead) => status === 401;
  const open =
    (await context.eventually(readers, is401, { times })) ??
    (await context.eventually(readers, is401, { times, kept: true }));
  const control = await context.readNow(context.caller);
  // A ban rejects everybody, and in any way.
  if (!control.accepted && !open?.accepted)
    throw new Inconclusive(`the control afterwards failed: ${control.trouble}`);
  if (open)
    failEach([open], ({ status }) => [{ expected: 'status 401', received: `status ${status}` }]);
  return 'rejected afterwards';
}
