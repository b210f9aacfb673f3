import { once } from 'node:events';
import { createServer, type RequestListener, Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Misconfigured } from '../contract/misconfigured.ts';

/** What answers requests as hono, Workers and Bun do. */
export interface FetchHandler {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** A Fastify instance, as far as it is used. */
export interface FastifyLike {
  readonly ready: () => PromiseLike<unknown>;
  readonly routing: RequestListener;
}

/** A portal that can be reached, or that can be made to listen. */
export type Portal =
  | string
  | URL
  | Server
  | TlsServer
  | RequestListener
  | FetchHandler
  | FastifyLike;

/** A portal that is started when a run prepares; `stop` is called when it has ended. */
export interface Startable {
  readonly start: () => Portal | Promise<Portal>;
  readonly stop?: () => unknown;
}

/**
 * What a program has judged: the URL of a portal, an `http.Server`, a request listener (Express;
 * Koa's `app.callback()`), a Fastify instance, an object with `fetch`, or `{ start }`, which gives any
 * of these. A function is always a request listener.
 */
export type Subject = Portal | Startable;

/** Where a subject is reached. */
export interface OpenedSubject {
  readonly url: string;
  /** Whether it listens for this run alone, on this machine. */
  readonly startedHere: boolean;
  readonly close: () => Promise<void>;
}

const kinds =
  'the URL of a portal, an http.Server, a request listener, a Fastify instance, an object with fetch, or { start }; for Koa, app.callback()';

/** Whether a value can be judged at all. */
export function isSubject(value: unknown): value is Subject {
  if (typeof value === 'string' || typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof URL || isServer(value) || has(value, 'start') || isHandler(value);
}

/** @throws Misconfigured for what cannot be judged */
export function requireSubject(value: unknown): Subject {
  if (isSubject(value)) return value;
  throw new Misconfigured(`The target must be ${kinds}.`);
}

/**
 * Makes a subject listen, once, on a free port of 127.0.0.1. A URL, and a server that listens
 * already, are taken as they are, and are left as they are.
 *
 * @throws Misconfigured for what cannot be judged or cannot listen
 */
export async function openSubject(subject: Subject): Promise<OpenedSubject> {
  if (!has(subject, 'start') || isServer(subject)) return openPortal(subject as Portal);
  const { start, stop } = subject as Startable;
  const failed = (error: unknown) => {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : 'not an Error';
    throw new Misconfigured(`start() of the target failed (${why}).`);
  };
  const portal = await Promise.resolve()
    .then(() => start.call(subject))
    .catch(failed);
  if (!isSubject(portal) || has(portal, 'start'))
    throw new Misconfigured(`start() of the target must return ${kinds}.`);
  const opened = await openPortal(portal);
  const close = async () => {
    await opened.close();
    // What was started for this run ends with it.
    if (isServer(portal) && portal.listening) await closed(portal);
    await stop?.call(subject);
  };
  return { ...opened, close };
}

async function openPortal(portal: Portal): Promise<OpenedSubject> {
  if (typeof portal === 'string' || portal instanceof URL)
    return { url: String(portal), startedHere: false, close: async () => {} };
  if (isServer(portal) && portal.listening)
    return { url: urlOf(portal), startedHere: false, close: async () => {} };
  const server = await serverOf(portal);
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`The target cannot listen on 127.0.0.1 (${code}).`);
  }
  return { url: urlOf(server), startedHere: true, close: () => closed(server) };
}

async function serverOf(portal: Exclude<Portal, string | URL>): Promise<Server | TlsServer> {
  if (isServer(portal)) return portal;
  if (typeof portal === 'function') return createServer(portal);
  if (has(portal, 'routing')) {
    const { ready, routing } = portal as FastifyLike;
    await ready.call(portal);
    return createServer((request, response) => routing.call(portal, request, response));
  }
  const { fetch } = portal as FetchHandler;
  const { getRequestListener } = await import('@hono/node-server');
  // Its Request and Response stay those of this process.
  const listener = getRequestListener((request) => fetch.call(portal, request), {
    overrideGlobalObjects: false,
  });
  return createServer(listener);
}

function urlOf(server: Server | TlsServer): string {
  const address = server.address() as AddressInfo | string | null;
  if (address === null || typeof address === 'string')
    throw new Misconfigured('The target listens on a socket, not on a port.');
  const { port, address: host } = address;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  const everywhere = host === '::' || host === '0.0.0.0';
  return `${scheme}://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function closed(server: Server | TlsServer): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

function isServer(value: unknown): value is Server | TlsServer {
  return value instanceof Server || value instanceof TlsServer;
}

function isHandler(value: object): boolean {
  return has(value, 'fetch') || (has(value, 'routing') && has(value, 'ready'));
}

function has(value: unknown, name: string): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Record<string, unknown>)[name] === 'function'
  );
}
