import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { TunnelOptions } from './agents.ts';
import { ProxyError } from './proxy-error.ts';

type ConnectOptions = Parameters<HttpsProxyAgent<string>['connect']>[1];

/** What is emitted when a proxy has answered. */
interface Connected {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Tunnels through a proxy. What the library leaves out: a proxy that does not answer is waited for
 * until a bound and not for ever, and what it answers in place of a tunnel is an error: it would be
 * taken for the response of the target.
 */
export class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #connectMs: number;
  readonly #from: string;

  constructor(proxy: URL, { from, connectMs, ...options }: TunnelOptions) {
    super(proxy, options);
    this.#from = from;
    this.#connectMs = connectMs;
  }

  override async connect(request: ClientRequest, options: ConnectOptions): Promise<Socket> {
    const { connectOpts, proxy } = this;
    const end = new AbortController();
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      end.abort();
    }, this.#connectMs);
    const stop = () => end.abort();
    request.once('abort', stop);
    let answer: Connected | undefined;
    request.once('proxyConnect', (connected: Connected) => {
      answer = connected;
    });
    const via = `${proxy.host} (${this.#from})`;
    try {
      // It connects before it waits for anything.
      this.connectOpts = { ...connectOpts, signal: end.signal };
      const opening = super.connect(request, options);
      this.connectOpts = connectOpts;
      const socket = await opening;
      const { statusCode: status = Number.NaN, headers = {} } = answer ?? {};
      // The library opens a tunnel for this one alone, and hands on the proxy's own answer for others.
      if (status === 200) return socket;
      socket.destroy();
      const schemes = schemesOf(headers['proxy-authenticate']);
      throw new ProxyError(via, { status, schemes, hasLogin: proxy.username !== '' });
    } catch (error) {
      if (error instanceof ProxyError || answer) throw error;
      const { code } = error as NodeJS.ErrnoException;
      // Without a code it is a connection that ended before an answer.
      const cause = isLate
        ? { code: 'ETIMEDOUT' }
        : code === undefined
          ? { code: 'ECONNRESET' }
          : error;
      throw new ProxyError(via, undefined, cause);
    } finally {
      clearTimeout(late);
      request.off('abort', stop);
    }
  }
}

function schemesOf(header: string | readonly string[] = []): string[] {
  const known = /^(basic|bearer|digest|negotiate|ntlm)\b/i;
  return [header].flat().map((one) => known.exec(one)?.[0].toLowerCase() ?? 'another scheme');
}
