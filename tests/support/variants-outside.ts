import { createHash, randomBytes } from 'node:crypto';
import type { Behaviour } from '../../src/reference/behaviour.ts';
import { holder } from '../../src/reference/faults/authentication.ts';
import { inEvery, orElse, rewritten } from '../../src/reference/faults/edit.ts';
import type { Store, User } from '../../src/reference/store.ts';

// Liberties of portals as they are met, and of what stands in front of them.

type Around = NonNullable<Behaviour['around']>;
type Json = Record<string, unknown>;

/** Somebody in front who turns some requests away. */
function guard(
  name: string,
  says: string,
  refuses: (request: Request, body: Json) => boolean,
  status: number,
) {
  const around: Around = async (request, usual) => {
    const body = request.method === 'POST' ? await jsonOf(request.clone()) : {};
    return refuses(request, body)
      ? new Response('<h1>Blocked</h1>', { status, headers: { 'Content-Type': 'text/html' } })
      : usual(request);
  };
  return { name: `guard-${name}`, says, trips: [], around } satisfies Behaviour;
}

/** Calls that are carried out, and whose first response is lost behind a gateway. */
function lost(what: string, isMeant: (request: Request) => boolean) {
  const answered = new Set<string>();
  const around: Around = async (request, usual) => {
    const response = await usual(request);
    if (!isMeant(request) || answered.has(request.url)) return response;
    answered.add(request.url);
    return new Response('', { status: 502 });
  };
  const says = `${what} are carried out and answered 502 at first`;
  return { name: `lost-${what.replace(' ', '-')}`, says, trips: [], around } satisfies Behaviour;
}

async function jsonOf(message: Request | Response): Promise<Json> {
  return message.json().catch(() => ({}));
}

/** Changes what is sent to some calls before the portal sees it. */
function normalising(
  name: string,
  says: string,
  calls: RegExp,
  change: (body: Json) => Json,
): Behaviour {
  return {
    name: `normalises-${name}`,
    says,
    trips: [],
    profile: 'full',
    around: async (request, usual) => {
      if (request.method !== 'POST' || !calls.test(request.url)) return usual(request);
      const body = JSON.stringify(change(await jsonOf(request.clone())));
      const { url, method, headers } = request;
      return usual(new Request(url, { method, headers, body }));
    },
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** A use that is written some time after the response. */
function usedLate(ms: number): Behaviour {
  return {
    name: `use-late-${ms}`,
    says: `a use is recorded ${ms} ms after the response`,
    trips: [],
    use: (token) => {
      const now = Date.now();
      setTimeout(() => {
        token.lastUsedAt = Math.max(now, token.lastUsedAt ?? 0);
      }, ms);
    },
  };
}

/** A server without a Date header whose clock is off. */
function clockWithoutDate(name: string, ms: number): Behaviour {
  const shifted = <T extends number | null>(time: T) => (time === null ? time : time + ms);
  return {
    name: `no-date-${name}`,
    says: `no response has a Date header, and the clock is ${ms / 3_600_000} hours off`,
    trips: [],
    sendsDate: false,
    around: async (request, usual) => {
      const response = await usual(request);
      if (request.method !== 'POST') return response;
      const text = (await response.text()).replace(
        /"createdAt":(\d+)/g,
        (_, time) => `"createdAt":${Number(time) + ms}`,
      );
      return new Response(text === '' ? null : text, response);
    },
    record: (one) => ({
      ...one,
      createdAt: shifted(one.createdAt),
      lastUsedAt: shifted(one.lastUsedAt),
    }),
  };
}

const renamed = new WeakMap<Store, number>();

/** The ids of users within their account, as if each account counted from 1. */
function withinAccount(store: Store, userId: number): number {
  const user = store.user(userId);
  return user ? store.usersOf(user.accountId).indexOf(user) + 1 : userId;
}

const inFull = (behaviour: Behaviour): Behaviour => ({
  ...behaviour,
  name: `${behaviour.name}-full`,
  profile: 'full',
});

const late = [usedLate(700), usedLate(2500)];
const isInjection = ({ headers }: Request) => /[%*']/.test(headers.get('authorization') ?? '');
const guards: readonly Behaviour[] = [
  guard('with-a-page', 'a firewall answers %, * and SQL with a page and 200', isInjection, 200),
  guard('with-406', 'a firewall turns %, * and SQL away with 406', isInjection, 406),
  guard(
    'of-8000',
    'a server takes 8,000 characters of header fields',
    ({ headers }) => [...headers].join().length > 8000,
    431,
  ),
  guard('against-injection', 'a firewall turns %, * and SQL away with 403', isInjection, 403),
  guard(
    'other-places',
    'a gateway turns tokens in other places away with 400',
    ({ headers, url }) =>
      new URL(url).searchParams.size > 0 ||
      (headers.has('cookie') && !headers.has('authorization')) ||
      [...headers.keys()].some((name) => /^x-(api|auth|access|forwarded-auth)/.test(name)),
    400,
  ),
  guard(
    'form-of-tokens',
    'a gateway turns away with 403 what has not the form of a token',
    ({ headers }) => {
      const authorization = headers.get('authorization');
      return authorization !== null && !/^bearer [0-9a-f]{32}$/i.test(authorization);
    },
    403,
  ),
];

/** Writes every id that is a number as a string, and takes it so. */
const idsAsStrings: Around = async (request, usual) => {
  const text = request.method === 'POST' ? await request.text() : undefined;
  const { url, method, headers } = request;
  const body = text?.replace(/("(?:id|accountId|userId)":)"(\d+)"/g, '$1$2');
  const response = await usual(
    text === undefined ? request : new Request(url, { method, headers, body: body || null }),
  );
  const isList = method === 'GET' && new URL(url).pathname.endsWith('/apiTokens');
  if (isList || !/json/.test(response.headers.get('content-type') ?? '')) return response;
  const answer = (await response.text()).replace(/("(?:id|accountId|userId)":)(\d+)/g, '$1"$2"');
  return new Response(answer, response);
};

/** An account that lets a user have so many tokens. */
function quota(
  name: string,
  says: string,
  isFull: (user: User, store: Store) => boolean,
): Behaviour {
  return {
    name: `quota-${name}`,
    says,
    trips: [],
    profile: 'full',
    around: async (request, usual, store) => {
      const isCreation = request.method === 'POST' && /\/apiTokens$/.test(request.url);
      const session = (request.headers.get('authorization') ?? '').replace('Bearer ', '');
      const user = store.user(store.sessions.get(session)?.userId ?? 0);
      return isCreation && user && isFull(user, store)
        ? Response.json({ error: 'no more tokens' }, { status: 403 })
        : usual(request);
    },
  };
}

function inFullAlone(behaviours: readonly Behaviour[]): readonly Behaviour[] {
  return behaviours.map((behaviour) => ({ ...behaviour, profile: 'full' }));
}

/** What the contract leaves open about what is done beside the list. */
const ofActs = inFullAlone([
  quota('25', 'an account may have 25 tokens', ({ accountId }, store) => {
    return store.tokensOf(accountId).length >= 25;
  }),
  quota('10-each', 'a user may have ten tokens', ({ id }, store) => {
    return store.tokens.filter(({ userId }) => userId === id).length >= 10;
  }),
  {
    name: 'one-session-each',
    says: 'a login ends the sessions that the user had',
    trips: [],
    around: async (request, usual, store) => {
      const response = await usual(request);
      if (!/\/login$/.test(request.url) || response.status !== 200) return response;
      const { token } = (await response.clone().json()) as {
        token: { id: string; userId: number };
      };
      for (const [id, { userId }] of store.sessions)
        if (userId === token.userId && id !== token.id) store.sessions.delete(id);
      return response;
    },
  },
  {
    name: 'login-again-is-the-same',
    says: 'a login answers the session that its user has open',
    trips: [],
    around: async (request, usual, store) => {
      const response = await usual(request);
      if (!/\/login$/.test(request.url) || response.status !== 200) return response;
      const body = (await response.json()) as { token: { id: string; userId: number } };
      const [open] = [...store.sessions].filter(([, { userId }]) => userId === body.token.userId);
      if (open && open[0] !== body.token.id) store.sessions.delete(body.token.id);
      return Response.json({ ...body, token: { ...body.token, id: open?.[0] ?? body.token.id } });
    },
  },
  {
    name: 'tokens-with-dots',
    says: 'tokens have two dots, and begin and end alike',
    trips: [],
    newToken: () => `vck1..${randomBytes(12).toString('hex')}..eu1`,
  },
  {
    name: 'tokens-with-xx',
    says: 'tokens have xx in them, and begin and end alike',
    trips: [],
    newToken: () => `pat-xx-${randomBytes(12).toString('hex')}-xx-prod`,
  },
  {
    name: 'own-tokens-alone-deleted',
    says: 'a user may delete and update their own tokens alone',
    trips: [],
    around: (request, usual, store) => {
      const [, id] = /\/apiTokens\/(.+)$/.exec(request.url) ?? [];
      const token = store.tokens.find((one) => one.id === id);
      const by = (request.headers.get('authorization') ?? '').replace('Bearer ', '');
      const userId = (store.sessions.get(by) ?? store.tokens.find((one) => one.id === by))?.userId;
      return token && userId !== token.userId
        ? Response.json({ error: 'not yours' }, { status: 403 })
        : usual(request);
    },
  },
  {
    name: 'sessions-alone-write',
    says: 'tokens are created and deleted in a session alone',
    trips: [],
    around: (request, usual, store) => {
      const by = (request.headers.get('authorization') ?? '').replace('Bearer ', '');
      const isWrite = request.method !== 'GET' && /\/apiTokens/.test(request.url);
      return isWrite && store.tokens.some(({ id }) => id === by)
        ? Response.json({ error: 'log in' }, { status: 403 })
        : usual(request);
    },
  },
  {
    name: 'hosts-as-written',
    says: 'a host is compared with the Origin header as it is, scheme and all',
    trips: [],
    profile: 'full',
    authenticate: (usual, request) => {
      const hosts = usual?.token?.restrictions?.hosts;
      const isElsewhere = hosts && !hosts.includes(request.headers.get('origin') ?? '');
      return isElsewhere ? undefined : usual;
    },
  },
  {
    name: 'updates-want-all',
    says: 'an update has to give name and restrictions',
    trips: [],
    around: async (request, usual) => {
      if (request.method !== 'POST' || !/\/apiTokens\/./.test(request.url)) return usual(request);
      const { name, restrictions } = await jsonOf(request.clone());
      return name === undefined || restrictions === undefined
        ? Response.json({ error: 'incomplete' }, { status: 400 })
        : usual(request);
    },
  },
  lost('deletions', ({ method }) => method === 'DELETE'),
  lost('administered tokens', ({ url }) => url.endsWith('/createApiToken')),
  {
    name: 'twin-lost',
    says: 'the creation of the second token of a name is carried out and answered 502',
    trips: [],
    around: async (request, usual, store) => {
      if (request.method !== 'POST' || !request.url.endsWith('/apiTokens')) return usual(request);
      const { name } = await jsonOf(request.clone());
      const isTwin = store.tokens.filter((one) => one.name === name).length === 1;
      const response = await usual(request);
      return isTwin ? new Response('', { status: 502 }) : response;
    },
  },
  guard('removals', 'users are not removed', ({ url }) => url.endsWith('/deleteUser'), 403),
  {
    name: 'tokens-handed-over',
    says: 'the tokens of a removed user are handed to another of the account',
    trips: ['removed-user-refused'],
    around: async (request, usual, store) => {
      if (!request.url.endsWith('/deleteUser')) return usual(request);
      const { id } = await jsonOf(request.clone());
      const user = store.user(Number(id));
      const heir = user && store.usersOf(user.accountId).find((one) => one !== user);
      for (const token of store.tokens)
        if (heir && token.userId === id) Object.assign(token, { userId: heir.id });
      return usual(request);
    },
  },
  {
    name: 'conditional',
    says: 'the list has an ETag, and is not sent again to whoever has it',
    trips: [],
    around: async (request, usual) => {
      const response = await usual(request);
      if (request.method !== 'GET' || !request.url.endsWith('/apiTokens') || !response.ok)
        return response;
      const text = await response.text();
      const headers = {
        ETag: `W/"${createHash('sha256').update(text).digest('hex')}"`,
        'Content-Type': 'application/json',
        'Cache-Control': 'private, no-cache',
      };
      return request.headers.get('if-none-match') === headers.ETag
        ? new Response(null, { status: 304, headers })
        : new Response(text, { headers });
    },
  },
]);

export const outsideVariants: readonly Behaviour[] = [
  ...ofActs,
  ...late,
  ...late.map(inFull),
  ...guards,
  inFull(guards[0] as Behaviour),
  clockWithoutDate('ahead', 3 * 3_600_000),
  clockWithoutDate('behind', -3 * 3_600_000),
  inFull(clockWithoutDate('ahead', 3 * 3_600_000)),
  inFull(clockWithoutDate('behind', -3 * 3_600_000)),
  {
    name: 'slashes-escaped',
    says: 'slashes are written with escapes',
    trips: [],
    newToken: () => `${randomBytes(15).toString('hex')}//+`,
    response: rewritten((text) => text.replaceAll('/', '\\/')),
  },
  {
    name: 'tokens-of-ten',
    says: 'tokens have ten characters',
    trips: [],
    newToken: () => randomBytes(8).toString('base64url').slice(0, 10).replaceAll(/[-_]/g, '7'),
  },
  {
    name: 'token-of-zeros',
    says: 'one token consists of zeros, as it was provisioned',
    trips: [],
    newToken: (() => {
      let count = 0;
      return () => {
        count += 1;
        return count % 9 === 2 ? '0'.repeat(32) : randomBytes(16).toString('hex');
      };
    })(),
  },
  {
    name: 'members-moving',
    says: 'a member that is not documented changes at every read',
    trips: ['undocumented-members'],
    profile: 'full',
    record: inEvery((one) => ({ ...one, servedAt: randomBytes(4).toString('hex') })),
  },
  {
    name: 'users-by-account',
    says: 'ids of users are unique within an account alone',
    trips: [],
    record: (one, _, __, store) => ({ ...one, userId: withinAccount(store, one.userId) }),
    around: async (request, usual, store) => {
      const response = await usual(request);
      if (!request.url.endsWith('/whoami') || response.status !== 200) return response;
      const body = (await response.json()) as { userId: number };
      return Response.json({ ...body, userId: withinAccount(store, body.userId) });
    },
  },
  {
    name: 'prefix-in-capitals',
    says: 'tokens are hexadecimal digits after a prefix in capitals, and their case is ignored',
    trips: ['token-case-ignored'],
    newToken: () => `VCT${randomBytes(16).toString('hex')}`,
    authenticate: orElse((_, store, bearer) =>
      holder(store, (id) => id.toLowerCase() === bearer.toLowerCase()),
    ),
  },
  {
    name: 'mailbox-shared',
    says: 'names of users are no addresses, and all users of an account have one mailbox',
    trips: [],
    record: (one, { user }) => ({ ...one, userEmail: `team-${user.accountId}@example.com` }),
    around: async (request, usual) => {
      const response = await usual(request);
      if (!request.url.endsWith('/whoami') || response.status !== 200) return response;
      const body = (await response.json()) as { userId: number };
      return Response.json({ ...body, username: `user-${body.userId}` });
    },
  },
  {
    name: 'renamed-all-the-time',
    says: "a teammate's script renames the caller's token all the time",
    trips: [],
    around: (request, usual, store) => {
      // Between some requests and not between others, however slow the machine is.
      const count = (renamed.get(store) ?? 0) + 1;
      const [token] = store.tokens;
      if (token && count % 3 === 0) Object.assign(token, { name: `Renamed ${count}` });
      renamed.set(store, count);
      return usual(request);
    },
  },
  normalising(
    'addresses',
    'addresses are kept in lower case',
    /\/(login|create(Account|User))$/,
    (body) => ({
      ...body,
      username: textOf(body.username).toLowerCase(),
    }),
  ),
  normalising(
    'names',
    'names are trimmed, normalised and cut',
    /\/(apiTokens|createAccount)$/,
    (body) => ({
      ...body,
      name: textOf(body.name).normalize('NFKD').trim().slice(0, 45),
    }),
  ),
  normalising(
    'restrictions',
    'a policy adds to the restrictions of every token',
    /\/apiTokens$/,
    (body) => ({
      ...body,
      restrictions: { ...(body.restrictions as Json), policy: 'default' },
    }),
  ),
  {
    name: 'initial-token-named',
    says: 'the token that a user comes with has another name',
    trips: [],
    profile: 'full',
    record: (one) => ({ ...one, name: one.name === 'Default' ? 'First token' : one.name }),
    around: async (request, usual) => {
      const response = await usual(request);
      if (!/\/create(Account|User)$/.test(request.url) || response.status !== 200) return response;
      const body = (await response.json()) as { initialToken: object };
      return Response.json({
        ...body,
        initialToken: { ...body.initialToken, name: 'First token' },
      });
    },
  },
  {
    ...guard(
      'names',
      'a firewall turns names away that are long, odd or addresses',
      (_, { name, username }) =>
        [name, username].some((text) => text !== undefined && !/^[\w-]{1,40}$/.test(textOf(text))),
      403,
    ),
    trips: ['user-email-address'],
    profile: 'full',
  },
  {
    ...guard(
      'passwords',
      'passwords need a sign that is no letter and no digit',
      ({ url }, { password }) => /\/create/.test(url) && /^[a-z0-9]*$/i.test(textOf(password)),
      400,
    ),
    profile: 'full',
  },
  {
    name: 'admin-ids-strings',
    says: 'the calls of administrators write and take ids as strings',
    trips: [],
    profile: 'full',
    around: idsAsStrings,
  },
  {
    ...guard(
      'updates',
      'there is no call that updates a token',
      ({ method, url }) => method === 'POST' && /\/apiTokens\/./.test(url),
      404,
    ),
    profile: 'full',
  },
  guard(
    'parameters',
    'parameters that nobody knows are refused',
    ({ url }) => new URL(url).search !== '',
    400,
  ),
  guard(
    'conditions',
    'conditional requests of anybody are refused',
    ({ headers }) => headers.has('if-none-match'),
    400,
  ),
  {
    name: 'first-tokens-stay',
    says: 'the token that a user comes with cannot be deleted',
    trips: [],
    profile: 'full',
    around: (request, usual, store) => {
      const [, id] = /\/apiTokens\/(.+)$/.exec(request.url) ?? [];
      const isFirst = store.tokens.some((token) => token.id === id && token.name === 'Default');
      return request.method === 'DELETE' && isFirst
        ? Response.json({ error: 'it stays' }, { status: 403 })
        : usual(request);
    },
  },
  {
    name: 'login-creates-token',
    says: 'a login creates a token that is listed',
    trips: [],
    profile: 'full',
    around: async (request, usual, store) => {
      const response = await usual(request);
      if (!/\/login$/.test(request.url) || response.status !== 200) return response;
      const { user: self } = (await response.clone().json()) as { user: { userId: number } };
      const user = store.user(self.userId);
      if (user && !user.isAdmin) store.addToken(user, 'Web', null);
      return response;
    },
  },
  {
    name: 'order-of-use',
    says: 'the list is in the order of the last use',
    trips: [],
    body: (usual) =>
      (usual as { lastUsedAt: number | null }[]).sort(
        (one, other) => (other.lastUsedAt ?? 0) - (one.lastUsedAt ?? 0),
      ),
  },
  {
    name: 'gateway-against-scripts',
    says: 'a gateway answers curl with 403 in JSON',
    trips: [],
    around: (request, usual) =>
      /^curl/.test(request.headers.get('user-agent') ?? '')
        ? Response.json({ message: 'Forbidden' }, { status: 403, headers: { Server: 'kong' } })
        : usual(request),
  },
  guard(
    'browsers',
    'a firewall turns browsers away',
    ({ headers }) => /^Mozilla/.test(headers.get('user-agent') ?? ''),
    403,
  ),
];
