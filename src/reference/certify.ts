import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/**
 * A certificate authority of our own, and a server's key and certificate signed by it, in PEM.
 *
 * @param hosts names and addresses
 */
export async function certify(
  hosts: readonly [string, ...string[]],
  { from = -1, days = 2 } = {},
): Promise<{ ca: string; key: string; cert: string }> {
  const authority = await generate([{ name: 'commonName', value: 'portal-conformance test CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const day = 24 * 60 * 60 * 1000;
  const altNames = hosts.map((host) =>
    isIP(host) ? ({ type: 7, ip: host } as const) : ({ type: 2, value: host } as const),
  );
  const server = await generate([{ name: 'commonName', value: hosts[0] }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() + from * day),
    notAfterDate: new Date(Date.now() + (from + days) * day),
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { ca: authority.cert, key: server.private, cert: server.cert };
}
