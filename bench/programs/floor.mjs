// The floor: sends the requests of a run with the same client and the same concurrency,
// and judges nothing. Reads them from a file, as the server saw them. It sends all of them
// at once, or with `in-order` what began after an answer, after the same answers.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import pLimit from 'p-limit';
import request from 'supertest';

const [, , url = '', file = '', ...options] = process.argv;
const requests = JSON.parse(readFileSync(file, 'utf8'));
const agent = new Agent({ keepAlive: true });
const limit = pLimit(48);

const send = ({ method, path, headers, body, index }) =>
  limit(() => {
    const one = request(url)
      [method.toLowerCase()](path)
      .agent(agent)
      .redirects(0)
      .ok(() => true)
      .set(headers);
    if (options.includes('answered-again')) one.set('x-answer-again', String(index));
    return one.send(body || undefined).then(
      (answer) => answer.text.length,
      () => 0,
    );
  });

const phases = new Map();
for (const one of requests) {
  const phase = options.includes('in-order') ? one.phase : 0;
  phases.set(phase, [...(phases.get(phase) ?? []), one]);
}
for (const phase of phases.values()) await Promise.all(phase.map(send));
agent.destroy();
