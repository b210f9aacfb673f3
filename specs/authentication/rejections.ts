import { failEach } from '../../src/checks/findings.ts';
import type { WithoutTopic } from '../../src/checks/kinds.ts';
import {
  alteredTokens,
  noHeader,
  otherSchemes,
  placeholders,
  schemeAlone,
  unknownToken,
  unreadableTokens,
} from '../../src/checks/probes.ts';
import {
  inEveryCookie,
  inEveryHeader,
  inEveryParameter,
} from '../../src/checks/probes-of-requests.ts';
import { deadOnly, recordsIn, rejecting, sendRejected } from '../../src/checks/rejected.ts';
import { count } from '../../src/contract/count.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import type { Context } from '../../src/portal/context.ts';
import type { Probe } from '../../src/portal/requests.ts';
import { searchFor } from '../../src/secrets/search.ts';

/** What a rejection holds, and what it does not. */
export const rejections: readonly WithoutTopic[] = [
  rejecting(
    {
      id: 'refusal-holds-no-records',
      level: 'MUST',
      title: 'A rejection holds no token records',
      text: 'The body of a 401 holds no record of an API token.',
      source: 'Error Responses, 401 Unauthorized',
      causes: 'The list is fetched before the check, and is sent with status 401.',
      fix: 'Check the token before anything is read, and send an error alone.',
    },
    async (context) => {
      const lists = await context.lists();
      const ids = searchFor(lists.flatMap(({ byId }) => [...byId.keys()]));
      const rejections = await sendRejected(context, everyRejection(context));
      failEach(rejections, (read) => recordsIn(read, ids));
      return `over ${count(rejections.length, 'rejection')}`;
    },
  ),
  rejecting(
    {
      id: 'challenge-present',
      level: 'SHOULD',
      title: 'A 401 has a WWW-Authenticate header',
      text: 'A 401 carries at least one challenge in WWW-Authenticate.',
      source: 'RFC 9110, section 15.5.2',
      causes: '401 is set by hand, without the header that belongs to it.',
      fix: 'Send WWW-Authenticate: Bearer with every 401.',
    },
    async (context) => {
      const rejections = await sendRejected(context, [noHeader, unknownToken(context.caller)]);
      failEach(rejections, (read) =>
        read.header('www-authenticate')
          ? []
          : [{ expected: 'a WWW-Authenticate header', received: 'none' }],
      );
      return `over ${count(rejections.length, 'rejection')}`;
    },
  ),
  rejecting(
    {
      id: 'challenge-bearer',
      level: 'SHOULD',
      title: 'The challenge is for the scheme Bearer',
      text: 'WWW-Authenticate of a 401 holds a challenge of the scheme Bearer.',
      source: 'RFC 6750, section 3',
      causes: "A framework's default challenge (Basic) is sent.",
      fix: 'Send WWW-Authenticate: Bearer with every 401.',
    },
    async (context) => {
      const rejections = (
        await sendRejected(context, [noHeader, unknownToken(context.caller)])
      ).filter((read) => read.header('www-authenticate'));
      if (rejections.length === 0)
        throw new Inconclusive('there is no challenge: see challenge-present');
      failEach(rejections, (read) =>
        /(^|,)\s*bearer(\s|,|$)/i.test(read.header('www-authenticate') ?? '')
          ? []
          : [
              {
                expected: 'a challenge of the scheme Bearer',
                received: 'challenges of other schemes',
              },
            ],
      );
      return `over ${count(rejections.length, 'rejection')}`;
    },
  ),
  rejecting(
    {
      id: 'refusal-echoes-token',
      level: 'NOTE',
      title: 'A rejection does not repeat the token',
      text: 'A 401 does not repeat the token that was sent, in body or headers.',
      source: 'Error Responses, 401 Unauthorized',
      causes: 'The error message quotes what was sent.',
      fix: 'Leave the token out of error messages: they end in logs.',
    },
    async (context) => {
      const probe = unknownToken(context.caller);
      const rejections = await sendRejected(context, [probe]);
      failEach(rejections, (read) =>
        read.mentions(
          searchFor([read.exchange.request.headers.Authorization?.slice('Bearer '.length) ?? '']),
        ) > 0
          ? [{ expected: 'a rejection without the token', received: 'the token that was sent' }]
          : [],
      );
      return 'it is not repeated';
    },
  ),
];

function everyRejection(context: Context): readonly Probe[] {
  const { caller } = context;
  const inQuery = context.mayBeLogged ? inEveryParameter(caller) : [];
  return deadOnly(context, [
    noHeader,
    ...schemeAlone(),
    unknownToken(caller),
    ...alteredTokens(caller),
    ...placeholders(caller),
    ...otherSchemes(caller, context.mayBeLogged),
    ...unreadableTokens(),
    ...inEveryHeader(caller),
    ...inEveryCookie(caller),
    ...inQuery,
  ]);
}
