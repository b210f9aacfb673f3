import { Misconfigured } from '../contract/misconfigured.ts';
import type { Requirement } from '../contract/requirement.ts';
import { schema } from '../contract/shape.ts';
import type { Context } from '../portal/context.ts';
import { credentialKinds } from '../portal/credential.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import { minLength } from '../secrets/search.ts';
import { options } from '../settings/options.ts';
import { secretsOf } from '../settings/proxy.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * Has everything secret that a call gives watched for. Our own words are public before the target
 * says anything: no token of its can claim them.
 *
 * @throws Misconfigured when the target holds a token
 */
export function watchSecrets(
  masker: SecretMasker,
  { target, ca, cert, key, origin, credentials, headers, proxy, callerLogin, admin = {} }: Settings,
  register: readonly Requirement<Context>[],
): void {
  const given = [...credentials.values(), admin.token].filter((one) => one !== undefined);
  if (given.some((token) => token.length >= minLength && target?.includes(token)))
    throw new Misconfigured(
      'The target holds a token that was given: URLs are logged. Give it without.',
    );
  const own = [register, options, credentialKinds, schema('report'), schema('api-token')];
  masker.allow(JSON.stringify([...own, target, ca?.file, cert?.file, key?.file, origin]));
  for (const token of given) masker.add(token);
  const onTheWay = [...headers.map(({ value }) => value), ...secretsOf(proxy)];
  for (const secret of onTheWay) masker.addPassword(secret);
  const passwords = [admin.password, callerLogin?.password];
  for (const password of passwords) if (password !== undefined) masker.addPassword(password);
}
