import type { Failure } from './exchange.ts';

/**
 * What went wrong on the wire, in a sentence of ours: errors of the client hold
 * packets, headers and bodies of the target.
 */
export function readFailure(error: unknown, timeoutMs: number, hasOwnCa = false): Failure {
  const code = codeOf(error);
  if (hasOwnCa && /^UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code))
    return { kind: 'tls', sentence: incompleteChain };
  const known = sentences.find(([codes]) => codes.test(code));
  if (known === undefined) return { kind: 'broken', sentence: `the request failed (${code})` };
  const [, kind, sentence] = known;
  return {
    kind,
    sentence: sentence.replace('{seconds}', String(timeoutMs / 1000)).replace('{code}', code),
  };
}

const incompleteChain =
  "TLS: the server's certificate leads to no authority of --ca FILE: it is another one, or the server does not send its intermediate certificates (the whole chain belongs into its configuration)";

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
  [/^NO_ROOM$/, 'no-room', 'there was no memory left to read the answer'],
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
    'no-tls',
    'TLS: the server does not use TLS on this port (try http://)',
  ],
  [
    /CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE/,
    'client-certificate',
    'TLS: the server wants a client certificate; give it with --cert FILE and --key FILE',
  ],
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW/,
    'tls',
    'TLS: the server speaks versions before 1.2 alone, which are not safe and not spoken here; enable TLS 1.2 or 1.3 on it',
  ],
  [
    /^HTTP2$/,
    'broken',
    'the server speaks HTTP/2 alone; HTTP/1.1 has to be enabled on it, as the example of the contract uses it',
  ],
  [/^TLS_RECORD$/, 'plain', 'the server speaks TLS on this port (try https://)'],
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
  if (/unsupported protocol|protocol version/i.test(message ?? '')) return 'UNSUPPORTED_PROTOCOL';
  const packet = (error as { rawPacket?: unknown }).rawPacket;
  if (Buffer.isBuffer(packet)) return protocolOf(packet) ?? String(code);
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code)) return code;
  if (Array.isArray(errors) && errors.length > 0) return codeOf(errors[0]);
  // supertest rewrites errors of connect: the code is only in its message.
  return /^(E[A-Z]+): /.exec(message ?? '')?.[1] ?? 'no code';
}

/** Of what is not HTTP/1: the SETTINGS with which HTTP/2 begins, or a record of TLS. */
function protocolOf(packet: Buffer): string | undefined {
  const [first, second, , type] = packet;
  if (first === 0 && type === 4 && packet.length >= 9) return 'HTTP2';
  if ((first === 0x15 || first === 0x16) && second === 3) return 'TLS_RECORD';
  return undefined;
}

/** The failure of a request that was ended. */
export function aborted({ reason }: AbortSignal): Failure {
  return { kind: 'aborted', sentence: `${reason}` };
}
