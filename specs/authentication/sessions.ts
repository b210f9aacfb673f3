import { unlessGiven, type WithoutTopic } from '../../src/checks/kinds.ts';
import { alteredSessions, otherSchemes } from '../../src/checks/probes.ts';
import {
  inEveryCookie,
  inEveryHeader,
  inEveryParameter,
  ofSession,
} from '../../src/checks/probes-of-requests.ts';
import { rejected } from '../../src/checks/rejected.ts';

const inapplicable = unlessGiven('caller.session', 'PORTAL_CALLER_SESSION');
/** So many of the other schemes are tried with a session token, too. */
const schemesOfSession = 3;
const needs = ['caller.session'] as const;

/** A session token counts as an API token does: whole, and in the header alone. */
export const sessions: readonly WithoutTopic[] = [
  rejected(
    {
      id: 'altered-session-refused',
      level: 'MUST',
      title: 'A session token that is almost right: 401',
      text: 'A valid session token with a character changed, cut off or added is answered with 401: the whole token counts.',
      source: 'Error Responses, 401 Unauthorized',
      causes:
        'Sessions are looked up by a prefix or a pattern, or their signature is not verified.',
      fix: 'Compare the whole session token, exactly; verify what is signed.',
      needs,
      inapplicable,
    },
    (context) => ofSession(alteredSessions(context.needed('caller.session'))),
  ),
  rejected(
    {
      id: 'session-elsewhere-refused',
      level: 'MUST',
      title: 'A session token in another place is a missing header: 401',
      text: 'A valid session token in a cookie, in another header or in another scheme, and in no Bearer header, is answered with 401.',
      source: 'Authentication',
      causes: "The web interface's cookie, or a gateway's header, opens the API too.",
      fix: 'Read session tokens from Authorization: Bearer alone; cookies invite cross-site requests.',
      needs,
      inapplicable,
    },
    (context) => {
      const session = context.needed('caller.session');
      return [
        ...inEveryHeader(session),
        ...inEveryCookie(session),
        ...(context.mayBeLogged ? inEveryParameter(session) : []),
        ...ofSession(otherSchemes(session, context.mayBeLogged).slice(0, schemesOfSession)),
      ];
    },
  ),
];
