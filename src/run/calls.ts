import type { Client } from '../http/client.ts';
import { AdaptedClient } from '../sandbox/adapted-client.ts';
import { Calls } from '../sandbox/calls.ts';
import type { Created } from '../sandbox/created.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * The calls that create and remove: those of the vendor's API, or of an adapter.
 *
 * @param settleMs how long what was just created may be unknown to some processes
 */
export function callsOf(
  client: Client,
  { sandbox, timeoutMs }: Pick<Settings, 'sandbox' | 'timeoutMs'>,
  created: Created,
  masker: SecretMasker,
  settleMs: number,
): Calls {
  if (!sandbox) return new Calls(client, masker, settleMs);
  const adapted = new AdaptedClient(client, sandbox, created.adapted, timeoutMs, masker);
  return new Calls(adapted, masker, settleMs);
}
