// A portal whose caller's account has so many tokens, in a process of its own. But for the times of
// use its list is a fixed text, so that what is measured beside it is the client. Says on standard
// output what a client needs, and on SIGUSR2 how often a list was read since the last time.
import { createServer } from 'node:http';

const record = (letter, user, index) => ({
  id: `${letter}${(index * 2_654_435_761).toString(16).padStart(31, '0')}`,
  name: `Chart plotter ${index}`,
  userId: user,
  userEmail: `crew${user}@example.com`,
  createdAt: 1_736_942_400_000 + index,
  lastUsedAt: index % 3 ? 1_736_946_000_000 + index : null,
  restrictions: index % 5 === 2 ? { hosts: ['example.com'] } : null,
});

/** An account whose users have a token each that is used, and others before those. */
function accountOf(id, letter, users, length) {
  const used = users.map((user, index) => record(letter, user, index));
  const others = Array.from({ length: length - used.length }, (_, index) =>
    record(letter, users[index % users.length], used.length + index),
  );
  const text = Buffer.from(others.map((one) => `${JSON.stringify(one)},`).join(''));
  const list = () =>
    Buffer.concat([Buffer.from('['), text, Buffer.from(JSON.stringify(used).slice(1))]);
  return { id, used, list };
}

const accounts = [accountOf(1, 'a', [1, 2], Number(process.argv[2])), accountOf(2, 'b', [3], 10)];
const users = new Map(
  accounts.flatMap((account) => account.used.map((own) => [own.id, { own, account }])),
);
let lists = 0;
const server = createServer(({ headers, url, method }, response) => {
  const answer =
    method === 'GET' && /^\/api\/portal\/v1\/(apiTokens|auth\/whoami)$/.exec(url ?? '');
  const user = users.get(/^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
  if (!answer) return response.writeHead(404).end();
  if (!user) return response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
  const { own, account } = user;
  own.lastUsedAt = Date.now();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  if (answer[1] === 'apiTokens') {
    lists += 1;
    return response.end(account.list());
  }
  const { userId, userEmail: email } = own;
  return response.end(JSON.stringify({ userId, email, account: { id: account.id } }));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const [caller, teammate, outsider] = [...users.keys()];
  const credentials = {
    'caller.token': caller,
    'teammate.token': teammate,
    'outsider.token': outsider,
  };
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}`, credentials }));
});
process.on('SIGUSR2', () => {
  console.log(JSON.stringify({ lists }));
  lists = 0;
});
