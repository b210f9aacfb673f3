import type { Failure } from './exchange.ts';

/**
 * What went wrong on the wire, in a sentence of ours: errors of the client hold
 * packets, headers and bodies of the target.
 */
export function readFailure(error: unknown, timeoutMs: number): Failure {
  const code = codeOf(error);
  const known = sentences.find(([codes]) => codes.test(code));
  if (known === undefined) return { kind: 'broken', sentence: `the request failed (${code})` };
  const [, kind, sentence] = known;
  return {
    kind,
    sentence: sentence.replace('{seconds}', String(timeoutMs / 1000)).replace('{code}', code),
  };
}

const sentences: readonly (readonly [RegExp, Failure['kind'], string])[] = [
  [/^ECONNREFUSED$/, 'refused', 'the connection was refused: nothing listens there'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'unreachable', 'the host name does not resolve'],
  [
    /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/,
    'unreachable',
    'the host cannot be reached ({code})',
  ],
  [
    /^(ECONNABORTED|ETIME|ETIMEDOUT|ESOCKETTIMEDOUT)$/,
    'timeout',
    'no complete answer came within {seconds} s',
  ],
  [
    /^(ECONNRESET|EPIPE|ABORTED)$/,
    'broken',
    'the connection was closed before the answer was complete',
  ],
  [/^ETOOLARGE$/, 'size', 'the answer is larger than this suite reads'],
  [/^CERT_HAS_EXPIRED$/, 'tls', "TLS: the server's certificate has expired"],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'tls',
    "TLS: the server's certificate is for another host name",
  ],
  [
    /SELF_SIGNED|UNABLE_TO|ISSUER|CERT_UNTRUSTED|CERT_SIGNATURE/,
    'tls',
    "TLS: the server's certificate is not signed by a known authority; give its CA with --ca FILE",
  ],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
    'tls',
    'TLS: the server does not use TLS on this port (try http://)',
  ],
  [/SSL|TLS|CERT|^EPROTO$/, 'tls', 'TLS: the handshake failed ({code})'],
  [/^HPE_HEADER_OVERFLOW$/, 'broken', "the answer's header is larger than 16 KiB"],
  [/^HPE_/, 'broken', 'what came back is not HTTP ({code})'],
  [/^(Z_|ERR_.*BROTLI)/, 'broken', "the answer's compression is broken ({code})"],
];

function codeOf(error: unknown): string {
  const { code, message, errors } = error as {
    code?: unknown;
    message?: string;
    errors?: unknown[];
  };
  // OpenSSL tells more than the system's code.
  if (/wrong version number|packet length too long|http request/i.test(message ?? '')) {
    return 'ERR_SSL_WRONG_VERSION_NUMBER';
  }
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code)) return code;
  if (Array.isArray(errors) && errors.length > 0) return codeOf(errors[0]);
  // supertest rewrites errors of connect: the code is only in its message.
  return /^(E[A-Z]+): /.exec(message ?? '')?.[1] ?? 'no code';
}
