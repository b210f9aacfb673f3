import type { OutgoingRequest } from '../http/exchange.ts';
import { listPath, whoamiPath } from '../http/target.ts';
import type { Reader } from './credential.ts';

/** The list, requested with a credential as the contract says. */
export function listRequest(credential: Reader, purpose: string): OutgoingRequest {
  return bearerRequest(listPath, credential, purpose);
}

/** Who the credential belongs to, according to the portal. */
export function whoamiRequest(credential: Reader, purpose: string): OutgoingRequest {
  return bearerRequest(whoamiPath, credential, purpose);
}

function bearerRequest(path: string, credential: Reader, purpose: string): OutgoingRequest {
  return {
    path,
    headers: { Authorization: `Bearer ${credential.token}` },
    credential: credential.label,
    purpose,
    curl: `-H "Authorization: Bearer $${credential.variable}"`,
  };
}

/**
 * A request for the list that must be rejected: one that was just accepted, with
 * exactly one thing changed.
 */
export interface Probe {
  /** What is sent: `the token with its first character changed`. */
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: { readonly sent: string; readonly shell: string };
  /** The bearer string that is sent, if there is one. */
  readonly bearer?: string;
  /** Whether it is drawn from so many that it cannot exist. */
  readonly isRandom?: boolean;
  /** Whether it is a case that the contract itself names: these go out first, before a guard may ban. */
  readonly isNamed?: boolean;
  /** The arguments of the `curl` that sends the same, tokens named by variable. */
  readonly curl: string;
  /** Whether nothing else is to be sent beside it but a control. */
  readonly isAlone?: boolean;
  /** Another spelling of the path. */
  readonly path?: string;
  /** The probes of which it is all in one: they tell which of them it was. */
  readonly parts?: readonly Probe[];
}

export function probeRequest(probe: Probe, purpose: string): OutgoingRequest {
  const { headers, curl, what: credential, query, path = listPath } = probe;
  return { path, headers, curl, credential, purpose, ...(query ? { query } : {}) };
}

/** What a request holds beside a token: headers, or a query. */
export type RequestPart = Pick<Probe, 'what' | 'headers' | 'query' | 'curl'> & {
  /** Whether Authorization is written in lower case: names of fields are the same in any. */
  readonly inLowerCase?: boolean;
};

/** How a request for the list differs from the plain one. */
export interface Asked {
  /** What it has beside the token, with the arguments of its `curl`. */
  readonly part?: RequestPart;
  /** Whether it goes out on a connection that other requests used before it. */
  readonly kept?: boolean;
}

export function withPart(
  { headers: { Authorization = '', ...headers }, credential, curl }: OutgoingRequest,
  part: RequestPart,
): Partial<OutgoingRequest> {
  const name = part.inLowerCase ? 'authorization' : 'Authorization';
  return {
    headers: { [name]: Authorization, ...headers, ...part.headers },
    credential: `${credential}, ${part.what}`,
    curl: `${curl.replace('Authorization', name)} ${part.curl}`,
    ...(part.query ? { query: part.query } : {}),
  };
}
