import { cli, ms, nodeAlone, percent, ratio, sideBySide, startServer, table } from '../measure.mjs';
import { portalOf, tools } from '../peers/tools.mjs';
import { install } from './peers.mjs';

export const title = 'Beside pactum and curl';

const times = 15;
const delays = [0, 20, 100];

/** A whole read-only run beside six requests, one after another, in turn. */
export async function measure() {
  install();
  const rows = [];
  for (const delay of delays) {
    const server = await startServer(delay);
    const portal = portalOf(server.url, server.tokens);
    const variables = { ...server.tokens, PORTAL_TARGET: server.url };
    const commands = [
      ['portal-conformance', [[cli, '--quiet'], variables]],
      ...tools()
        .filter(({ name }) => name.endsWith('runner of Node'))
        .map(({ name, call }) => [name, call(portal)]),
      ['curl, one process', [curlOf(portal), {}, 'curl']],
      ['`node -e 0`', nodeAlone],
    ];
    const counted = [];
    for (const [, command] of commands) {
      sideBySide([command], 1);
      counted.push((await server.counts()).requests);
    }
    const medians = sideBySide(
      commands.map(([, command]) => command),
      times,
    );
    server.stop();
    for (const [index, [name]] of commands.entries()) {
      const { ms: took, noise } = medians[index];
      rows.push([
        `${name}, ${delay} ms`,
        counted[index],
        ms(took),
        ratio(medians[0].ms, took),
        percent(noise),
      ]);
    }
  }
  return [
    `Each as a process, in turn, on the same reference portal; medians of ${times}. pactum and curl send six requests, one`,
    'after another: a list with each of four credentials, one without a header, one with an unknown token.',
    '',
    ...table(
      ['what, and the delay of an answer', 'requests', 'takes', 'ours to it', 'noise'],
      rows,
    ),
  ];
}

/** The arguments of a curl that sends six requests over one connection. */
function curlOf({ url, caller, session, teammate, outsider }) {
  const list = `${url}/api/portal/v1/apiTokens`;
  const bearer = (token) => ['-H', `Authorization: Bearer ${token}`];
  const each = [caller, session, teammate, outsider, 'nobody-has-this-token'].map(bearer);
  return [...each, []].flatMap((fields, index) => [
    ...(index > 0 ? ['--next'] : []),
    ...['-sS', '-o', '/dev/null', ...fields, list],
  ]);
}
