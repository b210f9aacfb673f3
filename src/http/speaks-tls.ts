import { connect } from 'node:tls';

/** Whether a handshake of TLS ends well on the port of an http URL. */
export function speaksTls(base: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port } = new URL(base);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    // Whose certificate it is does not matter: nothing is sent.
    const socket = connect({ host, port: Number(port || 80), rejectUnauthorized: false });
    const late = setTimeout(() => end(false), timeoutMs);
    const end = (speaks: boolean) => {
      clearTimeout(late);
      socket.destroy();
      resolve(speaks);
    };
    socket.on('secureConnect', () => end(true)).on('error', () => end(false));
  });
}
