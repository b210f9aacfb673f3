import { failEach } from '../src/checks/findings.ts';
import { ofTopic } from '../src/checks/kinds.ts';
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
import { inCookies, inHeaders, inParameters } from '../src/checks/probes-of-requests.ts';
import { rejected, rejecting, sendAll } from '../src/checks/rejected.ts';
import { failIf, Inconclusive } from '../src/contract/finding.ts';
import { acceptance } from './authentication/acceptance.ts';
import { endings } from './authentication/endings.ts';
import { rejections } from './authentication/rejections.ts';
import { requests } from './authentication/requests.ts';
import { sessions } from './authentication/sessions.ts';

export const authentication = ofTopic('authentication', [
  ...acceptance,
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
      text: 'A valid token with a character changed, cut off or added is answered with 401, and so is one in the other case that has letters of both: the whole token counts.',
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
  ...rejections,
]);
