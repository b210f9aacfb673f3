import { failEach } from '../src/checks/findings.ts';
import { ofTopic, reading, unlessGiven } from '../src/checks/kinds.ts';
import {
  alteredTokens,
  noHeader,
  otherCase,
  otherSchemes,
  placeholders,
  schemeAlone,
  schemeCases,
  unknownToken,
  unreadableTokens,
} from '../src/checks/probes.ts';
import { hiddenTokens, logins } from '../src/checks/probes-of-created.ts';
import {
  inCookies,
  inEveryCookie,
  inEveryHeader,
  inEveryParameter,
  inHeaders,
  inParameters,
} from '../src/checks/probes-of-requests.ts';
import {
  deadOnly,
  recordsIn,
  rejected,
  rejecting,
  sendAll,
  sendRejected,
} from '../src/checks/rejected.ts';
import { count } from '../src/contract/count.ts';
import { failIf, Inconclusive } from '../src/contract/finding.ts';
import type { CredentialName } from '../src/contract/requirement.ts';
import type { Context } from '../src/portal/context.ts';
import type { Probe } from '../src/portal/requests.ts';
import { searchFor } from '../src/secrets/search.ts';
import { endings } from './authentication/endings.ts';
import { requests } from './authentication/requests.ts';
import { sessions } from './authentication/sessions.ts';

export const authentication = ofTopic('authentication', [
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
  rejected(
    {
      id: 'missing-header-refused',
      level: 'MUST',
      title: 'Without an Authorization header: 401',
      text: 'A request without an Authorization header is answered with 401.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'The route lacks the authentication middleware, or falls back to a guest or to another header.',
      fix: 'Answer 401 before anything is read, when there is no Authorization header.',
    },
    () => [noHeader],
  ),
  rejected(
    {
      id: 'scheme-alone-refused',
      level: 'MUST',
      title: 'The scheme without a token: 401',
      text: 'An Authorization header that holds the scheme and no token is answered with 401.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'An empty token matches an empty or absent row, or the middleware only looks for the word Bearer.',
      fix: 'Reject an empty token.',
    },
    schemeAlone,
  ),
  rejected(
    {
      id: 'unknown-token-refused',
      level: 'MUST',
      title: 'A token that nobody has: 401',
      text: 'A random token of the same form as a valid one is answered with 401.',
      source: 'Error Responses, 401 Unauthorized',
      causes: 'Only the form of the token is checked, or the lookup fails open.',
      fix: 'Look the token up, and reject what is not found.',
    },
    ({ caller }) => [unknownToken(caller)],
  ),
  rejected(
    {
      id: 'altered-token-refused',
      level: 'MUST',
      title: 'A token that is almost right: 401',
      text: 'A valid token with a character changed, cut off or added is answered with 401: the whole token counts.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'The lookup compares a prefix, trims, or uses LIKE or a collation that ignores differences.',
      fix: 'Compare the whole token, exactly.',
    },
    (context) => [
      ...alteredTokens(context.caller),
      ...(context.isFull ? hiddenTokens(context.caller) : []),
    ],
  ),
  rejected(
    {
      id: 'placeholder-token-refused',
      level: 'MUST',
      title: 'A placeholder in place of a token: 401',
      text: 'Zeros, letters, null, undefined, %, * and SQL in quotes are not valid tokens and are answered with 401.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'The token is pasted into a query, patterns are matched, or absent values turn into the words null or undefined.',
      fix: 'Bind the token as a parameter, compare it exactly, and answer 401 to all that is not found.',
    },
    ({ caller }) => placeholders(caller),
  ),
  rejected(
    {
      id: 'other-scheme-refused',
      level: 'MUST',
      title: 'A valid token in another scheme: 401',
      text: 'Only the scheme Bearer and a token count: Basic, Token, no scheme at all, and name and password in place of a token are answered with 401.',
      source: 'Authentication',
      causes:
        'The scheme is not looked at, and whatever follows the first space is taken for the token.',
      fix: 'Accept the scheme Bearer alone.',
    },
    (context) => [
      ...otherSchemes(context.caller, context.mayBeLogged),
      ...(context.isFull ? logins(context.sandbox.user('caller')) : []),
    ],
    [401],
    ({ mayBeLogged }) =>
      mayBeLogged
        ? undefined
        : 'the token as a Basic user name was not sent, for proxies log it; --allow-token-in-url sends it',
  ),
  rejected(
    {
      id: 'unreadable-token-refused',
      level: 'MUST',
      title: 'An oversized or non-ASCII token is rejected cleanly',
      text: 'A token of 4,000 characters or of Latin-1 bytes is rejected: with 401, or with 400, 403 or 431 as proxies do.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'A very long or non-ASCII header breaks the parser or the database call, and an error page with 500 comes out.',
      fix: 'Reject what cannot be a token before it is used.',
    },
    unreadableTokens,
    [401, 400, 403, 431],
  ),
  rejected(
    {
      id: 'other-header-refused',
      level: 'MUST',
      title: 'A token in another header is a missing header: 401',
      text: 'A valid token in X-API-Key, X-Auth-Token, Private-Token, X-Forwarded-Authorization, Proxy-Authorization and the like, and no Authorization header, is answered with 401.',
      source: 'Authentication',
      causes: "A gateway or an older client's header is still honoured.",
      fix: 'Read the token from Authorization alone.',
    },
    ({ caller }) => inHeaders(caller),
  ),
  rejected(
    {
      id: 'cookie-refused',
      level: 'MUST',
      title: 'A token in a cookie is a missing header: 401',
      text: 'A valid token in a cookie, without an Authorization header, is answered with 401.',
      source: 'Authentication',
      causes: "The web interface's cookie opens the API too.",
      fix: 'Read the token from Authorization alone; cookies invite cross-site requests.',
    },
    ({ caller }) => inCookies(caller),
  ),
  rejected(
    {
      id: 'query-refused',
      level: 'MUST',
      title: 'A token in the query is a missing header: 401',
      text: 'A valid token in the query, without an Authorization header, is answered with 401.',
      source: 'Authentication',
      causes: 'Tokens in links are honoured, for downloads say.',
      fix: 'Read the token from Authorization alone; URLs end in logs.',
      inapplicable: ({ mayBeLogged }) =>
        mayBeLogged
          ? undefined
          : 'it would write a token that was given into the access logs on the way; --allow-token-in-url sends it',
    },
    ({ caller }) => inParameters(caller),
  ),
  ...sessions,
  ...requests,
  ...endings,
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
      id: 'scheme-in-any-case',
      level: 'SHOULD',
      title: 'The name of the scheme may be in any case',
      text: 'bearer and BEARER name the same scheme as Bearer.',
      source: 'RFC 9110, section 11.1',
      causes: 'The prefix is compared as text.',
      fix: 'Compare the scheme without regard to case, and the token exactly.',
    },
    async (context) => {
      const reads = await sendAll(context, schemeCases(context.caller));
      failEach(reads, ({ accepted, status }) =>
        accepted
          ? []
          : [{ expected: 'to be accepted, as with Bearer', received: `status ${status}` }],
      );
      return `over ${reads.length} spellings`;
    },
  ),
  rejecting(
    {
      id: 'token-case-ignored',
      level: 'NOTE',
      title: 'The case of a token counts',
      text: 'A token in the other case is not a valid token. A server that stores UUIDs may ignore it.',
      source: 'Authentication',
      causes: 'The column of tokens has a collation that ignores case, or holds UUIDs.',
      fix: 'Compare tokens exactly, if their case carries information.',
    },
    async (context) => {
      const probe = otherCase(context.caller);
      if (!probe) throw new Inconclusive('the token has no letters', 'untested');
      const [read] = await sendAll(context, [probe]);
      if (read?.accepted)
        failIf([
          { expected: 'status 401', received: `status ${read.status}`, curl: read.exchange.curl },
        ]);
      return 'it is rejected';
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
]);

async function accepted(context: Context, names: readonly CredentialName[]): Promise<string> {
  const credentials = context.given(...names);
  const reads = (await context.reads()).filter((read) =>
    credentials.some(({ token }) => token === read.credential.token),
  );
  const rejections = credentials.flatMap((one) => context.rejections(one));
  failEach([...new Set([...reads, ...rejections])], ({ rejected, status }) =>
    rejected ? [{ expected: 'to be accepted', received: `status ${status}` }] : [],
  );
  for (const read of reads) {
    read.requireAnswer();
    if (!read.accepted) throw new Inconclusive(`${read.trouble}: see status-200`);
  }
  return `over ${reads.length} requests`;
}

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
