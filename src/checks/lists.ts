import type { Context } from '../portal/context.ts';
import type { Credential } from '../portal/credential.ts';
import type { ListRead } from '../portal/list-read.ts';

/** Whose list something was seen in, as a finding says it. */
export function seen(list: ListRead): { credential: string; curl: string } {
  return { credential: list.credential.label, curl: list.exchange.curl };
}

/** Every list of one side with every token of the other, both ways. */
export async function pairs(
  context: Context,
  some: readonly Credential[],
  others: readonly Credential[],
) {
  const both = some.flatMap((one) =>
    others.flatMap((other) => [[one, other] as const, [other, one] as const]),
  );
  return Promise.all(
    both.map(async ([reader, token]) => ({ list: await context.list(reader), token })),
  );
}
