import { Inconclusive } from '../contract/finding.ts';
import type { Context } from '../portal/context.ts';
import type { Credential, Reader } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import { unknownToken } from './probes.ts';
import { firstThat } from './shown.ts';

// Somebody in front of the portal, a gateway or a firewall, has another hand than the portal, which
// rejects a token that nobody has.

/** Fields that two responses of one server need not have in common. */
const passing =
  /^(age|connection|content-length|date|etag|keep-alive|retry-after|set-cookie|transfer-encoding|vary|www-authenticate)$/;

/** Whose response it is, as far as its media type and the names of its fields tell. */
export function handOf(read: ListRead): string {
  const names = Object.keys(read.exchange.response?.headers ?? {}).filter(
    (name) => !passing.test(name),
  );
  return [read.mediaType, ...names.sort()].join(' ');
}

/** A request with a token that nobody has. */
export function unknownReader(caller: Credential): Reader {
  const { what, bearer = '' } = unknownToken(caller);
  return { label: what, variable: 'A_TOKEN_THAT_NOBODY_HAS', token: bearer };
}

/**
 * Some reads with valid tokens without those that somebody in front answered with 403, who limits
 * requests or bans a client: that passes, and is in another hand than the portal's 401.
 *
 * @throws Inconclusive when every token is answered with 403 to the end of the settle bound
 */
export async function withoutFront(
  context: Context,
  reads: readonly ListRead[],
): Promise<readonly ListRead[]> {
  const suspects = reads.filter(({ status }) => status === 403);
  if (suspects.length === 0) return reads;
  const portal = await firstThat(
    context,
    unknownReader(context.caller),
    ({ status }) => status === 401,
  );
  if (portal === undefined) {
    const control = await context.readNow(context.caller);
    if (control.accepted) return reads;
    throw new Inconclusive('every token is answered with 403, also one that nobody has');
  }
  const others = suspects.filter((read) => handOf(read) !== handOf(portal));
  const readers = new Map(others.map(({ credential }) => [credential.token, credential]));
  const passed = new Set<string>();
  for (const [token, reader] of readers) {
    if (await firstThat(context, reader, ({ accepted }) => accepted)) passed.add(token);
  }
  const front = new Set(others.filter(({ credential }) => passed.has(credential.token)));
  return reads.filter((read) => !front.has(read));
}
