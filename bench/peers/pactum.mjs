import { readFileSync } from 'node:fs';
import pactum from 'pactum';

// Runs under mocha, as its documentation has it, and alone with the runner of Node.
const test = globalThis.it ?? (await import('node:test')).test;
const { PORTAL_URL, CALLER, SESSION, TEAMMATE, OUTSIDER } = process.env;
const schema = JSON.parse(readFileSync(new URL('list.schema.json', import.meta.url), 'utf8'));
const list = () => pactum.spec().get(`${PORTAL_URL}/api/portal/v1/apiTokens`);

/** A list that is as documented, with some tokens and without others. */
function lists(token, present, absent) {
  return list()
    .withBearerToken(token)
    .expectStatus(200)
    .expectHeaderContains('content-type', 'application/json')
    .expectJsonSchema(schema)
    .expect(({ res: { json, headers } }) => {
      const ids = json.map(({ id }) => id);
      if (new Set(ids).size !== ids.length) throw new Error('a token is listed twice');
      if (!present.every((id) => ids.includes(id))) throw new Error('a token is not listed');
      const answer = JSON.stringify([headers, json]);
      if (absent.some((id) => answer.includes(id))) throw new Error("another account's token");
      const latest = Date.now() + 60_000;
      for (const { createdAt, lastUsedAt } of json) {
        if (createdAt > latest || lastUsedAt > latest) throw new Error('a time in the future');
        if (lastUsedAt !== null && lastUsedAt < createdAt) throw new Error('used before created');
      }
      const used = json.find(({ id }) => id === CALLER)?.lastUsedAt;
      if (present.includes(CALLER) && !(used > Date.now() - 60_000)) throw new Error('not used');
    });
}

const refused = (request) =>
  request.expectStatus(401).expect(({ res: { body } }) => {
    if (JSON.stringify(body ?? '').includes(CALLER)) throw new Error('a refusal with records');
  });

test("the caller's API token", () => lists(CALLER, [CALLER, TEAMMATE], [OUTSIDER]));
test("the caller's session token", () => lists(SESSION, [CALLER, TEAMMATE], [OUTSIDER]));
test('a user of the same account', () => lists(TEAMMATE, [CALLER, TEAMMATE], [OUTSIDER]));
test('a user of another account', () => lists(OUTSIDER, [OUTSIDER], [CALLER, TEAMMATE]));
test('no Authorization header', () => refused(list()));
test('a token that nobody has', () =>
  refused(list().withBearerToken('0123456789abcdef'.repeat(2))));
