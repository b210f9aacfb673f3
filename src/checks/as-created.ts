import { describe } from '../contract/describe.ts';
import { Inconclusive } from '../contract/finding.ts';
import type { TokenRecord } from '../portal/body-facts.ts';
import type { ListRead } from '../portal/list-read.ts';
import type { CreatedToken, TokenKind } from '../sandbox/created-users.ts';
import { failEach, over } from './findings.ts';
import { type Draft, reading } from './kinds.ts';
import { recordOf } from './own-record.ts';

/**
 * A requirement of the full profile that a member of a token is as the token was
 * created, in the lists of everybody who sees it.
 *
 * @param fits whether a value that is there is right, or of a form that others judge
 */
export function asCreated(
  statement: Draft,
  member: keyof TokenRecord & string,
  kinds: readonly TokenKind[],
  fits: (value: unknown, token: CreatedToken, list: ListRead, clock: { grace: number }) => boolean,
  expected: string,
) {
  const full = { ...statement, profiles: ['full'] as const };
  return reading(full, async (context) => {
    const tokens = context.sandbox.tokensOf(kinds, ['caller', 'teammate', 'outsider']);
    const lists = await context.lists();
    let seen = 0;
    failEach(lists, (list) => {
      const wrong = tokens.flatMap((token) => {
        const own = recordOf(list, token.id);
        if (own === undefined || !(member in own.record)) return [];
        seen += 1;
        const value = own.record[member];
        if (fits(value, token, list, context.clock(list.exchange))) return [];
        return [{ at: `/${own.index}/${member}`, received: describe(value) }];
      });
      const [first] = wrong;
      if (first === undefined) return [];
      const where = wrong.slice(0, 3).map(({ at }) => at);
      return [
        { expected, received: `another value (${first.received})`, where, count: wrong.length },
      ];
    });
    if (seen === 0) throw new Inconclusive('none of the tokens created for this is listed with it');
    return over(seen, 'record', lists);
  });
}
