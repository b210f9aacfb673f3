import type { Credential } from './credential.ts';
import type { Ask } from './exchange.ts';
import { listPath, whoamiPath } from './target.ts';

/** The list, asked for with a credential as the contract says. */
export function listAsk(credential: Credential, purpose: string): Ask {
  return bearerAsk(listPath, credential, purpose);
}

/** Who the credential belongs to, as the portal itself tells. */
export function whoamiAsk(credential: Credential): Ask {
  return bearerAsk(whoamiPath, credential, 'preflight');
}

function bearerAsk(path: string, credential: Credential, purpose: string): Ask {
  return {
    path,
    headers: { Authorization: `Bearer ${credential.token}` },
    credential: credential.label,
    purpose,
    curl: `-H "Authorization: Bearer $${credential.variable}"`,
  };
}
