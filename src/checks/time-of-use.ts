import { describe } from '../contract/describe.ts';
import { Inconclusive } from '../contract/finding.ts';
import { isMilliseconds } from '../contract/json.ts';
import type { Context } from '../portal/context.ts';
import type { Credential } from '../portal/credential.ts';
import type { CreatedToken } from '../sandbox/created-users.ts';
import { recordOf } from './own-record.ts';

/**
 * What is wrong with the time of use of a token that this run uses; undefined
 * when nothing is. It must lie after the run's first request; where clocks do
 * not tell exactly, that it moves with our use proves as much.
 */
export async function staleUse(
  context: Context,
  token: Credential,
  reader: Credential,
  round: number,
) {
  const first = await context.first(token);
  const list = await context.list(reader, round);
  const own = recordOf(list, token.token);
  if (own === undefined) {
    // Somebody else's list is judged by teammate-token-listed.
    if (reader !== token) return undefined;
    throw new Inconclusive(`${token.label} is not listed: see own-token-listed or id-is-the-token`);
  }
  const used = own.record.lastUsedAt;
  if (used !== null && !isMilliseconds(used)) {
    throw new Inconclusive(
      'lastUsedAt is not a time in milliseconds: see the requirements of its form',
    );
  }
  const { now, grace, known } = context.clock(first.exchange);
  const took = first.exchange.receivedAt - first.exchange.sentAt;
  if (known && used !== null && used >= now - took - 1000) return undefined;
  const before = recordOf(await context.first(reader), token.token)?.record.lastUsedAt;
  const isRecent = !known || (used !== null && used >= now - grace);
  if (used !== null && isRecent && hasMoved(before, used)) return undefined;
  return {
    key: `${token.label} ${reader.label}`,
    expected: `of ${token.label}, a time of use not older than the first request of this run`,
    received:
      used === null ? 'null, though the token was just used' : `${describe(used)}, an older time`,
    where: [`/${own.index}/lastUsedAt`],
    count: 1,
    credential: reader.label,
    curl: list.exchange.curl,
  };
}

function hasMoved(before: unknown, used: number): boolean {
  return before === null || (isMilliseconds(before) && used > before);
}

/** Whose lists a token is in. */
export function readersOf(context: Context, token: Credential): readonly Credential[] {
  if (token.persona === 'outsider') return [token];
  return context.given('caller.token', 'teammate.token', 'caller.session');
}

/** Servers may note a use once in a second. */
export const moreThanASecondMs = 1100;

/** By how much the portal's clock is ahead of ours at most: its times may be cut to the second. */
export function offsetOf(tokens: readonly CreatedToken[]): number | undefined {
  const known = tokens.filter(({ clockOffset }) => clockOffset !== undefined);
  if (known.length === 0) return undefined;
  // One of many lies at a whole second by chance.
  const isCut = known.every(({ createdAt = 0 }) => createdAt % 1000 === 0);
  const most = Math.max(...known.map(({ clockOffset = 0 }) => clockOffset));
  return most + (isCut ? 1000 : 0);
}
