import { Inconclusive } from '../contract/finding.ts';
import type { Context } from '../portal/context.ts';
import type { Credential, Reader } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';
import { failEach } from './findings.ts';
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

/** How often a token that nobody has is tried, for somebody who limits requests may answer it. */
const tries = 3;

/**
 * Some reads with valid tokens without those that somebody in front answered with 403, who limits
 * requests or bans a client: that passes, and is in another hand than the portal's 401.
 *
 * @throws Inconclusive when somebody answers 403 to everything, to the end of the settle bound
 */
export async function withoutFront(
  context: Context,
  reads: readonly ListRead[],
): Promise<readonly ListRead[]> {
  const suspects = reads.filter(({ status }) => status === 403);
  if (suspects.length === 0) return reads;
  const portal = await rejectionOf(context);
  if (portal === undefined) return reads;
  const others = suspects.filter((read) => handOf(read) !== handOf(portal));
  const readers = new Map(others.map(({ credential }) => [credential.token, credential]));
  const passed = new Set<string>();
  for (const [token, reader] of readers)
    if (await firstThat(context, reader, isAccepted)) passed.add(token);
  const front = new Set(others.filter(({ credential }) => passed.has(credential.token)));
  return reads.filter((read) => !front.has(read));
}

/**
 * Fails with a read that does not accept a valid token at the end of a wait; what may be of somebody in
 * front leaves it undecided.
 */
export async function requireAccepted(context: Context, shut: ListRead | undefined): Promise<void> {
  if (!shut) return;
  failEach(await withoutFront(context, [shut]), ({ status }) => [
    { expected: 'to be accepted', received: `status ${status}` },
  ]);
  throw new Inconclusive(shut.trouble);
}

/** The portal's 401 to a token that nobody has, once nobody bans; undefined when it has another answer. */
async function rejectionOf(context: Context): Promise<ListRead | undefined> {
  for (let count = 0; count < tries; count += 1) {
    if (!(await firstThat(context, context.caller, isAccepted))) {
      // A ban is of an address, whatever it asks for.
      if (await context.whoami(context.caller)) return undefined;
      throw new Inconclusive('every request is answered with 403, whoever sends it');
    }
    const read = await context.readNow(unknownReader(context.caller));
    if (read.status === 401) return read;
  }
  return undefined;
}

function isAccepted({ accepted }: ListRead): boolean {
  return accepted;
}
