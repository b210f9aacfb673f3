import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  readonly url: string;
  readonly port: number;
  /** What was requested of it: `CONNECT localhost:443`. */
  readonly seen: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * A proxy that tunnels by CONNECT and knows nothing else.
 *
 * @param login what it wants in Proxy-Authorization, as `user:password`
 * @param answer what the n-th CONNECT is answered in place of a tunnel; null for nothing at all
 */
export async function connectProxy(
  login?: string,
  answer: (count: number) => string | null | undefined = () => undefined,
): Promise<ConnectProxy> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  });
  server.on('connect', (request, socket: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    sockets.add(socket.on('error', () => socket.destroy()));
    const instead = answer(seen.length);
    if (instead === null) return;
    if (instead !== undefined) {
      socket.end(`HTTP/1.1 ${instead}\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno`);
      return;
    }
    const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
    if (wanted && request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    // Names of the test's own are all here.
    const through = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(through).pipe(socket);
    });
    for (const one of [socket, through]) sockets.add(one.on('error', () => one.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, port, seen, close };
}
