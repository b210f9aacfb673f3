/** A start that failed says why in its last lines. */
const maxLines = 20;

interface Logged {
  logs(options: { stdout: true; stderr: true; tail: number }): Promise<Buffer>;
}

/** The last lines that a container has logged, redacted. @param given what it was started with */
export async function lastLines(container: Logged, given: readonly string[]): Promise<string[]> {
  const raw = await container
    .logs({ stdout: true, stderr: true, tail: maxLines })
    .catch(() => Buffer.alloc(0));
  return unframed(raw)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-maxLines)
    .map((line) => redact(line, given).slice(0, 500));
}

/** The text of a log: each piece has a header of eight bytes, where there is no terminal. */
function unframed(raw: Buffer): string {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at + 8 <= raw.length && (raw[at] ?? 9) <= 2 && raw.readUIntBE(at + 1, 3) === 0) {
    const end = at + 8 + raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat([...pieces, raw.subarray(at)]).toString('utf8');
}

/** A line without what was given to the container, addresses, and what looks like a secret. */
export function redact(line: string, given: readonly string[]): string {
  const known = given
    .flatMap(spellings)
    .filter((value) => value.length >= 4)
    // One may be a part of another.
    .sort((one, other) => other.length - one.length);
  const plain = known.reduce((text, value) => text.replaceAll(value, '[given]'), line);
  return plain
    .replace(/(?<![^\s@<>"'])[^\s@<>"']+@[^\s@<>"',;]+/g, '[address]')
    .replace(/\b(bearer|basic)(\s+)\S{4,}/gi, '$1$2[secret]')
    .replace(/(token|password|secret|key)(["']?\s*[:=]\s*["']?)[^\s"',;]{4,}/gi, '$1$2[secret]')
    .replace(/[\w.~+/-]{20,}={0,2}/g, (run) =>
      /\d/.test(run) && /[a-z]/i.test(run) ? '[secret]' : run,
    );
}

/** A value as a log may spell it: a line of it, in JSON, percent-encoded or in base64. */
function spellings(value: string): string[] {
  return [value, ...value.split(/\r?\n/)].flatMap((one) => [
    one,
    JSON.stringify(one).slice(1, -1),
    encodeURIComponent(one),
    Buffer.from(one).toString('base64').replace(/=+$/, ''),
  ]);
}
