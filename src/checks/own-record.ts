import { createHash } from 'node:crypto';
import type { TokenRecord } from '../portal/body-facts.ts';
import type { ListRead } from '../portal/list-read.ts';

/** Where a token is listed. */
export interface OwnRecord {
  readonly index: number;
  readonly record: TokenRecord;
  /** Whether its id is the token, or only resembles it. */
  readonly exact: boolean;
}

/** The record of a token: under the token itself, or under what resembles it. */
export function recordOf(list: ListRead, token: string): OwnRecord | undefined {
  const exact = list.records.find(([, { id }]) => id === token);
  if (exact) return { index: exact[0], record: exact[1], exact: true };
  const stored = new Set(derived(token));
  const like = list.records.find(
    ([, { id }]) => typeof id === 'string' && resembles(id, token, stored),
  );
  return like && { index: like[0], record: like[1], exact: false };
}

function resembles(id: string, token: string, stored: ReadonlySet<string>): boolean {
  if (stored.has(id) || stored.has(id.toLowerCase())) return true;
  if (id.toLowerCase() === token.toLowerCase() || id.includes(token)) return true;
  if (id.replaceAll('-', '') === token.replaceAll('-', '')) return true;
  if (id.length >= 6 && (token.startsWith(id) || token.endsWith(id))) return true;
  // Two dots, or xx, are part of some tokens.
  const visible = id.split(/[*•…]{2,}|[.x]{4,}|…/i);
  if (visible.length === 1) return false;
  const [start = '', end = ''] = [visible[0], visible.at(-1)];
  return start.length + end.length >= 4 && token.startsWith(start) && token.endsWith(end);
}

/** What a portal might keep in place of a token. */
function* derived(token: string): Generator<string> {
  yield Buffer.from(token).toString('base64');
  yield Buffer.from(token).toString('base64url');
  yield [...token].reverse().join('');
  for (const algorithm of ['sha256', 'sha1', 'md5', 'sha512']) {
    const digest = createHash(algorithm).update(token).digest();
    yield digest.toString('hex');
    yield digest.toString('base64');
    yield digest.toString('base64url');
  }
}
