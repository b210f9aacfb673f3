import type { IncomingHttpHeaders } from 'node:http';

/** A request before it is sent; a GET unless it says otherwise. */
export interface OutgoingRequest {
  readonly method?: 'POST' | 'DELETE';
  /** Sent as a JSON body; a BigInt as the integer that it is. */
  readonly json?: object;
  /** How often it is sent at most, when the server says to come back later. */
  readonly maxAttempts?: number;
  /** Whether it wants a connection of its own, so that any server process may answer. */
  readonly fresh?: boolean;
  /** Path below the target's base. */
  readonly path: string;
  /** A query as it is sent, and as a shell writes it: `?token=$PORTAL_CALLER_TOKEN`. */
  readonly query?: { readonly sent: string; readonly shell: string };
  readonly headers: Readonly<Record<string, string>>;
  /** Whose credential is sent, or what in its place. */
  readonly credential: string;
  /** What the request is for: a requirement's id, or a step of the run. */
  readonly purpose: string;
  /** The arguments of the `curl` that sends the same, tokens named by variable. */
  readonly curl: string;
}

/** Why there is no answer. */
export interface Failure {
  readonly kind:
    | 'refused'
    | 'unreachable'
    | 'tls'
    | 'client-certificate'
    /** TLS where plain http was sent. */
    | 'plain'
    /** Plain http where TLS was sent. */
    | 'no-tls'
    /** A proxy on the way does not let it pass; nothing was sent to the target. */
    | 'proxy'
    /** A firewall on the way answered in place of the target. */
    | 'challenge'
    | 'timeout'
    | 'broken'
    | 'size'
    /** Others were being read; it may be sent again. */
    | 'no-room'
    | 'aborted';
  readonly sentence: string;
  /** Whether a connection was turned away: by a proxy in place of a tunnel, or at its first request. */
  readonly isOfConnecting?: true;
  /** Whether the run ended before it was sent. */
  readonly isUnsent?: boolean;
}

/** What became of a request: a response, or why there is none. */
export type Outcome = Pick<Exchange, 'response' | 'failure'>;

/** A request with its answer, or with the reason why there is none. */
export interface Exchange {
  readonly request: OutgoingRequest;
  readonly curl: string;
  /** How often it was sent. */
  readonly attempts: number;
  /** Milliseconds since the epoch, by our clock, of the attempt that counts. */
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly failure?: Failure;
  readonly response?: IncomingResponse;
  /** Where a function of an adapter made the call: what it came to, and whether there is none. */
  readonly adapter?: {
    readonly name: string;
    readonly said?: string;
    readonly isMissing: boolean;
  };
}

export interface IncomingResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** Decoded of any content coding. */
  readonly body: Buffer;
}

/** Statuses that say nothing about the contract: the server is busy, or not there. */
export function isUnavailable(status: number): boolean {
  // 520 to 530 are what edge proxies say when the origin does not answer.
  return [429, 502, 503, 504].includes(status) || (status >= 520 && status <= 530);
}

/** Whether somebody on the way looked for another host than the target, which the request named, or hung up on it. */
export function isMisrouted(
  { headers }: Pick<OutgoingRequest, 'headers'>,
  { response, failure }: Outcome,
): boolean {
  const isElsewhere = failure?.kind === 'broken' || [502, 503, 504].includes(response?.status ?? 0);
  return headers.Host !== undefined && isElsewhere;
}

/** The media type in lower case, without parameters; `undefined` when there is none. */
export function mediaType({ headers }: IncomingResponse): string | undefined {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase() || undefined;
}

/** A media type as it may be shown: one that is not well known could be anything. */
export function nameMediaType(type: string | undefined): string | undefined {
  if (type === undefined || wellKnown.test(type)) return type;
  return 'a media type that is not well known';
}

const wellKnown =
  /^(application\/((problem|ld|hal|vnd\.api)\+)?json|(application|text)\/(xml|javascript)|application\/(octet-stream|pdf|x-ndjson|xhtml\+xml|x-www-form-urlencoded)|text\/(plain|html|json|css|csv)|image\/(png|jpeg|gif|svg\+xml)|multipart\/form-data)$/;

/** The server's clock by the Date header, in milliseconds since the epoch. */
export function serverTime(exchange: Exchange): number | undefined {
  const date = Date.parse(exchange.response?.headers.date ?? '');
  return Number.isNaN(date) ? undefined : date;
}
