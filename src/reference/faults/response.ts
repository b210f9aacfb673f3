import type { Behaviour } from '../behaviour.ts';
import { rewritten, withHeaders } from './edit.ts';

export const responseFaults: readonly Behaviour[] = [
  {
    name: 'status-203',
    says: 'the list is answered with 203',
    trips: ['status-200'],
    response: (usual) => new Response(usual.body, { status: 203, headers: usual.headers }),
  },
  {
    name: 'media-type-text',
    says: 'the list is text/plain',
    trips: ['json-media-type'],
    response: (usual) => withHeaders(usual, { 'Content-Type': 'text/plain; charset=utf-8' }),
  },
  {
    name: 'body-cut',
    says: 'the body ends too early',
    trips: ['utf8-json'],
    response: rewritten((text) => text.slice(0, -1)),
  },
  {
    name: 'body-empty',
    says: 'the body is empty',
    trips: ['utf8-json'],
    response: rewritten(() => ''),
  },
  {
    name: 'body-latin-1',
    says: 'the body is Latin-1',
    trips: ['utf8-json'],
    response: rewritten((text) =>
      Buffer.from(text.replace('"name":"', '"name":"\u00e9'), 'latin1'),
    ),
  },
  {
    name: 'body-trailing',
    says: 'text follows the JSON text',
    trips: ['utf8-json'],
    response: rewritten((text) => `${text};`),
  },
  {
    name: 'wrapped',
    says: 'the array is a member of an object',
    trips: ['array'],
    body: (usual) => ({ tokens: usual }),
  },
  {
    name: 'by-id',
    says: 'the records are members of an object',
    trips: ['array'],
    body: (usual) => Object.fromEntries(usual.map((record, index) => [index, record])),
  },
  {
    name: 'element-null',
    says: 'the last element is null',
    trips: ['elements-are-objects'],
    body: (usual) => [...usual, null],
  },
  {
    name: 'element-array',
    says: 'the last element is an array',
    trips: ['elements-are-objects'],
    body: (usual) => [...usual, []],
  },
  {
    name: 'listed-twice',
    says: 'the first token is listed twice',
    trips: ['tokens-unique'],
    body: (usual) => [...usual, usual[0]],
  },
  {
    name: 'read-makes-token',
    says: 'each read makes a token',
    trips: ['read-is-safe'],
    visible: (usual, { user }, store) => [...usual, store.addToken(user, 'Made by reading', null)],
  },
  {
    name: 'read-renames',
    says: 'each read renames the token that it is made with',
    trips: ['read-is-safe'],
    visible: (usual, { token }) => {
      if (token) token.name += '.';
      return usual;
    },
  },
  {
    name: 'plain-http',
    says: 'the portal is reached by http, from elsewhere',
    trips: ['https'],
    address: '0.0.0.0',
  },
  {
    name: 'cache-public',
    says: 'shared caches may keep the list',
    trips: ['no-shared-caching'],
    response: (usual) => withHeaders(usual, { 'Cache-Control': 'public, max-age=60' }),
  },
  {
    name: 'cache-s-maxage',
    says: 'shared caches may keep the list for a minute',
    trips: ['no-shared-caching'],
    response: (usual) => withHeaders(usual, { 'Cache-Control': 'S-MaxAge=60' }),
  },
  {
    name: 'byte-order-mark',
    says: 'the body begins with a byte order mark',
    trips: ['no-byte-order-mark'],
    response: rewritten((text) => `\ufeff${text}`),
  },
  {
    name: 'member-twice',
    says: 'a record has a member twice',
    trips: ['no-repeated-members'],
    response: rewritten((text) => text.replace('"name":', '"n\\u0061me":"","name":')),
  },
  ...[201, 202, 206].map(
    (status): Behaviour => ({
      name: `status-${status}`,
      says: `the list is answered with ${status}`,
      trips: ['status-200'],
      response: (usual) => new Response(usual.body, { status, headers: usual.headers }),
    }),
  ),
  {
    name: 'status-204',
    says: 'the list is answered with 204 and no body',
    trips: ['status-200', 'json-media-type', 'utf8-json'],
    response: () => new Response(null, { status: 204 }),
  },
  ...([null, {}, '', 'a string', 7, true] as const).map(
    (body): Behaviour => ({
      name: `body-is-${JSON.stringify(body)}`,
      says: `the body is ${JSON.stringify(body)}`,
      trips: ['array'],
      body: () => body,
    }),
  ),
  {
    name: 'body-encoded-twice',
    says: 'the body is JSON text in a JSON string',
    trips: ['array'],
    response: rewritten((text) => JSON.stringify(text)),
  },
  {
    name: 'body-lines',
    says: 'each record is a line of its own',
    trips: ['utf8-json'],
    response: rewritten((text) =>
      JSON.parse(text)
        .map((record: unknown) => JSON.stringify(record))
        .join('\n'),
    ),
  },
  {
    name: 'body-single-quotes',
    says: 'names are in single quotes',
    trips: ['utf8-json'],
    response: rewritten((text) => text.replace(/"(\w+)":/g, "'$1':")),
  },
  {
    name: 'body-trailing-comma',
    says: 'a comma follows the last record',
    trips: ['utf8-json'],
    response: rewritten((text) => text.replace(/\]$/, ',]')),
  },
  {
    name: 'body-nan',
    says: 'a number is NaN',
    trips: ['utf8-json'],
    response: rewritten((text) => text.replace(/"userId":\d+/, '"userId":NaN')),
  },
  {
    name: 'body-utf-16',
    says: 'the body is UTF-16',
    trips: ['utf8-json'],
    response: rewritten((text) => Buffer.from(text, 'utf16le')),
  },
];
