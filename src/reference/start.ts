import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Behaviour, plain } from './behaviour.ts';
import { answeringAs } from './portal.ts';
import { type Seed, seed } from './seed.ts';

export interface Reference extends Seed {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface StartOptions {
  /** A free one unless it is given. */
  readonly port?: number;
  /** The address to listen on: 127.0.0.1 unless it is given. */
  readonly host?: string | undefined;
  /** The administrator's login; one with a random password unless it is given. */
  readonly admin?: Seed['admin'] | undefined;
  /** Key and certificate, in PEM, to serve https. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Another process of a portal has the same data. */
  readonly of?: Seed | undefined;
  /** Is called after every answer: something may have changed. */
  readonly onAnswer?: ((seeded: Seed) => void) | undefined;
}

/** Starts a reference portal on this machine, with users and tokens in it. */
export async function startReference(
  behaviour: Behaviour = plain,
  { port = 0, host, admin, tls, of, onAnswer }: StartOptions = {},
): Promise<Reference> {
  const seeded = of ?? seed(behaviour.newToken, admin);
  const answer = answeringAs(seeded.store, behaviour);
  const fetch = onAnswer
    ? (request: Request) => answer(request).finally(() => onAnswer(seeded))
    : answer;
  const overTls = tls ? { createServer: createTlsServer, serverOptions: { ...tls } } : {};
  const server = createAdaptorServer({ fetch, ...overTls }) as Server;
  if (behaviour.sendsDate === false)
    server.prependListener('request', (_, response) => {
      response.sendDate = false;
    });
  const address = behaviour.address ?? host ?? '127.0.0.1';
  server.listen(port, address);
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const name = address.includes(':') ? `[${address}]` : address;
  return { ...seeded, url: `${tls ? 'https' : 'http'}://${name}:${bound.port}`, close };
}
