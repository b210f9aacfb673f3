import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from 'node:net';

export interface Listening {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** A server that answers HTTP in its own way. */
export function http(listener: RequestListener): Promise<Listening> {
  return listen(createServer(listener), 'http');
}

/** The same behind TLS. */
export function https(
  tls: { key: string; cert: string },
  listener: RequestListener,
): Promise<Listening> {
  return listen(createTlsServer(tls, listener), 'https', 'localhost');
}

/** A server that does what it likes with a connection. */
export function raw(listener: (socket: Socket) => void): Promise<Listening> {
  return listen(createNetServer(listener), 'http');
}

/** A server of any kind, by the name of this machine. */
export function listening(server: Server, scheme: 'http' | 'https'): Promise<Listening> {
  return listen(server, scheme, 'localhost');
}

async function listen(server: Server, scheme: string, host = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { url: `${scheme}://${host}:${(server.address() as AddressInfo).port}`, close };
}

/** Passes requests on to a portal, below a path of its own if it has one. */
export function forwardTo(target: string, prefix = ''): RequestListener {
  return async (request, response) => {
    const path = request.url ?? '';
    if (!path.startsWith(prefix)) {
      response.writeHead(404).end('not found');
      return;
    }
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (
        value !== undefined &&
        !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name)
      )
        headers.set(name, String(value));
    }
    const { method = 'GET' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = method === 'GET' ? null : Buffer.concat(chunks);
    const answer = await fetch(target + path.slice(prefix.length), {
      ...{ method, headers, body },
      redirect: 'manual',
    }).catch(() => undefined);
    // A kept connection to the portal may close just as it is used.
    if (answer === undefined) return void request.socket.destroy();
    const kept = [...answer.headers].filter(
      ([name]) => !['connection', 'transfer-encoding', 'content-length'].includes(name),
    );
    response
      .writeHead(answer.status, Object.fromEntries(kept))
      .end(Buffer.from(await answer.arrayBuffer()));
  };
}
