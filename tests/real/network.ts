import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network that is not what it should be, between a client and a server. */
export interface Weather {
  /** How long each piece takes in either direction, in milliseconds. */
  readonly delayMs?: number;
  /** Whether a new connection is reset. @param count how many came before @param open how many are open beside it */
  readonly resets?: (count: number, open: number) => boolean;
  /** Whether a connection delivers nothing any more. */
  readonly stalls?: (count: number) => boolean;
  /** Whether the first piece of a response is cut in two, and the rest never comes. */
  readonly cuts?: (count: number) => boolean;
}

export interface Shim {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Passes bytes on to a port of this machine. */
export async function shim(to: number, weather: Weather): Promise<Shim> {
  const sockets = new Set<Socket>();
  let count = 0;
  let open = 0;
  const server = createServer((client) => {
    const number = count;
    count += 1;
    const upstream = connect(to, '127.0.0.1');
    const later = (act: () => void) => {
      if (weather.delayMs === undefined) act();
      else setTimeout(act, weather.delayMs);
    };
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        later(() => other.destroySoon());
      });
    }
    if (weather.resets?.(number, open)) return void client.resetAndDestroy();
    open += 1;
    client.on('close', () => {
      open -= 1;
    });
    client.on('data', (piece) => later(() => upstream.writable && upstream.write(piece)));
    if (weather.stalls?.(number)) return;
    let isFirst = true;
    upstream.on('data', (piece) => {
      const isCut = isFirst && weather.cuts?.(number) === true;
      isFirst = false;
      later(() => {
        if (!client.writable) return;
        client.write(isCut ? piece.subarray(0, piece.length / 2) : piece);
        if (isCut) client.destroySoon();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, close };
}
