import type { Context } from '../portal/context.ts';
import type { Reader } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';

/**
 * What is read when something shows everywhere; undefined when it does not within the settle bound.
 * The read itself is returned, for another one could come from a process that is late.
 */
export async function shown(
  context: Context,
  reader: Reader,
  isFine: (read: ListRead) => boolean,
  asked?: Parameters<Context['eventually']>[2],
): Promise<ListRead | undefined> {
  let last: ListRead | undefined;
  const holds = (read: ListRead) => {
    if (!isFine(read)) return false;
    last = read;
    return true;
  };
  const against = await context.eventually(reader, holds, asked);
  return against ? undefined : last;
}

/** The first read, one by one, that is as it should be; undefined when none is within the settle bound. */
export function firstThat(
  context: Context,
  reader: Reader,
  isFine: (read: ListRead) => boolean,
): Promise<ListRead | undefined> {
  return shown(context, reader, isFine, { times: 1 });
}
