import { BlockList, isIP } from 'node:net';
import { Misconfigured } from '../contract/misconfigured.ts';
import { isLoopback } from '../http/target.ts';
import type { Environment } from './option-reader.ts';

/** Through what requests go. */
export interface Proxy {
  /** With user information, if it needs some. */
  readonly url: URL;
  /** The option or variable that names it. */
  readonly from: string;
}

/**
 * The proxy on the way to a target: the one that was named, or that of the environment, as curl
 * reads it. What stays on this machine goes through a proxy only if one is named.
 *
 * @param named what `--proxy` says; `none` for no proxy
 * @throws Misconfigured
 */
export function readProxy(
  named: string | undefined,
  variables: Environment,
  target: string | undefined,
): Proxy | undefined {
  if (named?.toLowerCase() === 'none') return undefined;
  if (named !== undefined) return { url: parseProxy(named, '--proxy'), from: '--proxy' };
  if (target === undefined || !URL.canParse(target)) return undefined;
  const { protocol, hostname, port } = new URL(target);
  if (isLoopback(hostname)) return undefined;
  const names =
    protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const from = [...names, 'all_proxy', 'ALL_PROXY'].find((name) => variables[name]);
  const exceptions = variables.no_proxy ?? variables.NO_PROXY ?? '';
  if (from === undefined) return undefined;
  if (isExcepted(exceptions, hostname, port || (protocol === 'https:' ? '443' : '80')))
    return undefined;
  return { url: parseProxy(variables[from] as string, from), from };
}

function parseProxy(text: string, from: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url && decode(url.username + url.password) === undefined)
    throw new Misconfigured(
      `The user or password in ${from} has a % that is not written %25, as URLs want it.`,
    );
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw new Misconfigured(
    `${from} names no http or https proxy, such as http://proxy.example.com:3128; a / or # in its password is written %2F or %23.`,
  );
}

/** The text behind its percent-encoding; undefined when that is broken. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The user and the password of a proxy, as they are and as the URL has them. */
export function secretsOf(proxy: Proxy | undefined): readonly string[] {
  if (!proxy) return [];
  const { username, password } = proxy.url;
  return [username, password].flatMap((one) => [one, decode(one) ?? one]);
}

/** Whether NO_PROXY names a host: by name, by the end of it, by address or by network. */
function isExcepted(list: string, hostname: string, port: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, named = entry, itsPort = port] = /^(\[.*\]|[^:]+):(\d+)$/.exec(entry) ?? [];
      if (itsPort !== port) return false;
      const name = named.replace(/^\*?\.|^\[|[\].]$/g, '');
      return name === '*' || name === host || host.endsWith(`.${name}`) || isInside(name, host);
    });
}

/** Whether an address is in a network: `10.0.0.0/8`. */
function isInside(network: string, address: string): boolean {
  const [, base = '', bits = ''] = /^([\da-f.:]+)\/(\d+)$/.exec(network) ?? [];
  const version = isIP(base);
  if (version === 0 || isIP(address) !== version || Number(bits) > (version === 4 ? 32 : 128))
    return false;
  const [type, list] = [version === 4 ? 'ipv4' : 'ipv6', new BlockList()] as const;
  list.addSubnet(base, Number(bits), type);
  return list.check(address, type);
}
