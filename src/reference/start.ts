import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Fault, sound } from './fault.ts';
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
export async function startReference(fault: Fault = sound): Promise<Reference> {
  const { store, credentials } = seed();
  const server = createAdaptorServer({ fetch: createPortal(store, fault).fetch }) as Server;
  const address = fault.address ?? '127.0.0.1';
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
