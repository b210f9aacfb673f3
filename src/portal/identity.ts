import { isObject } from '../contract/json.ts';
import { parseExact } from '../http/exact-json.ts';
import { type Exchange, mediaType } from '../http/exchange.ts';
import { readJson } from '../http/json-text.ts';

/** Who a credential belongs to, according to `/auth/whoami`. */
export interface Identity {
  readonly userId: number | bigint | string;
  readonly accountId: number | bigint | string | undefined;
  readonly username?: string | undefined;
}

/** Reads an answer of `/auth/whoami`; undefined when it does not say. */
export function readIdentity({ response }: Exchange): Identity | undefined {
  if (response?.status !== 200 || mediaType(response) === 'text/html') return undefined;
  const { problem, text } = readJson(response.body);
  if (problem !== undefined) return undefined;
  const value = parseExact(text());
  if (!isObject(value) || !isScalar(value.userId)) return undefined;
  const account = value.account;
  const accountId = isObject(account) && isScalar(account.id) ? account.id : undefined;
  const username = typeof value.username === 'string' ? value.username : undefined;
  return { userId: value.userId, accountId, username };
}

function isScalar(value: unknown): value is number | bigint | string {
  return ['number', 'bigint', 'string'].includes(typeof value);
}
