import type { Tunnel } from '../http/agents.ts';
import { Client } from '../http/client.ts';
import { Limiter } from '../http/limiter.ts';
import type { Target, Writes } from '../http/target.ts';
import { Timeline } from '../http/timeline.ts';
import type { Proxy as ProxyOnTheWay } from '../settings/proxy.ts';
import type { Settings } from '../settings/settings.ts';
import { version } from './version.ts';

/** What a client is for, beside what the settings say. */
export interface Purpose {
  /** Named in the User-Agent, so that a request can be found in the server's log. */
  readonly purpose: string;
  /** What may be sent beside GET. */
  readonly writes: Writes;
  /** Ends every request that is in flight. */
  readonly signal: AbortSignal;
  /** That of the run, if another client of it has one. */
  readonly limiter?: Limiter;
  /** That of the run, if another client of it has one. */
  readonly timeline?: Timeline;
  /** Told when a target that answered before is gone. */
  readonly onGone?: () => void;
}

/** A client of the target, as the settings say. */
export function newClient(
  settings: Settings,
  target: Target,
  { purpose, writes, signal, limiter = new Limiter(settings.rate), ...more }: Purpose,
): Client {
  const { timeline = new Timeline(), onGone } = more;
  const { timeoutMs, settleMs, concurrency, origin, ca, insecure } = settings;
  const { headers, cert, key, resolve, proxy, tunnel, authorities } = settings;
  if (proxy && !tunnel) throw new Error('the proxy was not prepared');
  return new Client({
    target,
    userAgent: `portal-conformance/${version} (${purpose})`,
    patienceMs: settleMs,
    ...{ timeoutMs, concurrency, origin, ca, insecure, writes, signal, limiter, timeline },
    ...{ headers, tunnel },
    authorities: [...(ca ? [ca.pem] : []), ...authorities],
    ...(cert ? { certificate: certificateOf(cert, key) } : {}),
    certFiles: cert && {
      cert: cert.file,
      ...(key ? { key: key.file } : {}),
      isEncrypted: (key ?? cert).passphrase !== undefined,
    },
    ...(onGone ? { onGone } : {}),
    address: resolve?.address,
    resolve: resolve?.text,
    // For https curl finds that of the environment itself.
    proxy: proxy && (proxy.from === '--proxy' || !target.tls) ? inCommand(proxy) : undefined,
  });
}

function certificateOf(cert: NonNullable<Settings['cert']>, key: Settings['key']) {
  const { pem, passphrase } = key ?? cert;
  return { cert: cert.pem, key: pem, ...(passphrase === undefined ? {} : { passphrase }) };
}

/** A proxy in a command: its password is in a variable. */
function inCommand({ url: { username, origin }, from }: ProxyOnTheWay): string {
  if (from !== '--proxy') return `"$${from}"`;
  return username === '' ? origin : '"$PORTAL_PROXY"';
}

/** Loads what tunnels through a proxy, where there is one. */
export async function withTunnel<T extends Settings>(settings: T): Promise<T> {
  const { proxy } = settings;
  if (!proxy) return settings;
  const { TunnelAgent: Agent } = await import('../http/tunnel.ts');
  const tunnel: Tunnel = { ...proxy, Agent };
  return { ...settings, tunnel };
}
