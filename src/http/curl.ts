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
  /** Files of a client certificate. */
  readonly certFiles?:
    | { readonly cert: string; readonly key?: string; readonly isEncrypted?: boolean }
    | undefined;
  /** What goes with every request: its value, and the variable that holds it. */
  readonly headers?: readonly Header[] | undefined;
  /** `HOST:PORT:ADDRESS`. */
  readonly resolve?: string | undefined;
  /** A proxy that was named, as it is written in a command: without user information. */
  readonly proxy?: string | undefined;
}

/** A header for what stands in front of the portal. */
export interface Header {
  readonly name: string;
  readonly value: string;
  /** The environment variable that holds the value. */
  readonly variable: string;
}

/** The `curl` command that sends the same request; tokens are named by their variables. */
export function curlCommand(
  request: OutgoingRequest,
  { target, ca, certFiles, insecure, origin, headers = [], resolve, proxy }: CurlOptions,
): string {
  const words = ['curl -sS -i'];
  if (insecure) words.push('--insecure');
  if (ca) words.push(`--cacert ${quote(ca.file)}`);
  if (certFiles) words.push(`--cert ${quote(certFiles.cert)}`);
  if (certFiles?.key) words.push(`--key ${quote(certFiles.key)}`);
  if (certFiles?.isEncrypted) words.push('--pass "$PORTAL_KEY_PASSPHRASE"');
  if (resolve) words.push(`--resolve ${quote(resolve)}`);
  if (proxy) words.push(`--proxytunnel --proxy ${proxy}`);
  for (const { name, variable } of headers) words.push(`-H "${name}: $${variable}"`);
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
