import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { type Change, Ledger } from '../../src/checks/ledger.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import { sameId } from '../../src/contract/json.ts';

/** What is done to one token changes that token alone. */
export const acts: readonly WithoutTopic[] = [
  changing(
    {
      id: 'acts-change-nothing-else',
      level: 'MUST',
      title: 'What is done changes nothing else in the list',
      text: 'After tokens were created, used, renamed and deleted, by their owner and by a teammate, and after a login, a logout and the removal of a user, the list of the account holds every other record as it was.',
      source: 'Response Schema',
      causes:
        'An update writes more rows than one, a use is noted on all tokens of a user, a deletion or a logout takes more with it.',
      fix: 'Find the row by the whole token, and change what was asked for alone.',
    },
    async (context) => {
      const { sandbox } = context;
      const { user, token: first } = await sandbox.createAccount();
      const { user: mate, token: second } = await sandbox.createTeammate(user);
      const reader = {
        label: 'a token in an account of its own',
        variable: 'PORTAL_NEW_TOKEN',
        token: first.id,
      };
      const session = { label: "the session of that token's teammate", ...mate };
      const tokens = [first.id, second.id];
      const ledger = await Ledger.open(context, [reader, session], tokens, [first.id]);
      const done: string[] = [];
      const after = async (act: string, change: Change) => {
        await ledger.after(act, change);
        done.push(act);
      };

      const [own, theirs, another] = await Promise.all([
        sandbox.createToken(user),
        sandbox.createToken(mate, true),
        sandbox.createToken(user),
      ]);
      await after('tokens were created', { come: [own.id, theirs.id, another.id] });

      const use = await context.eventually(
        { ...reader, label: 'a new token', token: own.id },
        ({ accepted }) => accepted,
      );
      if (use) throw new Inconclusive(`${use.trouble}: see listed-id-opens`);
      await after('a token was used', { used: [own.id] });

      const names = new Map<string, string>();
      const [newName, newNameOfTheirs] = await Promise.all([
        sandbox.renameToken(own, mate),
        sandbox.renameToken(theirs),
      ]);
      if (newName !== undefined) names.set(own.id, newName);
      if (newNameOfTheirs !== undefined) names.set(theirs.id, newNameOfTheirs);
      if (names.size > 0) await after('tokens were renamed', { named: names });

      // The session that a new one may end is not needed any more.
      const ended = { ...session, token: await sandbox.login(user) };
      const unknown = await context.eventually(ended, ({ accepted }) => accepted);
      if (unknown) throw new Inconclusive(`${unknown.trouble}: see session-token-accepted`);
      await sandbox.logout(ended.token);
      await after('a login and a logout', {});

      const refusal = await sandbox.removeIfAllowed(own, mate);
      if (refusal === undefined) await after('a token was deleted', { gone: [own.id] });

      const staying = await sandbox.removeUserIfAllowed(mate);
      const isGone =
        staying === undefined &&
        !(await context.eventually(session, ({ rejected }) => rejected, { times: 1 }));
      // What becomes of their tokens the contract does not say.
      if (isGone) {
        ledger.readers = [reader];
        await after('a user was removed', {
          mayGo: ({ id, userId }) =>
            sameId(userId, mate.id) || id === second.id || id === theirs.id,
        });
      }
      return `as it was, after: ${done.join('; ')}`;
    },
  ),
];
