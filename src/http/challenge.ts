import { type Exchange, type Failure, type IncomingResponse, mediaType } from './exchange.ts';

/** What a rejection tells of somebody in front, in a sentence; nothing when it does not. */
export function otherLogin({ response }: Exchange): string {
  const challenge = response?.headers['www-authenticate'] ?? '';
  const [, scheme] = /(?:^|,\s*)(basic|digest|negotiate|ntlm)(?:\s|,|$)/i.exec(challenge) ?? [];
  if (scheme === undefined || /(^|,)\s*bearer(\s|,|$)/i.test(challenge)) return '';
  return ` Its challenge is for ${scheme.toLowerCase()} authentication, which is not the portal's: somebody in front of it wants a login of another kind.`;
}

/** Fields by which Cloudflare, AWS and Vercel say that they sent a challenge in place of the response. */
const marks = ['cf-mitigated', 'x-amzn-waf-action', 'x-vercel-mitigated'];
const challenges: readonly unknown[] = ['challenge', 'captcha'];

/** What the pages of F5 and Imperva say that block a request, or want to see a browser. */
const page = /The requested URL was rejected.*support ID|Incapsula incident ID/s;

/** So much of a page, in bytes, is looked at. */
const most = 4096;

/**
 * What a firewall in front answered in place of the server: a challenge that browsers solve, or its page.
 * It says nothing of the server, whatever its status.
 */
export function inItsPlace(response: IncomingResponse): Failure | undefined {
  const { status, headers, body } = response;
  if (body.length > 0 && mediaType(response) !== 'text/html') return undefined;
  const mark = marks.find((name) => challenges.includes(headers[name]));
  if (mark === undefined && !page.test(body.subarray(0, most).toString('latin1'))) return undefined;
  const what = mark === undefined ? `${status}` : `${status}, ${mark}`;
  return {
    kind: 'challenge',
    sentence: `a firewall in front answers in place of the portal, as it does to what may be no browser (${what})`,
  };
}
