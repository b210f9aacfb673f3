import type { WithoutTopic } from '../../src/checks/kinds.ts';
import {
  badHeaderAndGoodElsewhere,
  impersonations,
  routings,
  spellings,
} from '../../src/checks/probes-of-requests.ts';
import { probeAll, rejected, rejecting } from '../../src/checks/rejected.ts';
import { count } from '../../src/contract/count.ts';
import { failIf } from '../../src/contract/finding.ts';
import { isMisrouted } from '../../src/http/exchange.ts';
import { listPath } from '../../src/http/target.ts';

/** What else a request holds does not count in place of a token. */
export const requests: readonly WithoutTopic[] = [
  rejected(
    {
      id: 'nothing-else-authenticates',
      level: 'MUST',
      title: 'No other header stands in for a token: 401',
      text: 'A request without a valid token is answered with 401 whatever else it holds: names of users and addresses as proxies pass them on, an Origin or Referer of the portal, what browsers and probes of health send, conditions with the ETag of the list, or an empty Authorization header.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'Headers of a trusted proxy are believed from anybody, requests from the own address or origin skip the check, or a cache answers conditional requests.',
      fix: 'Check the token first, whatever else a request holds; strip the headers of proxies at the edge.',
    },
    async (context) => {
      const etag = (await context.read(context.caller)).header('etag');
      return impersonations(context.target.base, etag);
    },
  ),
  rejecting(
    {
      id: 'no-way-around',
      level: 'MUST',
      title: 'No other way to the list needs no token',
      text: 'Without a token, other spellings of the path (a slash at its end, two of them, lower case, an encoded letter) and headers by which servers choose a route open no list.',
      source: 'Authentication',
      causes:
        'The check is bound to one spelling of the path, and the router takes several; or to the route that a header names.',
      fix: 'Check the token in the handler of the list, not by path; refuse what is not spelled as documented.',
    },
    async (context) => {
      const all = await probeAll(context, [...spellings(listPath), routings()]);
      // What names another host may never come to the portal: the rest of it goes by itself.
      const parts = all.flatMap(({ probe, read: { exchange } }) =>
        isMisrouted(exchange.request, exchange) ? (probe.parts ?? []) : [],
      );
      const answers = parts.length > 0 ? [...all, ...(await probeAll(context, parts))] : all;
      failIf(
        answers
          .filter(({ read }) => read.records.some(([, record]) => 'id' in record))
          .map(({ probe, read }) => ({
            expected: `no list for ${probe.what}`,
            received: `status ${read.status}, with a list of ${read.records.length}`,
            credential: probe.what,
            count: 1,
            curl: read.exchange.curl,
          })),
      );
      return `over ${count(answers.length, 'request')}`;
    },
  ),
  rejected(
    {
      id: 'bad-header-refused',
      level: 'MUST',
      title: 'A wrong header is not made good elsewhere: 401',
      text: 'A request whose Authorization header holds a token that nobody has is answered with 401, though a valid one is in cookies and other headers.',
      source: 'Error Responses, 401 Unauthorized',
      causes: 'When the header fails, another place is looked at.',
      fix: 'Read the token from Authorization alone.',
    },
    ({ caller, mayBeLogged }) => badHeaderAndGoodElsewhere(caller, mayBeLogged),
  ),
];
