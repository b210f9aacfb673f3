import type { Exchange } from './exchange.ts';

/** What a rejection tells of somebody in front, in a sentence; nothing when it does not. */
export function otherLogin({ response }: Exchange): string {
  const challenge = response?.headers['www-authenticate'] ?? '';
  const [, scheme] = /(?:^|,\s*)(basic|digest|negotiate|ntlm)(?:\s|,|$)/i.exec(challenge) ?? [];
  if (scheme === undefined || /(^|,)\s*bearer(\s|,|$)/i.test(challenge)) return '';
  return ` Its challenge is for ${scheme.toLowerCase()} authentication, which is not the portal's: somebody in front of it wants a login of another kind.`;
}
