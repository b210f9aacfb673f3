import { recordOf } from '../answers.ts';
import type { Behaviour } from '../behaviour.ts';
import type { Store, Token } from '../store.ts';
import { bearerOf, tokenOf } from './acts.ts';

type Given = Readonly<Record<string, unknown>>;

const isCreation = ({ method, url }: Request) => method === 'POST' && url.endsWith('/apiTokens');
const isUpdate = ({ method, url }: Request) => method === 'POST' && /\/apiTokens\/./.test(url);

/** Copies members of a request into the token that it creates or updates. */
function copying(
  isMeant: (request: Request) => boolean,
  members: readonly string[],
): NonNullable<Behaviour['around']> {
  return async (request, usual, store) => {
    const body: Given = isMeant(request) ? ((await request.clone().json()) as Given) : {};
    const response = await usual(request);
    if (!isMeant(request) || !response.ok) return response;
    const { id } = (await response.clone().json()) as Token;
    const kept = Object.entries(body).filter(([member]) => members.includes(member));
    Object.assign(tokenOf(store, id) ?? {}, Object.fromEntries(kept));
    return response;
  };
}

function ownerOf(store: Store, request: Request) {
  const bearer = bearerOf(request);
  const { userId } = store.sessions.get(bearer) ?? tokenOf(store, bearer) ?? {};
  return store.users.find(({ id }) => id === userId);
}

/** What a request gives is taken as it comes. */
export const givenFaults: readonly Behaviour[] = [
  {
    name: 'creation-takes-owner',
    says: 'a creation takes userId from the request',
    trips: ['owner-and-times-not-given', 'accounts-share-nothing'],
    profile: 'full',
    around: copying(isCreation, ['userId']),
  },
  {
    name: 'creation-takes-times',
    says: 'a creation takes createdAt and lastUsedAt from the request',
    trips: ['owner-and-times-not-given'],
    profile: 'full',
    around: copying(isCreation, ['createdAt', 'lastUsedAt']),
  },
  {
    name: 'update-takes-owner',
    says: 'an update takes userId from the request',
    trips: ['owner-and-times-not-given', 'accounts-share-nothing'],
    profile: 'full',
    around: copying(isUpdate, ['userId']),
  },
  {
    name: 'update-takes-times',
    says: 'an update takes createdAt from the request',
    trips: ['owner-and-times-not-given'],
    profile: 'full',
    around: copying(isUpdate, ['createdAt']),
  },
  {
    name: 'name-of-any-type',
    says: 'a name is kept as it came, whatever it is',
    trips: ['name-string'],
    profile: 'full',
    around: async (request, usual, store) => {
      const body: Given = isCreation(request) ? ((await request.clone().json()) as Given) : {};
      const owner = ownerOf(store, request);
      if (!owner || !isCreation(request) || typeof body.name !== 'number') return usual(request);
      return Response.json(store.addToken(owner, body.name as unknown as string, null));
    },
  },
  {
    name: 'name-null-kept',
    says: 'a name of null is kept',
    trips: ['name-string'],
    profile: 'full',
    around: async (request, usual, store) => {
      const body: Given = isCreation(request) ? ((await request.clone().json()) as Given) : {};
      const owner = ownerOf(store, request);
      if (!owner || body.name !== null) return usual(request);
      return Response.json(store.addToken(owner, null as unknown as string, null));
    },
  },
  {
    name: 'hosts-null-kept',
    says: 'restrictions whose hosts are null are kept',
    trips: ['restrictions-hosts'],
    profile: 'full',
    around: async (request, usual, store) => {
      const body: Given = isCreation(request) ? ((await request.clone().json()) as Given) : {};
      const owner = ownerOf(store, request);
      const limits = body.restrictions as { hosts?: unknown } | undefined;
      if (!owner || limits?.hosts !== null) return usual(request);
      return Response.json(store.addToken(owner, `${body.name}`, limits as never));
    },
  },
  {
    name: 'name-taken-moves',
    says: 'the creation of a token of a name that is taken moves the token of that name',
    trips: ['acts-change-nothing-else'],
    profile: 'full',
    around: async (request, usual, store) => {
      const body: Given = isCreation(request) ? ((await request.clone().json()) as Given) : {};
      const owner = ownerOf(store, request);
      const taken = store.tokens.find(
        ({ name, userId }) => name === body.name && userId !== owner?.id,
      );
      if (!owner || !taken || body.name === 'Default') return usual(request);
      Object.assign(taken, { userId: owner.id });
      return Response.json(recordOf(store, taken));
    },
  },
  {
    name: 'restrictions-of-any-type',
    says: 'restrictions are kept as they came, whatever they are',
    trips: ['restrictions-null-or-object'],
    profile: 'full',
    around: async (request, usual, store) => {
      const body: Given = isCreation(request) ? ((await request.clone().json()) as Given) : {};
      const owner = ownerOf(store, request);
      if (!owner || typeof body.name !== 'string' || !Array.isArray(body.restrictions))
        return usual(request);
      return Response.json(store.addToken(owner, body.name, body.restrictions as never));
    },
  },
  {
    name: 'foreign-update-done',
    says: 'an update by a user of another account is answered 404, and done',
    trips: ['acts-change-nothing-else'],
    profile: 'full',
    around: async (request, usual, store) => {
      const body = request.clone();
      const response = await usual(request);
      const { method, url } = request;
      if (method === 'POST' && /\/apiTokens\/./.test(url) && response.status === 404) {
        const { name } = (await body.json()) as { name?: string };
        const token = tokenOf(store, url.slice(url.lastIndexOf('/') + 1));
        if (token && name !== undefined) token.name = name;
      }
      return response;
    },
  },
];
