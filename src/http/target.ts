import { Misconfigured } from '../contract/misconfigured.ts';

/** Where the Portal API is. */
export interface Target {
  /** Origin and path prefix, without a trailing slash: `https://host:9909/charts`. */
  readonly base: string;
  /** Whether what is sent stays on this machine. */
  readonly loopback: boolean;
  readonly tls: boolean;
}

export const apiPath = '/api/portal/v1';
export const listPath = `${apiPath}/apiTokens`;
export const whoamiPath = `${apiPath}/auth/whoami`;
/** Where a session is opened and ended. */
const sessionPaths = [`${apiPath}/auth/login`, `${apiPath}/auth/logout`];

/**
 * Reads a target: an http(s) URL with port and path prefix, down to the whole
 * endpoint if that is what was copied.
 *
 * @throws Misconfigured
 */
export function parseTarget(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Misconfigured(
      `The target must be an http or https URL, such as https://host:9909.${hintFor(text)}`,
    );
  }
  if (url.username || url.password) {
    throw new Misconfigured(
      'The target must not hold user information: credentials come from the environment.',
    );
  }
  if (url.search || text.includes('?'))
    throw new Misconfigured('The target must not have a query.');
  if (url.hash || text.includes('#'))
    throw new Misconfigured('The target must not have a fragment.');
  const prefix = stripEndpoint(url.pathname);
  return {
    base: url.origin + prefix,
    loopback: isLoopback(url.hostname),
    tls: url.protocol === 'https:',
  };
}

/** What was probably done, without the text, which may be a secret. */
function hintFor(text: string): string {
  if (/^["'`\u2018\u201c]/.test(text)) return ' It is in quotation marks, which are no part of it.';
  if (/%\w+%|\$\w/.test(text)) return ' A variable in it was not replaced by its value.';
  if (/[\s\u00a0]/.test(text)) return ' It has blanks in it.';
  if (text.includes('://')) return '';
  return ' What is not part of an option is the target: a path with blanks belongs in quotation marks, and a host after https:// or http://.';
}

/** The path before the API's own. */
export function stripEndpoint(path: string): string {
  const bare = path.replace(/\/+$/, '');
  const own = [listPath, apiPath].find((end) => bare.endsWith(end));
  return own ? bare.slice(0, -own.length) : bare;
}

/** Whether what is sent to a host stays on this machine. */
export function isLoopback(host: string): boolean {
  return /^(127(\.\d+){3}|\[::1\]|localhost|.+\.localhost)$/.test(host);
}

/** What may be sent beside GET: everything, nothing, or a login and its logout. */
export type Writes = 'all' | 'none' | 'sessions';

export function mayBeSent(method: string, path: string, writes: Writes): boolean {
  if (method === 'GET' || writes === 'all') return true;
  return writes === 'sessions' && method === 'POST' && sessionPaths.includes(path);
}
