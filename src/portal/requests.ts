import type { Ask } from '../http/exchange.ts';
import { listPath, whoamiPath } from '../http/target.ts';
import type { Reader } from './credential.ts';

/** The list, asked for with a credential as the contract says. */
export function listAsk(credential: Reader, purpose: string): Ask {
  return bearerAsk(listPath, credential, purpose);
}

/** Who the credential belongs to, as the portal itself tells. */
export function whoamiAsk(credential: Reader, purpose: string): Ask {
  return bearerAsk(whoamiPath, credential, purpose);
}

function bearerAsk(path: string, credential: Reader, purpose: string): Ask {
  return {
    path,
    headers: { Authorization: `Bearer ${credential.token}` },
    credential: credential.label,
    purpose,
    curl: `-H "Authorization: Bearer $${credential.variable}"`,
  };
}
