import { isMilliseconds } from '../contract/json.ts';
import { type Exchange, serverTime } from '../http/exchange.ts';
import type { TokenRecord } from './body-facts.ts';

/** The Date header has whole seconds, and several hosts behind one name have clocks of their own. */
export const serverGraceMs = 60_000;
/** Without a Date header there is only our clock, which may be minutes off. */
const ourGraceMs = 15 * 60_000;

/** The time at a response, and by how much it may be off, in milliseconds. */
export interface Clock {
  readonly now: number;
  readonly grace: number;
  /** Whether it is the server's; nothing may rest on ours. */
  readonly known: boolean;
}

/** @param offset by how much the server's clock is ahead of ours, where something showed it */
export function clockOf(exchange: Exchange, offset: number | undefined): Clock {
  const now = serverTime(exchange);
  if (now !== undefined) return { now, grace: serverGraceMs, known: true };
  if (offset === undefined) return { now: exchange.receivedAt, grace: ourGraceMs, known: false };
  return { now: exchange.receivedAt + offset, grace: serverGraceMs, known: true };
}

/** Whether a token is older than what may take a while to show, by the server's own clock. */
export function isOlder(
  record: TokenRecord | undefined,
  { now, grace }: Pick<Clock, 'now' | 'grace'>,
  boundMs: number,
): boolean {
  const createdAt = record?.createdAt;
  return isMilliseconds(createdAt) && createdAt < now - grace - boundMs;
}
