import type { WithoutTopic } from '../../src/checks/kinds.ts';
import { badHeaderAndGoodElsewhere, impersonations } from '../../src/checks/probes-of-requests.ts';
import { rejected, rejecting, rejectionsOf } from '../../src/checks/rejected.ts';
import { failIf, Inconclusive } from '../../src/contract/finding.ts';

/** What else a request holds does not count in place of a token. */
export const requests: readonly WithoutTopic[] = [
  rejecting(
    {
      id: 'nothing-else-authenticates',
      level: 'MUST',
      title: 'No other header stands in for a token: 401',
      text: 'A request without a valid token is answered with 401 whatever else it holds: names of users and addresses as proxies pass them on, an Origin or Referer of the portal, what browsers accept, conditions, or an empty Authorization header.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'Headers of a trusted proxy are believed from anybody, requests from the own address or origin skip the check, or a cache answers conditional requests.',
      fix: 'Check the token first, whatever else a request holds; strip the headers of proxies at the edge.',
    },
    async (context) => {
      const sent = impersonations(context.target.base);
      const { findings, doubt, remark } = await rejectionsOf(context, sent);
      // Which of the headers it was.
      const parted = sent.filter(({ what }) =>
        findings.some(({ credential }) => credential === what),
      );
      const alone = await rejectionsOf(
        context,
        parted.flatMap(({ parts = [] }) => parts),
      );
      failIf(alone.findings.length > 0 ? alone.findings : findings);
      if (doubt !== undefined) throw new Inconclusive(doubt);
      return remark;
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
    ({ caller }) => badHeaderAndGoodElsewhere(caller),
  ),
];
