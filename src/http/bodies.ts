import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { gunzip } from 'node:zlib';
import { maxBytes, type Room } from './memory.ts';

/** Shorter bodies cost less than what tells them apart. */
const fewest = 4096;

/** Bodies by what is in them: one that comes again is kept, and judged, once. */
export class Bodies {
  readonly #known = new Map<string, WeakRef<Buffer>>();

  /** The body that came first with the same bytes. */
  once(body: Buffer): Buffer {
    if (body.length < fewest) return body;
    const hash = createHash('sha256').update(body).digest('base64');
    const known = this.#known.get(hash)?.deref();
    if (known) return known;
    this.#known.set(hash, new WeakRef(body));
    return body;
  }
}

type Callback = (error: Error | null, body: unknown) => void;

/** There is no room for a body: it may be asked for again when others are done. */
class NoRoom extends Error {
  readonly code = 'NO_ROOM';
}

/** Reads a body into a room; superagent's own parsers put what they cannot read into their errors. */
export function collector(room: Room): (response: unknown, done: Callback) => void {
  return (response, done) => {
    const chunks: Buffer[] = [];
    const stream = response as IncomingMessage;
    stream.on('data', (chunk: Buffer) => {
      // What does not fit goes by: superagent takes whatever else ends a response for two errors.
      if (room.reserve(chunk.length)) chunks.push(chunk);
      else chunks.length = 0;
    });
    stream.on('end', () => {
      if (room.isFull) return done(new NoRoom('no room'), undefined);
      const body = Buffer.concat(chunks);
      // Equivalent to gzip (RFC 9110, section 8.4.1.3), which superagent does not know.
      if (stream.headers['content-encoding'] !== 'x-gzip') return done(null, body);
      return gunzip(body, { maxOutputLength: maxBytes }, (error, plain) => done(error, plain));
    });
  };
}
