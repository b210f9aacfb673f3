import { failEach, places } from '../../src/checks/findings.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';
import { recordOf } from '../../src/checks/own-record.ts';
import { firstThat, shown } from '../../src/checks/shown.ts';
import { moreThanASecondMs } from '../../src/checks/time-of-use.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import { isMilliseconds } from '../../src/contract/json.ts';
import type { ListRead } from '../../src/portal/list-read.ts';

/** A use of a token by the list shows on it. */
export const uses: readonly WithoutTopic[] = [
  changing(
    {
      id: 'last-used-at-null-when-unused',
      level: 'MUST',
      title: 'lastUsedAt of a token never used is null',
      text: 'A token that was never used has lastUsedAt null, also after others were used.',
      source: 'Response Schema, lastUsedAt',
      causes: 'The time of creation fills the column, or one use is noted on all tokens of a user.',
      fix: 'Leave it null until this token authenticates a request.',
    },
    async (context) => {
      const { sandbox } = context;
      const unused = sandbox
        .tokensOf(['unused', 'restricted', 'default'], ['caller', 'teammate'])
        // Some portals use a token before they hand it out, and say so; some users act with theirs.
        .filter(({ id, lastUsedAt, owner }) => lastUsedAt === undefined && owner.token !== id);
      const list = await context.readNow(context.needed('caller.token'));
      const seen = unused.map(({ id }) => recordOf(list, id)).filter((own) => own !== undefined);
      if (seen.length === 0)
        throw new Inconclusive('none of them is listed: see every-kind-listed');
      // Of another form: judged by the requirements of its form.
      const wrong = seen.filter(({ record }) => isMilliseconds(record.lastUsedAt));
      failEach([list], () =>
        places(
          wrong.map(({ index }) => index),
          'lastUsedAt',
          'null, for it was never used',
          'a time of use',
        ),
      );
      return `over ${seen.length} unused tokens`;
    },
  ),
  changing(
    {
      id: 'last-used-at-on-use',
      level: 'MUST',
      title: 'A use shows on the token that was used',
      text: 'A token shows null until it is used, and then a time of use that is not older than that use.',
      source: 'Response Schema, lastUsedAt',
      causes:
        'The time of creation is there before the first use, or a use is noted on another token.',
      fix: 'Begin with null; on each use, note the time on that token.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('teammate'));
      const caller = context.needed('caller.token');
      const usedAt = (list: ListRead) => recordOf(list, created.id)?.record.lastUsedAt;
      const isListed = (list: ListRead) => recordOf(list, created.id) !== undefined;
      const early = await shown(context, caller, isListed);
      if (!early) throw new Inconclusive('the token is not listed: see new-token-listed');
      failEach([early], (list) =>
        isMilliseconds(usedAt(list))
          ? [{ expected: 'null before its first use', received: 'a time of use' }]
          : [],
      );
      const user = { label: 'a new token', variable: 'PORTAL_NEW_TOKEN', token: created.id };
      const use = await firstThat(context, user, ({ accepted }) => accepted);
      if (!use) throw new Inconclusive('the token is not accepted: see listed-id-opens');
      const { now, grace, known } = context.clock(use.exchange);
      const took = use.exchange.receivedAt - use.exchange.sentAt;
      const earliest = now - took - 1000;
      const stale = await context.eventually(caller, (list) => {
        const time = usedAt(list);
        // That it is there now, and was null, needs no clock.
        if (!isMilliseconds(time) || !known) return isMilliseconds(time);
        return time >= earliest - grace && time <= now + grace;
      });
      if (stale) {
        const time = usedAt(stale);
        if (time !== null && !isMilliseconds(time))
          throw new Inconclusive('lastUsedAt is not a time in milliseconds');
        failEach([stale], () => [
          {
            expected: 'the time at which it was just used',
            received: time === null ? 'null' : 'another time',
          },
        ]);
      }
      return 'null before its use, and its time afterwards';
    },
  ),
  changing(
    {
      id: 'last-used-at-moves',
      level: 'MUST',
      title: 'Every use moves lastUsedAt',
      text: 'A token that is used a second time, more than a second after the first, shows a later time of use, within the settle bound; where the clocks of two processes differ, the third use counts.',
      source: 'Response Schema, lastUsedAt',
      causes: 'Only the first use is noted, or one in an hour or a day.',
      fix: 'Note every use; once a second is often enough.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('teammate'));
      const caller = context.needed('caller.token');
      const user = { label: 'a new token', variable: 'PORTAL_NEW_TOKEN', token: created.id };
      const usedAt = (list: ListRead) => recordOf(list, created.id)?.record.lastUsedAt;
      const accepted = await context.eventually(user, (list) => list.accepted);
      if (accepted) throw new Inconclusive(`${accepted.trouble}: see listed-id-opens`);
      const early = await shown(context, caller, (list) => isMilliseconds(usedAt(list)));
      if (!early) throw new Inconclusive('its first use does not show: see last-used-at-on-use');
      // The caller's own token was used often by now.
      const callerUsedAt = (list: ListRead) => recordOf(list, caller.token)?.record.lastUsedAt;
      const [first, firstOfCaller] = [usedAt(early), callerUsedAt(early)];
      if (!isMilliseconds(first)) throw new Inconclusive('its first use does not show any more');
      const useAgain = async (leastMs: number) => {
        await context.pause(moreThanASecondMs);
        if (!(await firstThat(context, user, ({ accepted }) => accepted)))
          throw new Inconclusive('it is not accepted any more: see api-token-accepted');
        return context.eventually(caller, (list) => {
          const time = usedAt(list);
          const ofCaller = callerUsedAt(list);
          if (
            isMilliseconds(ofCaller) &&
            isMilliseconds(firstOfCaller) &&
            ofCaller <= firstOfCaller
          )
            return false;
          // Times may be cut to the second; the first uses were several.
          return isMilliseconds(time) && time >= first + leastMs;
        });
      };
      let stale = await useAgain(1000);
      const moved = stale && usedAt(stale);
      // The process that noted this use may have a clock behind the one that noted the first.
      if (isMilliseconds(moved) && moved !== first) stale = await useAgain(2000);
      if (stale && !stale.usable) throw new Inconclusive(stale.trouble);
      failEach(stale ? [stale] : [], () => [
        {
          expected: 'a later time than after its first use',
          received: 'the same or an earlier one',
        },
      ]);
      return 'the second use shows, too';
    },
  ),
];
