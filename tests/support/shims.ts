import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reference } from '../../src/reference/start.ts';
import type { Store } from '../../src/reference/store.ts';
import { forwardTo, http, type Listening } from './servers.ts';

/** Everything in a portal but times of use: what a run must leave as it was. */
export function stateOf({ accounts, users, tokens, sessions }: Store): string {
  const kept = tokens.map(({ lastUsedAt: _, uses: __, ...token }) => token);
  return JSON.stringify([accounts, users, kept, [...sessions.keys()]]);
}

/** Answers a request itself, or says that it does not. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A portal behind something that answers some requests itself. */
export function behind(portal: Reference, intercept: Interception): Promise<Listening> {
  const forward = forwardTo(portal.url);
  return http((request, response) => {
    if (!intercept(request, response)) forward(request, response);
  });
}

/** Whether a request is a call of the API: `POST /admin/createAccount`. */
export function isCall({ method, url }: IncomingMessage, what: string): boolean {
  return `${method} ${url?.replace('/api/portal/v1', '')}` === what;
}

/** A call that always fails. */
export function failing(what: string, status: number): Interception {
  return (request, response) => {
    if (!isCall(request, what)) return false;
    response.writeHead(status).end();
    return true;
  };
}

/** What somebody in between does with the answer of the portal. */
export type Answering = (
  answer: Response,
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void>;

/** A portal whose calls are carried out, and whose answers to some are dealt with in between. */
export function answered(
  portal: Reference,
  isMeant: (request: IncomingMessage) => boolean,
  deal: Answering,
): Promise<Listening> {
  return behind(portal, (request, response) => {
    if (!isMeant(request)) return false;
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method = 'GET', headers } = request;
      const kept = Object.entries(headers).filter(([name]) => /^(auth|content-type)/.test(name));
      const answer = await fetch(portal.url + request.url, {
        method,
        headers: Object.fromEntries(kept) as Record<string, string>,
        body: method === 'GET' ? null : Buffer.concat(chunks),
      });
      await deal(answer, response, request);
    })();
    return true;
  });
}
