import { failEach } from '../../src/checks/findings.ts';
import { requireAccepted, withoutFront } from '../../src/checks/front.ts';
import { changing, reading, unlessGiven, type WithoutTopic } from '../../src/checks/kinds.ts';
import { Inconclusive } from '../../src/contract/finding.ts';
import type { CredentialName } from '../../src/contract/requirement.ts';
import type { Context } from '../../src/portal/context.ts';

/** Valid tokens open the list, of either kind and whatever they are called. */
export const acceptance: readonly WithoutTopic[] = [
  reading(
    {
      id: 'api-token-accepted',
      level: 'MUST',
      title: 'An API token is accepted',
      text: 'A request with a valid API token in the Authorization header is accepted.',
      source: 'Authentication',
      causes: 'The list is open to sessions only, or a middleware looks for another header.',
      fix: 'Accept API tokens in Authorization: Bearer, as well as session tokens.',
      needs: ['caller.token'],
    },
    (context) => accepted(context, ['caller.token', 'teammate.token', 'outsider.token']),
  ),
  reading(
    {
      id: 'session-token-accepted',
      level: 'MUST',
      title: 'A session token is accepted',
      text: 'A request with a valid session token in the Authorization header is accepted.',
      source: 'Authentication',
      causes: 'The list is open to API tokens only, or sessions count only as a cookie.',
      fix: 'Accept session tokens in Authorization: Bearer, as well as API tokens.',
      needs: ['caller.session'],
      inapplicable: unlessGiven('caller.session', 'PORTAL_CALLER_SESSION'),
    },
    (context) => accepted(context, ['caller.session']),
  ),
  changing(
    {
      id: 'every-kind-accepted',
      level: 'MUST',
      title: 'Tokens of every kind are accepted',
      text: 'The token that a user came with, and tokens without a name, with one of signs or with one that is the word null, are accepted as others are.',
      source: 'Authentication',
      causes: 'A kind or a name is looked at where the token is checked.',
      fix: 'Accept every token that is there; its name is a label.',
    },
    async (context) => {
      const tokens = context.sandbox.tokensOf(['default', 'hard'], ['outsider']);
      const readers = tokens.map((token) => ({
        label: `a ${token.kind} token of the outsider`,
        variable: 'PORTAL_NEW_TOKEN',
        token: token.id,
      }));
      const shut = await context.eventually(readers, (read) => read.accepted);
      await requireAccepted(context, shut);
      return `over ${tokens.length} tokens`;
    },
  ),
];

async function accepted(context: Context, names: readonly CredentialName[]): Promise<string> {
  const credentials = context.given(...names);
  const reads = (await context.reads()).filter((read) =>
    credentials.some(({ token }) => token === read.credential.token),
  );
  const all = [...new Set([...reads, ...credentials.flatMap((one) => context.rejections(one))])];
  const judged = await withoutFront(context, all);
  failEach(judged, ({ rejected, status }) =>
    rejected ? [{ expected: 'to be accepted', received: `status ${status}` }] : [],
  );
  for (const read of reads) {
    read.requireAnswer();
    if (!read.accepted) throw new Inconclusive(`${read.trouble}: see status-200`);
  }
  // What cannot be told from the portal is no success.
  const away = all.length - judged.length;
  if (away > 0)
    throw new Inconclusive(
      `${away} of ${all.length} requests were answered with 403, as if by somebody in front`,
    );
  return `over ${reads.length} requests`;
}
