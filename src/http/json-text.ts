import { isAscii } from 'node:buffer';
import { countRepeatedNames } from './repeated-names.ts';

/** A body read as RFC 8259 wants it. */
export interface JsonText {
  /** What keeps the body from being one well-formed UTF-8 JSON text. */
  readonly problem?: string;
  /** Whether it begins with a byte order mark. */
  readonly mark: boolean;
  /** Decoded each time: a long text is not kept. */
  readonly text: () => string;
  /** `undefined` when there is a problem. */
  readonly value?: unknown;
  readonly repeatedNames: () => number;
}

export const noBody = Buffer.alloc(0);
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const known = new WeakMap<Buffer, JsonText>();

/** Reads a body as RFC 8259 wants it, once. No message quotes the body. */
export function readJson(body: Buffer): JsonText {
  const json = known.get(body) ?? parse(body);
  known.set(body, json);
  return json;
}

function parse(body: Buffer): JsonText {
  const mark = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  const bytes = mark ? body.subarray(3) : body;
  const text = () => decode(bytes) ?? bytes.toString('latin1');
  const bad = (problem: string) => ({ problem, mark, text, repeatedNames: () => 0 });
  if (bytes.length === 0) return bad('the body is empty');
  const decoded = decode(bytes);
  if (decoded === undefined) return bad('the body is not UTF-8');
  try {
    const value = JSON.parse(decoded);
    return { mark, text, value, repeatedNames: () => countRepeatedNames(text, bytes, value) };
  } catch {
    return bad(
      /^\s*</.test(decoded)
        ? 'the body looks like markup, not JSON'
        : 'the body is not well-formed JSON',
    );
  }
}

/** Undefined when it is not UTF-8. */
function decode(bytes: Buffer): string | undefined {
  // A string of a byte for each character takes half the memory.
  if (isAscii(bytes)) return bytes.toString('latin1');
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
