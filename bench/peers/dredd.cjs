const hooks = require('hooks');

const { CALLER, SESSION, TEAMMATE, OUTSIDER } = process.env;

/** A list with some tokens and without others; the schema is in the description. */
function lists(example, token, present, absent) {
  const name = `Tokens > List > Example ${example}`;
  hooks.before(name, ({ request }) => {
    request.headers.Authorization = `Bearer ${token}`;
  });
  hooks.after(name, (transaction) => {
    const fail = (why) => {
      transaction.fail = why;
    };
    let list;
    try {
      list = JSON.parse(transaction.real.body);
    } catch {
      return fail('no JSON');
    }
    const ids = list.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) fail('a token is listed twice');
    if (!present.every((id) => ids.includes(id))) fail('a token is not listed');
    const answer = JSON.stringify([transaction.real.headers, transaction.real.body]);
    if (absent.some((id) => answer.includes(id))) fail("another account's token");
    for (const { createdAt, lastUsedAt } of list) {
      if (Math.max(createdAt, lastUsedAt) > Date.now() + 60_000) fail('a time in the future');
      if (lastUsedAt !== null && lastUsedAt < createdAt) fail('used before created');
    }
    const used = list.find(({ id }) => id === CALLER)?.lastUsedAt;
    if (present.includes(CALLER) && !(used > Date.now() - 60_000)) fail('not used');
  });
}

lists(1, CALLER, [CALLER, TEAMMATE], [OUTSIDER]);
lists(2, SESSION, [CALLER, TEAMMATE], [OUTSIDER]);
lists(3, TEAMMATE, [CALLER, TEAMMATE], [OUTSIDER]);
lists(4, OUTSIDER, [OUTSIDER], [CALLER, TEAMMATE]);
for (const example of [5, 6]) {
  hooks.after(`Tokens > List > Example ${example}`, (transaction) => {
    if (transaction.real.body.includes(CALLER)) transaction.fail = 'a refusal with records';
  });
}
hooks.before('Tokens > List > Example 5', ({ request }) => {
  delete request.headers.Authorization;
});
hooks.before('Tokens > List > Example 6', ({ request }) => {
  request.headers.Authorization = `Bearer ${'0123456789abcdef'.repeat(2)}`;
});
