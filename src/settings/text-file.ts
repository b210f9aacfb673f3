import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Misconfigured } from '../contract/misconfigured.ts';

/**
 * The text of a file, as people and Windows write it: UTF-8 or UTF-16, with a byte order mark or
 * without, and as `fleet` compresses reports.
 *
 * @throws Misconfigured, naming the option
 */
export function readText(path: string, option: string): string {
  try {
    const bytes = readFileSync(path);
    return decode(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? `The file of ${option} is neither UTF-8 nor UTF-16: ${path}`
        : `The file of ${option} cannot be read (${code}): ${path}${hints[option] ?? ''}`,
    );
  }
}

/** PowerShell writes UTF-16, and Notepad a byte order mark. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  const isWide = bytes.length > 1 && (second === 0 || (first === 0xff && second === 0xfe));
  const isSwapped = first === 0xfe && second === 0xff;
  const encoding = isSwapped ? 'utf-16be' : isWide ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

/** How a file that is not there comes to be. */
const hints: Readonly<Record<string, string>> = {
  '--baseline': ' (portal-conformance baseline write --from report.json proposes one)',
};
