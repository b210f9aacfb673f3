import { isObject } from '../contract/json.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { IncomingResponse } from '../http/exchange.ts';
import { listPath } from '../http/target.ts';

/** A response that was saved. */
export interface Saved {
  readonly response: IncomingResponse;
  /** Whether status and headers were saved, too. */
  readonly head: boolean;
  /** What the saved file holds beside the response that may be a credential. */
  readonly secrets: readonly string[];
}

/**
 * Reads a body, what `curl -i` printed (the last of its heads counts), or a HAR, in which the last
 * response to the list counts.
 *
 * @throws Misconfigured when there is nothing that could be judged
 */
export function readSaved(saved: Buffer): Saved {
  if (isGzip(saved)) throw compressed();
  if (isRewritten(saved))
    throw new Misconfigured(
      "The saved response is in UTF-16, as PowerShell's > writes it, which is not how the portal sent it: save it with curl.exe -i -o FILE.",
    );
  const text = unmarked(saved.subarray(0, 65_536));
  if (/^\s*StatusCode\s+: \d{3}\s/.test(text))
    throw new Misconfigured(
      'This is what Invoke-WebRequest prints, which shortens the response: save it with curl.exe -i -o FILE.',
    );
  if (/^\s*\{\s*"schemaVersion"\s*:\s*\d+\s*,\s*"suite"\s*:/.test(text))
    throw new Misconfigured(
      'This is a report of this suite, and no response: portal-conformance report converts it.',
    );
  if (isVerbose(text))
    throw new Misconfigured(
      'This is what curl -v prints, with *, > and < before each line: save the response with curl -i instead. What was saved holds the token that was sent.',
    );
  const har = /^\s*\{\s*"log"\s*:/.test(text) ? readHar(unmarked(saved)) : undefined;
  // An editor's mark before a head is no part of the body.
  const isMarked = /^\uFEFFHTTP\//.test(saved.subarray(0, 8).toString('utf8'));
  return har ?? readPrinted(isMarked ? saved.subarray(3) : saved);
}

/** The text without an editor's mark before it. */
function unmarked(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** Whether a shell of Windows wrote it: with a head, or with the line break that it adds. */
function isRewritten(saved: Buffer): boolean {
  if (saved[0] !== 0xff || saved[1] !== 0xfe) return false;
  const text = saved.toString('utf16le').slice(1);
  return text.startsWith('HTTP/') || text.endsWith('\r\n');
}

/** The marks that curl -v writes before what it sends and receives. */
function isVerbose(text: string): boolean {
  const lines = text.split(/\r?\n/);
  return (
    lines.some((line) => /^> [A-Z]+ \S+ HTTP\/\d/.test(line)) ||
    lines.some((line) => /^< HTTP\/\d/.test(line))
  );
}

const headEnd = /\r?\n\r?\n/;

function readPrinted(saved: Buffer): Saved {
  let rest = saved;
  let head = '';
  for (let text = start(rest); /^HTTP\/\d/.test(text); text = start(rest)) {
    const end = headEnd.exec(text);
    head = end ? text.slice(0, end.index) : text;
    rest = rest.subarray(end ? end.index + end[0].length : rest.length);
  }
  if (head === '' && isBlank(rest))
    throw new Misconfigured(
      'The saved response is empty: no headers and no body. Did the request fail?',
    );
  const [statusLine = '', ...fields] = head.split(/\r?\n/);
  const pairs = fields.map((field) => {
    const at = field.indexOf(':');
    return [field.slice(0, at).trim(), field.slice(at + 1).trim()] as const;
  });
  const status = head === '' ? 200 : Number(/^HTTP\/\S+ (\d{3})/.exec(statusLine)?.[1] ?? 0);
  const response = responseOf(status, pairs, rest);
  // curl --compressed decodes the body and leaves the field; text has no other control characters.
  const { 'content-encoding': encoding = 'identity' } = response.headers;
  const isBinary = /[\0-\x08\x0e-\x1f]/.test(start(rest));
  if (isGzip(rest) || (isBinary && !/^identity$/i.test(encoding))) throw compressed();
  return { response, head: head !== '', secrets: [] };
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function compressed(): Misconfigured {
  return new Misconfigured('The saved response is compressed: save it with curl --compressed.');
}

interface HarEntry {
  readonly request?: {
    readonly method?: unknown;
    readonly url?: unknown;
    readonly headers?: unknown;
  };
  readonly response?: {
    readonly status?: unknown;
    readonly headers?: unknown;
    readonly content?: { readonly text?: unknown; readonly encoding?: unknown };
  };
}

/** The HTTP Archive that a browser, or a proxy, saves. */
function readHar(text: string): Saved | undefined {
  let entries: unknown;
  try {
    entries = (JSON.parse(text) as { log?: { entries?: unknown } }).log?.entries;
  } catch {
    throw new Misconfigured('The saved file begins as a HAR, and is not JSON: was it cut?');
  }
  if (!Array.isArray(entries)) return undefined;
  const lists = (entries as HarEntry[]).filter(isList);
  // The browser had it already, and shows that in its place.
  const entry = lists.findLast(({ response }) => response?.status !== 304);
  if (!entry && lists.length > 0)
    throw new Misconfigured(
      'The HAR has the list from the cache of the browser alone (304): switch that off while it is recorded.',
    );
  if (!entry)
    throw new Misconfigured(
      `The HAR has no GET of ${listPath} that was answered: open it while it is recorded.`,
    );
  const { status, headers, content } = entry.response ?? {};
  const { text: body, encoding } = content ?? {};
  if (typeof body !== 'string')
    throw new Misconfigured('The HAR has the response without its body: save it "with content".');
  // The body in it is decoded.
  const kept = pairsOf(headers).filter(
    ([name]) => !/^(content-encoding|content-length|transfer-encoding)$/i.test(name),
  );
  const bytes = Buffer.from(body, encoding === 'base64' ? 'base64' : 'utf8');
  return {
    response: responseOf(Number(status), kept, bytes),
    head: true,
    secrets: secretsIn(entry),
  };
}

function isList({ request, response }: HarEntry): boolean {
  const { method, url } = request ?? {};
  if (method !== 'GET' || typeof url !== 'string' || !URL.canParse(url)) return false;
  return new URL(url).pathname.endsWith(listPath) && Number(response?.status) >= 100;
}

/** What a HAR keeps of the request: the bearer token and cookies. */
function secretsIn({ request }: HarEntry): string[] {
  const fields = pairsOf(request?.headers).filter(([name]) =>
    /^(authorization|cookie)$/i.test(name),
  );
  return fields.flatMap(([, value]) => [value, ...value.split(/[\s;=]+/)]);
}

function pairsOf(headers: unknown): (readonly [name: string, value: string])[] {
  return (Array.isArray(headers) ? headers : []).flatMap((one) =>
    // Browsers show some that begin with a colon, which HTTP/2 has in place of a status line.
    isObject(one) && typeof one.name === 'string' && !one.name.startsWith(':')
      ? [[one.name, String(one.value)] as const]
      : [],
  );
}

function responseOf(
  status: number,
  pairs: readonly (readonly [name: string, value: string])[],
  body: Buffer,
): IncomingResponse {
  return { status, headers: joined(pairs), rawHeaders: pairs.flat(), body };
}

/** Fields by name, in lower case; repeated ones are joined, but for the type, as Node does. */
function joined(fields: readonly (readonly [name: string, value: string])[]) {
  const headers = new Map<string, string>();
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    const known = headers.get(key);
    if (known === undefined) headers.set(key, value);
    else if (key !== 'content-type') headers.set(key, `${known}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function isBlank(bytes: Buffer): boolean {
  return start(bytes).trim() === '' && bytes.toString('latin1').trim() === '';
}

/** The beginning of a text, a byte for each character: heads are ASCII. */
function start(bytes: Buffer): string {
  return bytes.subarray(0, 65_536).toString('latin1');
}
