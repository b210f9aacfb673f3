import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Behaviour, plain } from './behaviour.ts';
import { createPortal } from './portal.ts';
import { type SeedCredentials, seed } from './seed.ts';
import type { Store } from './store.ts';

export interface Reference {
  readonly url: string;
  readonly credentials: SeedCredentials;
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Starts a reference portal on a free port of this machine, with users and tokens in it. */
export async function startReference(behaviour: Behaviour = plain): Promise<Reference> {
  const { store, credentials } = seed(behaviour.newToken);
  const portal = createPortal(store, behaviour);
  const usual = async (request: Request) => portal.fetch(request);
  const { around } = behaviour;
  const fetch = around ? (request: Request) => around(request, usual, store) : usual;
  const server = createAdaptorServer({ fetch }) as Server;
  const address = behaviour.address ?? '127.0.0.1';
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://${address}:${port}`, credentials, store, close };
}
