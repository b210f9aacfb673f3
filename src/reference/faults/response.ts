import type { Behaviour } from '../behaviour.ts';
import { rewritten, withHeaders } from './edit.ts';

export const responseFaults: readonly Behaviour[] = [
  {
    name: 'status-203',
    says: 'the list is answered with 203',
    trips: ['status-200'],
    answer: (usual) => new Response(usual.body, { status: 203, headers: usual.headers }),
  },
  {
    name: 'media-type-text',
    says: 'the list is text/plain',
    trips: ['json-media-type'],
    answer: (usual) => withHeaders(usual, { 'Content-Type': 'text/plain; charset=utf-8' }),
  },
  rewritten('body-cut', 'the body ends too early', ['utf8-json'], (text) => text.slice(0, -1)),
  rewritten('body-empty', 'the body is empty', ['utf8-json'], () => ''),
  rewritten('body-latin-1', 'the body is Latin-1', ['utf8-json'], (text) =>
    Buffer.from(text.replace('"name":"', '"name":"\u00e9'), 'latin1'),
  ),
  rewritten('body-trailing', 'text follows the JSON text', ['utf8-json'], (text) => `${text};`),
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
    answer: (usual) => withHeaders(usual, { 'Cache-Control': 'public, max-age=60' }),
  },
  {
    name: 'cache-s-maxage',
    says: 'shared caches may keep the list for a minute',
    trips: ['no-shared-caching'],
    answer: (usual) => withHeaders(usual, { 'Cache-Control': 'S-MaxAge=60' }),
  },
  rewritten(
    'byte-order-mark',
    'the body begins with a byte order mark',
    ['no-byte-order-mark'],
    (text) => `\ufeff${text}`,
  ),
  rewritten('member-twice', 'a record has a member twice', ['no-repeated-members'], (text) =>
    text.replace('"name":', '"n\\u0061me":"","name":'),
  ),
  ...[201, 202, 206].map(
    (status): Behaviour => ({
      name: `status-${status}`,
      says: `the list is answered with ${status}`,
      trips: ['status-200'],
      answer: (usual) => new Response(usual.body, { status, headers: usual.headers }),
    }),
  ),
  {
    name: 'status-204',
    says: 'the list is answered with 204 and no body',
    trips: ['status-200', 'json-media-type', 'utf8-json'],
    answer: () => new Response(null, { status: 204 }),
  },
  ...([null, {}, '', 'a string', 7, true] as const).map(
    (body): Behaviour => ({
      name: `body-is-${JSON.stringify(body)}`,
      says: `the body is ${JSON.stringify(body)}`,
      trips: ['array'],
      body: () => body,
    }),
  ),
  rewritten('body-encoded-twice', 'the body is JSON text in a JSON string', ['array'], (text) =>
    JSON.stringify(text),
  ),
  rewritten('body-lines', 'each record is a line of its own', ['utf8-json'], (text) =>
    JSON.parse(text)
      .map((one: unknown) => JSON.stringify(one))
      .join('\n'),
  ),
  rewritten('body-single-quotes', 'names are in single quotes', ['utf8-json'], (text) =>
    text.replace(/"(\w+)":/g, "'$1':"),
  ),
  rewritten('body-trailing-comma', 'a comma follows the last record', ['utf8-json'], (text) =>
    text.replace(/\]$/, ',]'),
  ),
  rewritten('body-nan', 'a number is NaN', ['utf8-json'], (text) =>
    text.replace(/"userId":\d+/, '"userId":NaN'),
  ),
  rewritten('body-utf-16', 'the body is UTF-16', ['utf8-json'], (text) =>
    Buffer.from(text, 'utf16le'),
  ),
];
