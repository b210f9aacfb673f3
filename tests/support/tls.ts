import { generate } from 'selfsigned';

/** A certificate authority of our own, by another if there is one. */
export function createAuthority(name: string, by?: { key: string; cert: string }) {
  return generate([{ name: 'commonName', value: `portal-conformance test ${name}` }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(by ? { ca: by } : {}),
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
}

/** A server's certificate that leads to an authority by one in the middle. */
export async function certifyChain(
  host: string,
): Promise<{ ca: string; middle: string; key: string; cert: string }> {
  const root = await createAuthority('root');
  const middle = await createAuthority('middle', { key: root.private, cert: root.cert });
  const server = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: middle.private, cert: middle.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  });
  return { ca: root.cert, middle: middle.cert, key: server.private, cert: server.cert };
}
