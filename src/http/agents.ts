import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { Target } from './target.ts';

/** What an agent that tunnels is told beside what every agent is. */
export interface TunnelOptions extends AgentOptions {
  /** The option or variable that names the proxy. */
  readonly from: string;
  /** How long a proxy may take to open a tunnel, in milliseconds. */
  readonly connectMs: number;
}

/** A proxy, with the library that tunnels through it, which is loaded only where there is one. */
export interface Tunnel {
  readonly url: URL;
  /** The option or variable that names it. */
  readonly from: string;
  readonly Agent: new (proxy: URL, options: TunnelOptions) => HttpAgent & { options: object };
}

/** How a connection to the target is made, beside its address. */
export interface Connecting {
  /** Certificate authorities in PEM, beside the known ones. */
  readonly authorities: readonly string[];
  readonly insecure?: boolean | undefined;
  /** The certificate with which the client shows who it is, in PEM. */
  readonly certificate?: {
    readonly cert: string;
    readonly key: string;
    readonly passphrase?: string;
  };
  /** The address to connect to, in place of what the name of the host resolves to. */
  readonly address?: string | undefined;
  readonly tunnel?: Tunnel | undefined;
}

/**
 * The agents of a client: one keeps its connections, those of the other are used once. An http
 * target is tunnelled through a proxy as well, so that the proxy logs no path.
 */
export function agentsOf(
  target: Target,
  connecting: Connecting,
  { maxSockets, timeoutMs }: { readonly maxSockets: number; readonly timeoutMs: number },
) {
  const { tunnel, address } = connecting;
  const options = target.tls ? toTarget(target, connecting) : {};
  const create = (more: { keepAlive: boolean; maxSockets?: number }): HttpAgent => {
    if (tunnel) {
      const { url, from, Agent } = tunnel;
      // A little less than a request has, so that the proxy is named and not the target.
      const agent = new Agent(url, {
        ...{ ...trust(connecting), ...more, from, connectMs: timeoutMs * 0.9 },
      });
      // What is given to it is for the proxy; this is for what is behind. Unless it is told whether
      // that is TLS, it guesses from its callers, and finds no connection again that it has kept.
      Object.assign(agent.options, options, { secureEndpoint: target.tls });
      return agent;
    }
    const found = address ? { lookup: always(address) } : {};
    return new (target.tls ? HttpsAgent : HttpAgent)({ ...options, ...found, ...more });
  };
  return { kept: create({ keepAlive: true, maxSockets }), fresh: create({ keepAlive: false }) };
}

/** Options of a TLS connection to the target. */
function toTarget({ base }: Target, { certificate, ...connecting }: Connecting) {
  const { hostname } = new URL(base);
  // By default that of the Host header, which a probe may change.
  const servername = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { servername: hostname } : {};
  return { ...trust(connecting, certificate), ...servername };
}

/** Whom a TLS connection trusts. The context is created once: it takes as long as a request. */
function trust(
  { authorities, insecure }: Pick<Connecting, 'authorities' | 'insecure'>,
  certificate?: Connecting['certificate'],
) {
  // Said aloud, for NODE_TLS_REJECT_UNAUTHORIZED would be obeyed silently.
  const rejectUnauthorized = !insecure;
  if (authorities.length === 0 && !certificate) return { rejectUnauthorized };
  // Named authorities replace those that Node knows, NODE_EXTRA_CA_CERTS included.
  const ca = authorities.length > 0 ? { ca: [...rootCertificates, ...authorities] } : {};
  return { rejectUnauthorized, secureContext: createSecureContext({ ...ca, ...certificate }) };
}

function always(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4;
  return (_, { all }, callback) =>
    all ? callback(null, [{ address, family }]) : callback(null, address, family);
}
