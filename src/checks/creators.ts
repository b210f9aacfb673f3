import { failIf, Inconclusive } from '../contract/finding.ts';
import { sameId } from '../contract/json.ts';
import type { TokenRecord } from '../portal/body-facts.ts';
import type { Context } from '../portal/context.ts';
import type { ListRead } from '../portal/list-read.ts';
import { type Difference, places } from './findings.ts';
import { recordOf } from './own-record.ts';

/** Records of a user with another address than an earlier record of the same user. */
export function severalAddresses(list: ListRead): Difference[] {
  const addresses = new Map<unknown, string>();
  const other: number[] = [];
  for (const [index, { userId, userEmail }] of list.records) {
    // Of another form: judged by the requirements of their form.
    // An id beyond 2^53 has lost digits: two users may look like one.
    if (!Number.isSafeInteger(userId) || typeof userEmail !== 'string' || userEmail === '')
      continue;
    if (!addresses.has(userId)) addresses.set(userId, userEmail);
    else if (addresses.get(userId) !== userEmail) other.push(index);
  }
  return places(
    other,
    'userEmail',
    'the userEmail that an earlier record of the same userId has',
    'another one',
  );
}

/** A user of the run, and how a token of theirs is listed. */
interface Owner {
  readonly label: string;
  readonly userId: unknown;
  readonly username?: string | undefined;
  readonly record: TokenRecord;
}

/** What is wrong about an address, whatever form addresses have: user names are no addresses everywhere. */
function wrongAddress({ username, userId, record }: Owner, others: readonly Owner[]) {
  const { userEmail } = record;
  if (username === undefined || typeof userEmail !== 'string' || userEmail === '') return [];
  if (userEmail !== username && userEmail.includes('*') && !username.includes('*'))
    return [{ expected: 'an address', received: 'one with asterisks, which the user has not' }];
  const same = others.find(
    (other) =>
      other.username !== undefined &&
      other.username !== username &&
      !sameId(other.userId, userId) &&
      !sameId(other.record.userId, record.userId) &&
      other.record.userEmail === userEmail &&
      // Where names are no addresses, users may share one.
      [username, other.username].every((name) => name.includes('@')),
  );
  return same
    ? [{ expected: `another userEmail than that of ${same.label}`, received: 'the same' }]
    : [];
}

export async function creatorOwn(context: Context): Promise<string> {
  const findings: (Difference & { credential: string; curl: string })[] = [];
  const owners: Owner[] = [];
  let told = 0;
  for (const credential of context.given('caller.token', 'teammate.token')) {
    const list = await context.list(credential);
    const own = recordOf(list, credential.token);
    if (own === undefined)
      throw new Inconclusive(
        `${credential.label} is not listed: see own-token-listed or id-is-the-token`,
      );
    const { userId } = own.record;
    if (userId === undefined) throw new Inconclusive('a record has no userId: see user-id-present');
    const place = {
      where: [`/${own.index}/userId`],
      credential: credential.label,
      curl: list.exchange.curl,
    };
    const identity = context.identity(credential);
    if (identity) {
      told += 1;
      // An id of another kind cannot be compared: whoami is not judged here.
      if (!sameId(identity.userId, userId) && /^\d+$/.test(String(identity.userId))) {
        findings.push({
          expected: 'the userId of the user who created it',
          received: 'another user',
          ...place,
        });
      }
    }
    const exact = identity?.userId ?? userId;
    const isRounded = typeof exact === 'number' && !Number.isSafeInteger(exact);
    const same = isRounded ? undefined : owners.find((owner) => sameId(owner.userId, exact));
    if (same) {
      const hint = identity ? {} : { hint: 'or both tokens were created by one user' };
      findings.push({
        expected: `another user than that of ${same.label}`,
        received: 'the same userId',
        ...place,
        ...hint,
      });
    }
    const owner = { ...identity, label: credential.label, userId: exact, record: own.record };
    findings.push(
      ...wrongAddress(owner, owners).map((found) => ({
        ...place,
        where: [`/${own.index}/userEmail`],
        ...found,
      })),
    );
    owners.push(owner);
  }
  failIf(findings);
  if (told === 0 && owners.length < 2) {
    throw new Inconclusive(
      '/auth/whoami does not identify the owner, and there is no PORTAL_TEAMMATE_TOKEN to compare with',
      'untested',
    );
  }
  return `over ${owners.length} of our tokens, ${told} identified by /auth/whoami`;
}
