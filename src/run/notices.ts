import type { Limiter } from '../http/limiter.ts';
import type { Target } from '../http/target.ts';
import type { Created } from '../sandbox/created.ts';
import type { Settings } from '../settings/settings.ts';
import type { Prepared } from './preparation.ts';

/** Why a run ends whose target went away. */
export const gone = 'the target stopped answering and refuses every connection';

/** What may help, or explains, that not all was decided. */
export function adviceOf(
  { advice }: Limiter,
  { reason }: AbortSignal,
  prepared: Prepared,
): { advice?: string } {
  const why = reason === gone ? `What ended the run: ${gone}.` : (advice ?? adviceOnAway(prepared));
  return why ? { advice: why } : {};
}

/** Some limit requests, or ban a client, with a status that does not say so. */
function adviceOnAway(prepared: Prepared): string | undefined {
  const away = prepared.stop ? [] : prepared.surroundings.journal.statusesTurnedAway;
  if (away.length < 2) return undefined;
  const statuses = [...new Set(away)].join(', ');
  return `Valid tokens were answered with ${statuses} (${away.length} times) and accepted later: something in front probably limits requests or bans this client. Run again with --rate N or --concurrency N, or exempt the suite.`;
}

/** What a reader must know of how a run reached its target. */
export function noticesOf(
  { notices, insecure, image, callerLogin, profile }: Settings,
  { tls, loopback }: Target,
  { differences }: Pick<Created, 'differences'>,
  isReference: boolean,
): readonly string[] {
  const isOpen = !tls && !loopback;
  return [
    ...(isReference
      ? ['The reference portal that comes with the suite was judged, and no server of yours.']
      : []),
    ...notices,
    ...(callerLogin && profile !== 'full'
      ? [
          'PORTAL_CALLER_USERNAME was logged in by POST /auth/login, to be logged out by POST /auth/logout at the end.',
        ]
      : []),
    // There is no name for which a certificate of a container could be valid.
    ...(insecure && image === undefined
      ? ['The TLS certificate was not verified (--insecure).']
      : []),
    ...(isOpen ? ['Requests went over plain http: tokens can be read on the way.'] : []),
    ...[...differences].map(
      (one) => `Not a finding: ${one}; the list is compared with the answer.`,
    ),
  ];
}
