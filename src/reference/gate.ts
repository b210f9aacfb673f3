import type { Behaviour, Principal } from './behaviour.ts';
import type { Store, Token } from './store.ts';

/** Who sends a request, if it carries a valid token; its use is noted. */
export function authenticate(
  request: Request,
  store: Store,
  behaviour: Behaviour,
): Principal | undefined {
  const bearer = bearerOf(request);
  if (bearer === undefined) return undefined;
  const unknown = (made: { createdAt: number } | undefined) =>
    made !== undefined && behaviour.ignores?.(made.createdAt);
  const session = store.sessions.get(bearer);
  const token = store.tokens.find(({ id }) => id === bearer);
  if (unknown(session) || unknown(token)) return undefined;
  const user = store.user((session ?? token)?.userId ?? 0);
  if (!user) return undefined;
  if (!token) return { user };
  if (!allowsOrigin(token, request)) return undefined;
  token.uses += 1;
  if (behaviour.use) behaviour.use(token, store);
  else token.lastUsedAt = Date.now();
  return { user, token };
}

export function bearerOf(request: Request): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** A restricted token works from its hosts alone. */
function allowsOrigin({ restrictions }: Token, request: Request): boolean {
  if (!restrictions?.hosts?.length) return true;
  const origin = request.headers.get('origin') ?? '';
  return URL.canParse(origin) && restrictions.hosts.includes(new URL(origin).host);
}
