import { X509Certificate } from 'node:crypto';
import type { Client } from '../http/client.ts';
import type { Exchange } from '../http/exchange.ts';
import { speaksTls } from '../http/speaks-tls.ts';
import type { Stop } from './stop.ts';

/** How long a handshake may take, in milliseconds. */
const handshakeMs = 2000;

/** What stands between the call and a portal, by what it answers: the call has to be changed. */
export async function inFront(client: Client, exchange: Exchange): Promise<Stop | undefined> {
  const what = await whatIsInFront(client, exchange);
  return what === undefined ? undefined : { outcome: 'misconfigured', message: what };
}

async function whatIsInFront(
  client: Client,
  { failure, response }: Exchange,
): Promise<string | undefined> {
  const { target } = client;
  if (failure?.kind === 'client-certificate') return clientCertificate(client);
  if (failure?.kind === 'proxy') return `${capitalized(failure.sentence)}.`;
  if (failure?.kind === 'challenge')
    return `${capitalized(failure.sentence)}. Let the suite pass there, by its User-Agent or by a header that --header sends, or run it behind the firewall.`;
  if (failure?.kind === 'no-tls')
    return `The target does not use TLS on this port: give ${target.base.replace('https:', 'http:')} as the target.`;
  const isPlain = failure?.kind === 'plain' || failure?.kind === 'broken';
  if (!target.tls && isPlain && (await speaksTls(target.base, handshakeMs)))
    return wantsHttps(target.base);
  if (!response) return undefined;
  const { status, body } = response;
  if (status === 407) return 'A proxy on the way, which was not named, wants a login (407).';
  if (status === 511)
    return 'The network wants a sign-in before it lets anything pass (511): sign in, or run the suite in another network.';
  if (status !== 400) return undefined;
  // Their own words; none of them is repeated.
  const text = body.subarray(0, 2000).toString('latin1');
  if (!target.tls && plainHttp.test(text)) return wantsHttps(target.base);
  return noCertificate.test(text) ? clientCertificate(client) : undefined;
}

function capitalized(sentence: string): string {
  return sentence.replace(/^./, (letter) => letter.toUpperCase());
}

/** What nginx, Go and Apache say of http on a port of https. */
const plainHttp = /HTTP request (was sent )?to (an )?HTTPS|speaking plain HTTP to an SSL/i;
/** What nginx says where no client certificate came. */
const noCertificate = /No required SSL certificate was sent|SSL certificate error/i;

function clientCertificate({ certificate }: Client): string {
  if (certificate === undefined)
    return 'The server wants a client certificate (mutual TLS): give it with --cert FILE and --key FILE.';
  const { validTo } = new X509Certificate(certificate);
  return Date.parse(validTo) < Date.now()
    ? `The server refused the client certificate of --cert, which expired (${validTo}).`
    : 'The server refused the client certificate of --cert: is it of the authority that the server trusts, and does no proxy on the way inspect TLS, which cannot hand it on?';
}

function wantsHttps(base: string): string {
  return `The target speaks TLS on this port: give ${base.replace('http:', 'https:')} as the target.`;
}
