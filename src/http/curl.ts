import { stringifyExact } from './exact-json.ts';
import type { OutgoingRequest } from './exchange.ts';
import type { Target } from './target.ts';

/** What a `curl` command repeats of how a run reaches its target. */
export interface CurlOptions {
  readonly target: Target;
  readonly origin?: string | undefined;
  /** A certificate authority in PEM, beside the known ones, and the file it came from. */
  readonly ca?: { readonly pem: string; readonly file: string } | undefined;
  readonly insecure?: boolean | undefined;
}

/** The `curl` command that sends the same request; tokens are named by their variables. */
export function curlCommand(
  request: OutgoingRequest,
  { target, ca, insecure, origin }: CurlOptions,
): string {
  const words = ['curl -sS -i'];
  if (insecure) words.push('--insecure');
  if (ca) words.push(`--cacert ${quote(ca.file)}`);
  if (origin) words.push(`-H ${quote(`Origin: ${origin}`)}`);
  if (request.method) words.push(`-X ${request.method}`);
  if (request.json) {
    words.push(`-H 'Content-Type: application/json' -d ${quote(stringifyExact(request.json))}`);
  }
  if (request.curl) words.push(request.curl);
  const url = quote(target.base + request.path);
  words.push(request.query ? `${url}"${request.query.shell}"` : url);
  return words.join(' ');
}

/** A word for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
