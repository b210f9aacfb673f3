import type { Behaviour } from '../../src/reference/behaviour.ts';
import { bearerOf } from '../../src/reference/gate.ts';

// Conformant portals behind firewalls, gateways and balancers as they are met.

const isBrowser = ({ headers }: Request) => /^Mozilla/.test(headers.get('user-agent') ?? '');

/** A firewall that wants to see that a browser is one, and does not take this for one. */
function challenging(name: string, status: number, headers: Record<string, string>, page = '') {
  return {
    name: `challenge-${name}`,
    says: `a firewall answers browsers with a challenge (${status})`,
    trips: [],
    around: (request, usual) =>
      isBrowser(request)
        ? new Response(page, { status, headers: { 'Content-Type': 'text/html', ...headers } })
        : usual(request),
  } satisfies Behaviour;
}

const challenges: readonly Behaviour[] = [
  challenging('202', 202, { 'X-Amzn-Waf-Action': 'challenge' }),
  challenging('405', 405, { 'X-Amzn-Waf-Action': 'captcha' }, '<h1>Human?</h1>'),
  challenging('429', 429, { 'X-Vercel-Mitigated': 'challenge' }, '<h1>Checking</h1>'),
  challenging('503', 503, { 'CF-Mitigated': 'challenge' }, '<h1>Just a moment</h1>'),
  challenging('418', 418, { Server: 'front' }, '<h1>Blocked</h1>'),
  challenging('302', 302, { Server: 'front', Location: 'https://blocked.example.com/' }),
  challenging('406', 406, { Server: 'front' }, '<h1>Not acceptable</h1>'),
  challenging('cookie', 307, { 'Set-Cookie': 'seen=1', Location: '/api/portal/v1/apiTokens' }),
  challenging(
    'page',
    200,
    {},
    '<p>The requested URL was rejected. Please consult with your administrator.</p><p>Your support ID is: 7</p>',
  ),
];

/** Some of the calls of a kind are dealt with in another way, the second of each few first. */
function someOf(
  calls: RegExp,
  every: number,
  deal: (request: Request, usual: (request: Request) => Promise<Response>) => Promise<Response>,
): NonNullable<Behaviour['around']> {
  let count = 0;
  return (request, usual) => {
    if (!calls.test(`${request.method} ${new URL(request.url).pathname}`)) return usual(request);
    count += 1;
    return count % every === 2 ? deal(request, usual) : usual(request);
  };
}

/** A gateway whose connection to the portal ends before the response. */
const loses: Parameters<typeof someOf>[2] = async (request, usual) => {
  await usual(request);
  return new Response('reset before headers', { status: 503 });
};

/** How many requests came to a limit. */
let count = 0;

/** When a token was deleted that was used before, and what it was listed then. */
const revoked = new Map<string, { readonly at: number; readonly body: string }>();

export const variantsInFront: readonly Behaviour[] = [
  ...challenges,
  {
    name: 'limit-with-a-mark',
    says: 'every seventh request is one too many, says a page that denies it, for a moment',
    trips: [],
    around: (request, usual) => {
      count += 1;
      const headers = {
        'Content-Type': 'text/html',
        'X-Vercel-Mitigated': 'deny',
        'Retry-After': '0',
      };
      return count % 7 === 6 ? new Response('slow', { status: 429, headers }) : usual(request);
    },
  },
  {
    name: 'creations-lost-503',
    says: 'a gateway loses the response to one of four creations of tokens, and says 503',
    trips: [],
    profile: 'full',
    around: someOf(/^POST .*\/apiTokens$/, 4, loses),
  },
  {
    name: 'people-lost-503',
    says: 'a gateway loses the response to one of four creations of users and accounts, and says 503',
    trips: [],
    profile: 'full',
    around: someOf(/^POST .*\/create(User|Account)$/, 4, loses),
  },
  {
    name: 'people-limited-403',
    says: 'a gateway answers one of three creations of users and accounts with 403, and not the next',
    trips: [],
    profile: 'full',
    around: someOf(
      /^POST .*\/create(User|Account)$/,
      3,
      async () => new Response('<h1>Too many</h1>', { status: 403 }),
    ),
  },
  {
    name: 'deletions-repeated',
    says: 'a proxy sends one of three deletions of tokens twice, and passes the second answer on',
    trips: [],
    profile: 'full',
    around: someOf(/^DELETE /, 3, async (request, usual) => {
      await usual(request.clone());
      return usual(request);
    }),
  },
  {
    name: 'gateway-learns',
    says: 'a gateway learns of new tokens once in two seconds',
    trips: [],
    profile: 'full',
    around: (request, usual, store) => {
      const token = store.tokens.find(({ id }) => id === bearerOf(request));
      const learnedAt = Math.floor(Date.now() / 2000) * 2000;
      return token && token.createdAt > learnedAt
        ? Response.json({ error: 'unknown' }, { status: 401 })
        : usual(request);
    },
  },
  {
    name: 'revocations-cached',
    says: 'a gateway learns of deleted tokens three and a half seconds later',
    trips: [],
    profile: 'full',
    around: async (request, usual, store) => {
      const bearer = bearerOf(request) ?? '';
      const isList = request.method === 'GET' && request.url.endsWith('/apiTokens');
      const known = revoked.get(bearer);
      const isLive = store.tokens.some(({ id }) => id === bearer);
      if (isList && known && !isLive && Date.now() - known.at < 3500)
        return new Response(known.body, { headers: { 'Content-Type': 'application/json' } });
      const response = await usual(request);
      if (isList && response.ok)
        revoked.set(bearer, { at: Date.now(), body: await response.clone().text() });
      return response;
    },
  },
  {
    name: 'clocks-of-two',
    says: 'uses are noted by two processes whose clocks are two seconds apart',
    trips: [],
    profile: 'full',
    use: (token) => {
      token.lastUsedAt = Date.now() - (token.uses % 2) * 2000;
    },
  },
];
