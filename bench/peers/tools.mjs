// How each tool is called, and ours beside them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli, folder } from '../measure.mjs';

export const peersFolder = fileURLToPath(new URL('.', import.meta.url));
export const versions = JSON.parse(
  readFileSync(join(peersFolder, 'package.json'), 'utf8'),
).dependencies;
const schema = JSON.stringify(
  JSON.parse(readFileSync(join(peersFolder, 'list.schema.json'), 'utf8')),
);
const bin = (path) => join(peersFolder, 'node_modules', path);

/** A test set with the schema in it, where its tool can find it. */
function written(name, text = schema) {
  const source = readFileSync(join(peersFolder, name), 'utf8');
  const file = join(folder, name);
  writeFileSync(
    file,
    source.replaceAll('__SCHEMA__', () => text),
  );
  return file;
}

/** How each is called: its arguments, and what it needs in its environment. */
export function tools() {
  const arazzo = written('redocly.arazzo.yaml');
  written('redocly.openapi.yaml');
  const collection = written('newman.json', JSON.stringify(schema).slice(1, -1));
  const workflow = written('stepci.yml');
  const [blueprint, hooks] = [written('dredd.apib'), written('dredd.cjs')];
  const each = ({ caller, session, teammate, outsider }, flag) =>
    Object.entries({ caller, session, teammate, outsider }).flatMap(([name, token]) => [
      flag,
      `${name}=${token}`,
    ]);
  const upper = ({ url, caller, session, teammate, outsider }) => ({
    ...{ PORTAL_URL: url, CALLER: caller, SESSION: session },
    ...{ TEAMMATE: teammate, OUTSIDER: outsider },
  });
  const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const pactum = join(peersFolder, 'pactum.mjs');
  return [
    {
      name: `@redocly/cli respect ${versions['@redocly/cli']}`,
      call: (portal) => [
        [
          bin('@redocly/cli/bin/cli.js'),
          'respect',
          arazzo,
          '--server',
          `portal=${portal.url}`,
        ].concat(each(portal, '--input')),
        quiet,
      ],
    },
    {
      name: `pactum ${versions.pactum}, runner of Node`,
      call: (portal) => [[pactum], upper(portal)],
    },
    {
      name: `pactum ${versions.pactum}, mocha ${versions.mocha}`,
      sameSetAs: `pactum ${versions.pactum}, runner of Node`,
      call: (portal) => [[bin('mocha/bin/mocha.js'), pactum], upper(portal)],
    },
    {
      name: `newman ${versions.newman}`,
      call: (portal) => [
        [bin('newman/bin/newman.js'), 'run', collection, '--env-var', `url=${portal.url}`].concat(
          each(portal, '--env-var'),
        ),
      ],
    },
    {
      name: `stepci ${versions.stepci}`,
      call: (portal) => [
        [bin('stepci/dist/index.js'), 'run', workflow, '-e', `url=${portal.url}`].concat(
          each(portal, '-s'),
        ),
        { STEPCI_DISABLE_ANALYTICS: '1' },
      ],
    },
    {
      name: `dredd ${versions.dredd}`,
      call: (portal) => [
        [bin('dredd/bin/dredd'), blueprint, portal.url, `--hookfiles=${hooks}`],
        upper(portal),
      ],
    },
  ];
}

/** The suite, called with some options. */
export const ours = (...options) => ({
  name: ['portal-conformance', ...options].join(' '),
  ...(options.length > 0 ? { sameSetAs: 'portal-conformance' } : {}),
  call: ({ url, tokens }) => [[cli, '--quiet', ...options], { ...tokens, PORTAL_TARGET: url }],
});

/** What every tool is told of a portal. */
export const portalOf = (url, tokens) => ({
  url,
  tokens,
  caller: tokens.PORTAL_CALLER_TOKEN,
  session: tokens.PORTAL_CALLER_SESSION,
  teammate: tokens.PORTAL_TEAMMATE_TOKEN,
  outsider: tokens.PORTAL_OUTSIDER_TOKEN,
});
