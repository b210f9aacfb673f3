import { failIf } from '../contract/finding.ts';
import { isMilliseconds, saysTheSame } from '../contract/json.ts';
import type { Exchange } from '../http/exchange.ts';
import { creationTimes, type TokenCreated, type UserCreated } from './answered.ts';
import { isSame } from './answers.ts';
import { isRefusal, mayTryAgain } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Created } from './created.ts';
import type { CreatedToken, CreatedUser, TokenKind } from './created-users.ts';
import type { Names } from './names.ts';

/** What is to be created. */
export interface Draft {
  readonly kind: TokenKind;
  readonly isRestricted?: boolean;
  /** A name in place of one of the run's. */
  readonly hardName?: string;
  /** Hosts in place of those of the run. */
  readonly hosts?: readonly string[];
  /** Members that the call does not know, or in place of those that it knows. */
  readonly more?: object | undefined;
}

/**
 * Creates a token. Many of them go out over kept connections, which may close just as they are
 * used: a token whose response was lost is looked for by its name, and replaced.
 *
 * @throws CallFailed
 */
export async function createToken(
  calls: Calls,
  created: Created,
  names: Names,
  owner: CreatedUser,
  { kind, isRestricted = false, hardName, hosts: given, more }: Draft,
): Promise<CreatedToken> {
  const fresh = kind !== 'later';
  // Not every portal takes every host.
  let persona = kind === 'restricted' ? owner.persona : undefined;
  for (let lost = 0; ; ) {
    const oddity = names.oddity('tokens');
    const name = hardName ?? names.token();
    const hosts = given ?? (isRestricted ? names.hosts(persona) : undefined);
    const restrictions = hosts ? { hosts } : null;
    created.underWay.push(name);
    try {
      const { token, exchange } = await calls.createToken(owner, name, { hosts, fresh, more });
      if (kind === 'later') refuseForeign(created, owner, token.id);
      created.tokens.set(token.id, owner);
      noteDifferences(created, { name, restrictions }, token);
      if (exchange.attempts > 1) await removeTwins(calls, created, owner, name);
      const times = { ...creationTimes(exchange), ...offsetOf(token, exchange) };
      return { ...asAnswered(token, restrictions), kind, owner, ...times };
    } catch (error) {
      if (isRefusal(error) && persona !== undefined) {
        persona = undefined;
        continue;
      }
      // Later ones are refused for another reason: names like theirs were taken before.
      const mayBePlainer = kind !== 'later' && hardName === undefined;
      if (isRefusal(error) && mayBePlainer && names.becomePlainer('tokens', oddity)) continue;
      if (!mayTryAgain(error, lost)) throw error;
      lost += 1;
      const id = await findLost(calls, created, owner, name);
      if (id !== undefined) return { id, kind, owner, name, restrictions };
    } finally {
      created.underWay.splice(created.underWay.indexOf(name), 1);
    }
  }
}

/** Removes what all attempts but the last have created after all: some gateways lose a response and say 503. */
async function removeTwins(
  calls: Calls,
  created: Created,
  owner: CreatedUser,
  name: string,
): Promise<void> {
  // Another of the same name may be listed before the answer to its creation is here.
  if (created.underWay.filter((one) => one === name).length > 1) return;
  const ids = await calls.findTokens(owner, name, owner.id).catch(() => []);
  for (const id of ids.filter((one) => !created.tokens.has(one))) {
    created.tokens.set(id, owner);
    const error = await calls.deleteToken(owner, id, true).catch((reason: unknown) => reason);
    if (error === undefined) created.tokens.delete(id);
  }
}

/** A creation answers a new token: one of another account is handed over to who asks. @throws Violation */
function refuseForeign({ tokens }: Created, { accountId }: CreatedUser, id: string): void {
  const known = tokens.get(id);
  if (known === undefined || isSame(known.accountId, accountId)) return;
  const expected = 'a new token, in answer to its creation';
  failIf([{ expected, received: 'a token of another account', count: 1 }]);
}

/** Finds a token whose creation was carried out and whose response was lost: names may be those of others, too. */
export async function findLost(
  calls: Calls,
  created: Created,
  owner: CreatedUser,
  name: string,
): Promise<string | undefined> {
  const ids = await calls.findTokens(owner, name).catch(() => []);
  const id = ids.find((one) => !created.tokens.has(one));
  if (id !== undefined) created.tokens.set(id, owner);
  return id;
}

export function asAnswered({ restrictions, ...token }: TokenCreated, sent: unknown) {
  return { ...token, restrictions: restrictions === undefined ? sent : restrictions };
}

/** A server may normalise what it is given: the list is compared with what it says it created. */
function noteDifferences(
  { differences }: Created,
  sent: { name: string; restrictions: unknown },
  { name, restrictions }: TokenCreated,
): void {
  if (name !== undefined && name !== sent.name)
    differences.add('POST /apiTokens answers another name than it was sent');
  if (restrictions !== undefined && !saysTheSame(restrictions, sent.restrictions))
    differences.add('POST /apiTokens answers other restrictions than it was sent');
}

/** The token that a user came with. */
export function defaultToken(
  owner: CreatedUser,
  { initialToken, createdBetween }: UserCreated,
): CreatedToken {
  const times = createdBetween ? { createdBetween } : {};
  return { ...asAnswered(initialToken, null), kind: 'default', owner, ...times };
}

function offsetOf({ createdAt }: TokenCreated, { receivedAt }: Exchange) {
  return isMilliseconds(createdAt) ? { clockOffset: createdAt - receivedAt } : {};
}
