// The floor: sends the requests of a run with the same client and the same concurrency,
// and judges nothing. Reads them from a file, as the server saw them.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import pLimit from 'p-limit';
import request from 'supertest';

const [, , url, file, concurrency = '16'] = process.argv;
const requests = JSON.parse(readFileSync(file, 'utf8'));
const agent = new Agent({ keepAlive: true });
const limit = pLimit(Number(concurrency));
await Promise.all(
  requests.map(({ method, path, headers }) =>
    limit(() => {
      const one = request(url)
        [method.toLowerCase()](path)
        .agent(agent)
        .redirects(0)
        .ok(() => true);
      for (const [name, value] of Object.entries(headers)) one.set(name, value);
      return one.then(
        (answer) => answer.text.length,
        () => 0,
      );
    }),
  ),
);
agent.destroy();
