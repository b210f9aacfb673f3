import {
  changesByReading,
  changesWithEveryRead,
  differences,
  growsByReading,
} from '../src/checks/changed-by-reading.ts';
import { type Difference, failEach, over } from '../src/checks/findings.ts';
import { anyProfile, ofTopic, reading, shaped, withoutHead } from '../src/checks/kinds.ts';
import { failIf, Inconclusive } from '../src/contract/finding.ts';
import type { ListRead } from '../src/portal/list-read.ts';

export const response = ofTopic('response', [
  reading(
    {
      id: 'status-200',
      level: 'MUST',
      title: 'The list is answered with 200 OK',
      text: 'A request with a valid token is answered with the status code 200.',
      source: 'Example Response',
      causes: 'A handler answers 201, 203 or 204, or a proxy rewrites the status.',
      fix: 'Answer the list with 200 OK, also when it is empty.',
      profiles: anyProfile,
      inapplicable: withoutHead,
    },
    async (context) => {
      const reads = (await context.reads()).filter(({ rejected }) => !rejected);
      const answered = reads.filter(
        ({ status }) => status !== undefined && status < 500 && status !== 429,
      );
      failEach(answered, ({ status }) =>
        status === 200 ? [] : [{ expected: 'status 200', received: `status ${status}` }],
      );
      for (const read of reads) read.requireAnswer();
      if (reads.length === 0)
        throw new Inconclusive(
          'every response is a refusal: the list is what a valid token is answered with (api-token-accepted)',
        );
      return over(reads.length, 'answer', reads);
    },
  ),
  reading(
    {
      id: 'json-media-type',
      level: 'MUST',
      title: 'The list has a JSON media type',
      text: 'The Content-Type of the list is application/json, or another type that ends in +json.',
      source: 'Response Schema',
      causes:
        "The body is written as text, or the framework's default Content-Type is left in place.",
      fix: 'Set Content-Type: application/json on the answer.',
      profiles: anyProfile,
      inapplicable: withoutHead,
    },
    async (context) => {
      const reads = accepted(await context.reads());
      failEach(reads, ({ mediaType, mediaTypeName }) => {
        if (mediaType !== undefined && /^(application\/json|.+\+json)$/.test(mediaType)) return [];
        return [
          {
            expected: 'Content-Type: application/json',
            received: mediaTypeName ?? 'no Content-Type',
          },
        ];
      });
      return over(reads.length, 'answer', reads);
    },
  ),
  reading(
    {
      id: 'utf8-json',
      level: 'MUST',
      title: 'The list is one well-formed JSON text in UTF-8',
      text: 'The body of the list is one JSON text and nothing else, encoded in UTF-8.',
      source: 'Response Schema',
      causes:
        'The answer is cut off, is written in another encoding, or has text or a second JSON value after it.',
      fix: 'Write the array with a JSON serializer, in UTF-8, and nothing before or after it.',
      profiles: anyProfile,
    },
    async (context) => {
      const reads = accepted(await context.reads());
      failEach(reads, ({ json }) =>
        json.problem
          ? [{ expected: 'one well-formed JSON text in UTF-8', received: json.problem }]
          : [],
      );
      return over(reads.length, 'answer', reads);
    },
  ),
  reading(
    {
      id: 'array',
      level: 'MUST',
      title: 'The list is an array',
      text: 'The JSON text is an array, not an object that holds one.',
      source: 'Response Schema',
      causes:
        'The array is wrapped in an object, with pages or metadata beside it, or is keyed by id.',
      fix: 'Answer the array itself; put whatever accompanies it into headers.',
      profiles: anyProfile,
    },
    async (context) => {
      const reads = accepted(await context.reads()).filter(({ json }) => !json.problem);
      if (reads.length === 0) throw new Inconclusive('no response is JSON: see utf8-json');
      failEach(reads, ({ shape }) => shape.get('array') ?? []);
      return over(reads.length, 'answer', reads);
    },
  ),
  shaped({
    id: 'elements-are-objects',
    level: 'MUST',
    title: 'Every element of the list is an object',
    text: 'Each element of the array is a JSON object, the record of one API token.',
    source: 'Response Schema',
    causes: 'Ids alone are listed, or a deleted row leaves null behind.',
    fix: 'Write each token as an object with the seven documented members, and leave out rows that hold none.',
  }),
  reading(
    {
      id: 'tokens-unique',
      level: 'MUST',
      title: 'No token is listed twice',
      text: 'Each API token is one record of the list.',
      source: 'Description',
      causes: 'A join multiplies rows, or two sources are merged without removing what both have.',
      fix: 'Select each token once.',
      profiles: anyProfile,
    },
    async (context) => {
      const lists = await context.lists();
      failEach(lists, repeatedTokens);
      return over(
        lists.reduce((sum, list) => sum + list.byId.size, 0),
        'token',
        lists,
      );
    },
  ),
  reading(
    {
      id: 'read-is-safe',
      level: 'MUST',
      title: 'Reading the list changes nothing else',
      text: "Reading the list creates no token of the reader's, and alters nothing but the time of use of the token that is used.",
      source: 'GET /api/portal/v1/apiTokens',
      causes:
        'The GET handler creates, renames or touches tokens, or notes the use on every token of the user.',
      fix: 'Write nothing on GET but lastUsedAt of the one token that authenticated the request.',
      needs: ['caller.token'],
    },
    async (context) => {
      const caller = context.needed('caller.token');
      const changed = await context.persisting(async (round) => {
        const before = await context.list(caller, round);
        const after = await context.list(caller, round + 1);
        return changesByReading(before, after, caller.token);
      });
      const proven = [];
      for (const change of changed) {
        const isOurs = await (change.key === 'created'
          ? growsByReading(context, caller)
          : changesWithEveryRead(context, caller, change.key));
        if (isOurs) proven.push(change);
      }
      const curl = (await context.list(caller)).exchange.curl;
      failIf(
        proven.map(({ key: _, ...change }) => ({ ...change, credential: caller.label, curl })),
      );
      return 'two reads in a row differ in nothing of the caller';
    },
  ),
  reading(
    {
      id: 'read-changes-nothing',
      level: 'MUST',
      title: 'With no other activity, two reads are identical',
      text: 'In an account in which nobody else acts, two reads with a session tell exactly the same of every token.',
      source: 'GET /api/portal/v1/apiTokens',
      causes: 'Reading the list, or using a session, notes a use on API tokens.',
      fix: 'Note a use only on the API token that authenticated the request; a session is none.',
      profiles: ['full'],
      needs: ['outsider.token'],
    },
    async (context) => {
      const { sandbox } = context;
      const { token, variable } = sandbox.session('outsider');
      const reader = { label: "the outsider's session token", variable, token };
      const inUse = context.needed('outsider.token').token;
      const found = await context.persisting(async () => {
        const before = await context.readNow(reader);
        // Times are in milliseconds: what is noted in the same one does not differ.
        await context.pause(5);
        const after = await context.readNow(reader);
        const bad = [before, after].find(({ usable }) => !usable);
        if (bad) throw new Inconclusive(bad.trouble);
        return differences(before, after, inUse);
      });
      failIf(found.map(({ key: _, ...finding }) => finding));
      return 'two reads are identical';
    },
  ),
  {
    id: 'documented-port',
    level: 'NOTE',
    title: 'The portal is reached on port 9909',
    text: 'The example request goes to port 9909 of the host, at the root of its paths.',
    source: 'Example Request',
    excluded: 'a portal may sit behind a reverse proxy, on any port and below any path',
  },
  reading(
    {
      id: 'https',
      level: 'SHOULD',
      title: 'Bearer tokens travel over TLS',
      text: 'The portal is reached by https, for a bearer token is as good as a password.',
      source: 'RFC 6750, section 5.3',
      causes: 'The portal is reached by http, past the proxy that ends TLS.',
      fix: 'Give the https URL, and let the portal refuse plain http from outside.',
      inapplicable: ({ loopback }) =>
        loopback ? 'not checked: the target is on this machine' : undefined,
    },
    async (context) => {
      const { exchange } = await context.read(context.caller);
      if (!context.target.tls) {
        failIf([{ expected: 'an https URL', received: 'an http URL', curl: exchange.curl }]);
      }
      return 'the target is an https URL';
    },
  ),
  reading(
    {
      id: 'no-shared-caching',
      level: 'SHOULD',
      title: 'Shared caches may not keep the list',
      text: 'Cache-Control does not let shared caches keep the answer (public, s-maxage) without private or no-store.',
      source: 'RFC 9111, section 3.5',
      causes:
        'A default cache policy for GET answers, or a CDN, marks the answer public or sets s-maxage.',
      fix: 'Send Cache-Control: no-store, or private, with the list.',
      profiles: anyProfile,
      inapplicable: withoutHead,
    },
    async (context) => {
      const reads = accepted(await context.reads());
      failEach(reads, (read) => {
        const directives = cacheDirectives(read.header('cache-control') ?? '');
        const sharing = ['public', 's-maxage'].filter((name) => directives.get(name) ?? false);
        if (sharing.length === 0 || directives.has('private') || directives.has('no-store'))
          return [];
        return [
          {
            expected: 'no directive that lets shared caches keep a list of credentials',
            received: `Cache-Control with ${sharing.join(' and ')}`,
          },
        ];
      });
      return over(reads.length, 'answer', reads);
    },
  ),
  reading(
    {
      id: 'no-byte-order-mark',
      level: 'SHOULD',
      title: 'The JSON text has no byte order mark',
      text: 'The body does not begin with a byte order mark.',
      source: 'RFC 8259, section 8.1',
      causes: 'The text is written with an encoder that begins with a byte order mark.',
      fix: 'Write UTF-8 without a byte order mark.',
      profiles: anyProfile,
    },
    async (context) => {
      const reads = accepted(await context.reads());
      failEach(reads, ({ json }) =>
        json.mark
          ? [{ expected: 'no byte order mark', received: 'the bytes EF BB BF at the beginning' }]
          : [],
      );
      return over(reads.length, 'answer', reads);
    },
  ),
  reading(
    {
      id: 'no-repeated-members',
      level: 'SHOULD',
      title: 'No object repeats a member name',
      text: 'The names within each object of the JSON text are unique.',
      source: 'RFC 8259, section 4',
      causes: 'JSON is put together by hand, or two layers each add the same member.',
      fix: 'Build one object for each record and serialize it once.',
      profiles: anyProfile,
    },
    async (context) => {
      const reads = accepted(await context.reads()).filter(({ json }) => !json.problem);
      if (reads.length === 0) throw new Inconclusive('no response is JSON: see utf8-json');
      failEach(reads, ({ json }) => {
        const count = json.repeatedNames();
        if (count === 0) return [];
        return [
          {
            expected: 'each member name once in an object',
            received: 'a name that occurs again',
            count,
          },
        ];
      });
      return over(reads.length, 'answer', reads);
    },
  ),
]);

/** What was accepted; other requirements judge the rest. */
function accepted(reads: readonly ListRead[]): readonly ListRead[] {
  const open = reads.filter((read) => read.accepted);
  if (open.length === 0) throw new Inconclusive(reads[0]?.trouble ?? 'no list was read');
  return open;
}

function repeatedTokens(list: ListRead): Difference[] {
  const named = list.records.reduce((sum, [, { id }]) => sum + (typeof id === 'string' ? 1 : 0), 0);
  if (named === list.byId.size) return [];
  const first = new Map<unknown, number>();
  const again: number[] = [];
  for (const [index, { id }] of list.records) {
    if (typeof id !== 'string') continue;
    if (first.has(id)) again.push(index);
    else first.set(id, index);
  }
  if (again.length === 0) return [];
  return [
    {
      expected: 'one record for each token',
      received: 'a token that is listed already',
      where: again.slice(0, 3).map((index) => `/${index}/id`),
      count: again.length,
    },
  ];
}

/** Directive names in lower case; `s-maxage=0` keeps nothing. */
function cacheDirectives(header: string): ReadonlyMap<string, boolean> {
  return new Map(
    header.split(',').map((directive) => {
      const [name = '', value] = directive.trim().toLowerCase().split('=', 2);
      return [name, name !== 's-maxage' || Number(value?.replaceAll('"', '')) !== 0];
    }),
  );
}
