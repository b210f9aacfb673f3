import { getHeapStatistics } from 'node:v8';

const mebibyte = 1024 * 1024;

/** Of what a process may have, this much is for the bodies of responses. */
const share = 4;

/**
 * What all runs of this process may keep of responses, decoded, in bytes: a quarter of the heap, or of
 * what a container allows, and no more than 256 MiB.
 */
export const budget = Math.min(
  256 * mebibyte,
  ...limits().map((limit) => Math.floor(limit / share)),
);

/** The largest response that is read, decoded. */
export const maxBytes = Math.floor(budget / share);

function limits(): number[] {
  const constrained = process.constrainedMemory?.() ?? 0;
  const { heap_size_limit: heap } = getHeapStatistics();
  // 0 and absurd numbers mean that nobody knows.
  return [heap, constrained].filter((limit) => limit > 0 && limit < 2 ** 53);
}

/**
 * How many objects and arrays a body may hold: parsed, each of them takes some 100 bytes, and a dozen
 * lists are looked at together.
 */
const maxValues = Math.floor(budget / 512);

/** Of a long body, so many slices of so many bytes are counted: a list is much the same all over. */
const [slices, sliceBytes] = [32, 32 * 1024];

/** Whether a body would take more memory parsed than there is. */
export function isTooMuch(body: Buffer): boolean {
  if (body.length < maxValues * 2) return false;
  const step = Math.max(sliceBytes, Math.floor(body.length / slices));
  let [counted, eighths] = [0, 0];
  for (let at = 0; at < body.length; at += step) {
    const slice = body.subarray(at, at + sliceBytes);
    counted += slice.length;
    for (const byte of slice) {
      if (byte === openBrace || byte === openBracket) eighths += 8;
      // What is no object is at least parted by commas.
      else if (byte === comma) eighths += 1;
    }
  }
  return (eighths * body.length) / counted > maxValues * 8;
}

const openBrace = 0x7b;
const openBracket = 0x5b;
const comma = 0x2c;

/** What is reserved for bodies that are being read, by all runs of this process, in bytes. */
let reserved = 0;

/** Where one body is read. */
export class Room {
  #bytes = 0;
  #isFull = false;

  /** Whether something did not fit; what was read until then counts no more. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether so many bytes more fit; one response at a time always does. */
  reserve(bytes: number): boolean {
    if (this.#isFull) return false;
    this.#isFull = reserved > this.#bytes && reserved + bytes > maxBytes * 2;
    if (this.#isFull) {
      this.release();
      return false;
    }
    this.#bytes += bytes;
    reserved += bytes;
    return true;
  }

  /** What was read is kept by somebody else, or by nobody; nothing more is read here. */
  release(): void {
    this.#isFull = true;
    reserved -= this.#bytes;
    this.#bytes = 0;
  }
}
