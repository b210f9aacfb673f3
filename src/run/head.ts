import { describe } from '../contract/describe.ts';
import type { IncomingResponse } from '../http/exchange.ts';

/** Names that may be shown: any other could be a secret, or a name. */
const wellKnown =
  /^(accept-ranges|access-control-(allow-(credentials|headers|methods|origin)|expose-headers|max-age)|age|allow|alt-svc|cache-control|connection|content-(encoding|language|length|security-policy|type)|date|etag|expires|keep-alive|last-modified|link|location|pragma|ratelimit(-(limit|policy|remaining|reset))?|referrer-policy|retry-after|server|server-timing|set-cookie|strict-transport-security|traceparent|transfer-encoding|vary|via|www-authenticate|x-(cache|content-type-options|frame-options|powered-by|ratelimit-(limit|remaining|reset)|request-id))$/i;

/** Values that say nothing of anybody. */
const harmless =
  /^(no-store|no-cache|private|public|chunked|gzip|br|deflate|identity|close|keep-alive|nosniff|bytes|0|application\/json(; ?charset=utf-8)?|text\/html(; ?charset=utf-8)?)$/i;

/** The fields of a response in the order in which they came, each value described as strings are. */
export function headOf({ status, rawHeaders }: IncomingResponse): string {
  const lines = [`status ${status}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]];
    const shown = wellKnown.test(name) ? name : `a field whose name has ${name.length} characters`;
    lines.push(`${shown}: ${harmless.test(value) ? value : describe(value)}`);
  }
  return lines.join('\n');
}
