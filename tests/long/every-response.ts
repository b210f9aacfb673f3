import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Reference, startReference } from '../../src/reference/start.ts';
import { run } from '../support/cli.ts';
import { acceptedAnswered } from '../support/hostile-servers.ts';
import { idsWith, judge, variablesOf } from '../support/judge.ts';
import { secretsIn } from '../support/secrets.ts';
import { forwardTo, type Listening } from '../support/servers.ts';

let portal: Reference;

beforeAll(async () => {
  portal = await startReference();
});

afterAll(() => portal.close());

/** What goes wrong with one response. */
type Accident = (request: IncomingMessage, response: ServerResponse) => void;

/** The list of the other account, as a shared cache keyed by URL answers it. */
const foreignList: Accident = (request, response) => {
  const [caller, outsider] = ['caller.token', 'outsider.token'].map(
    (name) => `Bearer ${portal.credentials.get(name as 'caller.token')}`,
  ) as [string, string];
  const isOutsider = request.headers.authorization === outsider;
  request.headers.authorization = isOutsider ? caller : outsider;
  forwardTo(portal.url)(request, response);
};

const object: Accident = (_, response) => json(response, '{"tokens":[]}');
const text: Accident = (_, response) => response.writeHead(200).end('[]');

function json(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
}

/** A portal that answers one accepted request for the list in another way. */
async function onceAnswered(at: number, accident: Accident) {
  const forward = forwardTo(portal.url);
  let accepted = 0;
  const server: Listening = await acceptedAnswered(portal, (request, response) => {
    if (request.method === 'GET') accepted += 1;
    const isMeant = request.method === 'GET' && accepted === at;
    (isMeant ? accident : forward)(request, response);
  });
  return { ...server, accepted: () => accepted };
}

test.each([
  ['the list of another account', foreignList, /^(outsider-|accounts-)/],
  ['an object in place of the list', object, /^array$/],
  ['a list without a media type', text, /^json-media-type$/],
] as const)('%s, once, is found whichever response it is', async (_, accident, ids) => {
  let isOver = false;
  for (let at = 1; !isOver; at += 1) {
    const server = await onceAnswered(at, accident);
    const report = await judge({ ...portal, url: server.url });
    await server.close();
    isOver = server.accepted() < at;
    const found = idsWith(report.requirements, 'fail').filter((id) => ids.test(id));
    expect([at, report.exitCode, found.length > 0]).toEqual([at, isOver ? 0 : 1, !isOver]);
    expect(secretsIn(JSON.stringify(report), portal.store)).toEqual([]);
    if (isOver) expect(at).toBeGreaterThan(10);
  }
});

test('what is seen now and then is told as how often', async () => {
  const server = await onceAnswered(3, object);
  const { requirements } = await judge({ ...portal, url: server.url });
  await server.close();
  const array = requirements.find(({ id }) => id === 'array');
  expect(array?.findings[0]?.credential).toMatch(/, in 1 of \d+ responses$/);
});

test('what the last response shows is red under every reporter of vitest', async () => {
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'conformance'];
  const judgedAt = async (at: number) => {
    const server = await onceAnswered(at, object);
    const variables = { ...variablesOf(portal), PORTAL_TARGET: server.url, PORTAL_SETTLE: '0.2' };
    const { code } = await run(process.execPath, [...command, '--reporter', 'dot'], variables);
    await server.close();
    return { code, accepted: server.accepted() };
  };
  const sound = await judgedAt(Number.POSITIVE_INFINITY);
  expect(sound.code).toBe(0);
  expect((await judgedAt(sound.accepted)).code).toBe(1);
});
