import { Inconclusive } from '../contract/finding.ts';
import { saysTheSame } from '../contract/json.ts';
import type { Context } from '../portal/context.ts';
import type { ListRead } from '../portal/list-read.ts';
import { counted, type Difference, failEach } from './findings.ts';
import { recordOf } from './own-record.ts';
import { shown } from './shown.ts';

/** What no call takes for a token: it is refused, or put right, or left out. */
const wrong: readonly object[] = [
  { name: undefined },
  { name: 5 },
  { name: {} },
  { name: null },
  { restrictions: { hosts: 'example.com' } },
  { restrictions: ['example.com'] },
  { restrictions: { hosts: null } },
];

const asRequested = 'what the request gave';

/**
 * Creates and updates tokens with members that are the portal's own to set: they are as without
 * them, and nobody else is listed the tokens. What a creation takes that is no name and no
 * restrictions is judged where every list of the run is.
 */
export async function giveMembers(context: Context): Promise<string> {
  const { sandbox } = context;
  const outsider = sandbox.user('outsider');
  const { user, token } = await sandbox.createStranger(outsider);
  const reader = { label: 'a new token', variable: 'PORTAL_NEW_TOKEN', token: token.id };
  const plain = await sandbox.createToken(user);
  const isThere = (list: ListRead) => list.usable && recordOf(list, plain.id) !== undefined;
  const early = await shown(context, reader, isThere);
  const before = early && recordOf(early, plain.id)?.record;
  if (!before) throw new Inconclusive('the token that was created is not listed');
  const { id: userId, accountId, email: userEmail } = sandbox.user('caller');
  const given = { userId, accountId, userEmail, createdAt: 1e12, lastUsedAt: 1e12 };
  const [created, isUpdated] = await Promise.all([
    sandbox.createIfAllowed(user, { more: given }),
    sandbox.updateWith(plain, given),
    ...wrong.map((more) => sandbox.createWrongly(user, more)),
  ]);
  const taken = [created?.id, isUpdated ? plain.id : undefined].filter((id) => id !== undefined);
  if (taken.length === 0) return 'refused: a creation and an update with further members';
  const members = ['userId', 'userEmail', 'createdAt', 'lastUsedAt'] as const;
  const differences = (list: ListRead): Difference[] =>
    taken.flatMap((id) => {
      const own = recordOf(list, id);
      const expected = 'the token under the user who created it';
      if (!own) return [{ expected, received: 'a list without it' }];
      // What a request gave, where the token is otherwise as the one before it.
      const asGiven = members.filter(
        (member) =>
          saysTheSame(own.record[member], given[member]) &&
          !saysTheSame(before[member], given[member]),
      );
      return asGiven.map((member) => ({
        expected: `${member} as the portal sets it`,
        received: asRequested,
        where: [`/${own.index}/${member}`],
      }));
    });
  const holds = (list: ListRead) => {
    if (!list.usable) return false;
    const found = differences(list);
    // What a request gave is no older value that a process still has.
    return (
      found.length === 0 || (found.some(({ received }) => received === asRequested) && 'never')
    );
  };
  const against = await context.eventually(reader, holds);
  if (against && !against.usable) throw new Inconclusive(against.trouble);
  failEach(against ? [against] : [], differences);
  const elsewhere = await context.readNow(context.caller);
  failEach([elsewhere], (list) => {
    const count = taken.filter((id) => list.byId.has(id)).length;
    const expected = "no token of another account whose creation named the caller's";
    return counted(count, expected, 'its record');
  });
  return `as without them: ${taken.length} of a creation and an update`;
}
