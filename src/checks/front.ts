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
  /^(age|allow|connection|content-encoding|content-length|date|etag|keep-alive|location|retry-after|set-cookie|transfer-encoding|vary|www-authenticate)$/;

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
 * @throws Inconclusive when nothing is accepted any more, to the end of the settle bound
 */
export async function withoutFront(
  context: Context,
  reads: readonly ListRead[],
): Promise<readonly ListRead[]> {
  const suspects = reads.filter(({ status }) => status === 403);
  if (suspects.length === 0) return reads;
  if (!(await firstThat(context, context.caller, isAccepted))) {
    // A ban is of an address: no token and no path is accepted.
    if (await isKnown(context)) return reads;
    throw new Inconclusive(
      'no token of the run is accepted any more, by the list or by /auth/whoami',
    );
  }
  const portal = await portalsRejection(context);
  // Where the portal's own hand cannot be seen, what is accepted later says nothing against it.
  const foreign = suspects.filter((read) => !portal || handOf(read) !== handOf(portal));
  const readers = new Map(foreign.map(({ credential }) => [credential.token, credential]));
  const passed = new Set<string>();
  for (const [token, reader] of readers)
    if (await firstThat(context, reader, isAccepted)) passed.add(token);
  const front = new Set(foreign.filter(({ credential }) => passed.has(credential.token)));
  return reads.filter((read) => !front.has(read));
}

/** Whether anybody of the run is known to the portal now, by the list or by /auth/whoami. */
async function isKnown(context: Context): Promise<boolean> {
  if (await context.whoami(context.caller)) return true;
  const others = context.given('caller.session', 'teammate.token', 'outsider.token');
  const reads = await Promise.all(others.map((one) => context.readNow(one)));
  return reads.some(isAccepted);
}

/**
 * Fails with a read that does not accept a valid token at the end of a wait; what may be of somebody in
 * front leaves it undecided.
 */
export async function requireAccepted(context: Context, shut: ListRead | undefined): Promise<void> {
  if (!shut) return;
  failEach(await withoutFront(context, [shut]), ({ rejected, status }) =>
    rejected ? [{ expected: 'to be accepted', received: `status ${status}` }] : [],
  );
  throw new Inconclusive(shut.trouble);
}

/** How long somebody who limits wrong tokens may need to forget them, in milliseconds. */
const pauseMs = 1100;

/**
 * The portal's 401 to a token that nobody has; undefined when it has another answer, also a moment later.
 *
 * @param ask sends one
 */
export async function portalsRejection(
  context: Context,
  ask: () => Promise<ListRead> = () => context.readNow(unknownReader(context.caller)),
): Promise<ListRead | undefined> {
  const read = await ask();
  if (read.status === 401) return read;
  await context.pause(pauseMs);
  const again = await ask();
  return again.status === 401 ? again : undefined;
}

function isAccepted({ accepted }: ListRead): boolean {
  return accepted;
}
