import { generate } from 'selfsigned';

/** A certificate authority of our own, and a server's key and certificate signed by it. */
export async function certify(
  host: string,
  { from = -1, days = 2 } = {},
): Promise<{ ca: string; key: string; cert: string }> {
  const authority = await generate([{ name: 'commonName', value: 'portal-conformance test CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const day = 24 * 60 * 60 * 1000;
  const server = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() + from * day),
    notAfterDate: new Date(Date.now() + (from + days) * day),
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  });
  return { ca: authority.cert, key: server.private, cert: server.cert };
}

/** A server's certificate that leads to an authority by one in the middle. */
export async function certifyChain(
  host: string,
): Promise<{ ca: string; middle: string; key: string; cert: string }> {
  const authority = (name: string, by?: { key: string; cert: string }) =>
    generate([{ name: 'commonName', value: `portal-conformance test ${name}` }], {
      keyType: 'ec',
      algorithm: 'sha256',
      ...(by ? { ca: by } : {}),
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
    });
  const root = await authority('root');
  const middle = await authority('middle', { key: root.private, cert: root.cert });
  const server = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: middle.private, cert: middle.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  });
  return { ca: root.cert, middle: middle.cert, key: server.private, cert: server.cert };
}
