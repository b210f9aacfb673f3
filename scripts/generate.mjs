// Writes what derives from the tables of the sources: the schema of the configuration file, the
// tables of the docs, and docs/requirements.md. With --check it writes nothing, and exits with 1
// when a file is stale. Needs dist/ (npm run build).
import { readFileSync, writeFileSync } from 'node:fs';
import { requirements } from '../build/specs/index.js';
import { outline } from '../build/src/contract/outline.js';
import { topics } from '../build/src/contract/requirement.js';
import { openApiOf } from '../build/src/export/openapi.js';
import { setOf } from '../build/src/export/sets.js';
import { typesOf } from '../build/src/export/types.js';
import { formats } from '../build/src/report/formats/formats.js';
import { credentialVariables } from '../build/src/settings/credentials.js';
import { camel, variableOf } from '../build/src/settings/option-reader.js';
import { commandOptions, options, optionTable } from '../build/src/settings/options.js';

const root = new URL('..', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const check = process.argv.includes('--check');

const { version } = JSON.parse(read('package.json'));
const schemaOf = (name) => JSON.parse(read(`schemas/${name}.schema.json`));
const example = JSON.parse(read('fixtures/valid/contract-example.json')).body;
const asJson = (value) => `${JSON.stringify(value, undefined, 2)}\n`;
// A set that has been published stays as it is.
const growing = version.startsWith('0.')
  ? { 'requirements/1.json': asJson(setOf('1', requirements)) }
  : {};

const files = {
  ...growing,
  'requirements/latest.json': asJson(setOf('latest', requirements)),
  'openapi.json': asJson(openApiOf({ version, requirements, schemaOf, example })),
  'src/contract/api-token.ts': typesOf(schemaOf),
  'schemas/config.schema.json': configSchema(),
  'schemas/targets.schema.json': targetsSchema(),
  'docs/options.md': withTable('docs/options.md', 'options', optionsTable()),
  'docs/reports.md': withTable('docs/reports.md', 'formats', formatsTable()),
  'docs/api.md': withTable('docs/api.md', 'api-options', apiTable()),
  'docs/requirements.md': requirementsPage(),
};

const stale = Object.entries(files).filter(([path, text]) => !isCurrent(path, text));
for (const [path, text] of stale) {
  if (check) console.error(`stale: ${path} (npm run build && npm run generate)`);
  else writeFileSync(new URL(path, root), text);
}
process.exit(check && stale.length > 0 ? 1 : 0);

function isCurrent(path, text) {
  try {
    return read(path) === text;
  } catch {
    return false;
  }
}

function configSchema() {
  const schema = JSON.parse(read('schemas/config.schema.json'));
  const { $schema, target, variables } = schema.properties;
  const settings = options.map(({ name, takes, about, member, schema: form }) => {
    const unit = takes === '<seconds>' ? ', in seconds' : '';
    const description = sentence(about.replace(/ \([^)]*\)$/, '') + unit);
    return [member ?? camel(name), { description, ...form }];
  });
  variables.properties = Object.fromEntries(
    credentialVariables.map((name) => [name, { $ref: '#/$defs/name' }]),
  );
  const members = { target, ...Object.fromEntries(settings), variables };
  schema.properties = { $schema, ...members, targets: targetsIn(schema, members) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** The targets of a fleet: each entry is a configuration with an id. */
function targetsIn({ type, additionalProperties }, members) {
  const id = {
    description: 'What the target is called, in every output and in the names of files.',
    type: 'string',
    pattern: '^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$',
  };
  return {
    description:
      'The targets of a fleet; the other members are those of each that does not say otherwise.',
    type: 'array',
    minItems: 1,
    items: {
      title: 'A target: an id, and a configuration',
      ...{ type, additionalProperties },
      required: ['id', 'target'],
      properties: { id, ...members },
    },
  };
}

/** A file of targets. */
function targetsSchema() {
  const { $schema, $defs, properties, ...config } = JSON.parse(configSchema());
  const { description: _, ...targets } = properties.targets;
  const schema = {
    $schema,
    $id: 'https://portal-conformance.dev/schemas/targets.schema.json',
    title: 'Targets of a fleet',
    ...{ type: config.type, additionalProperties: config.additionalProperties },
    required: ['targets'],
    properties: { $schema: { type: 'string' }, targets },
    $defs,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function optionsTable() {
  return table(
    ['option', 'variable', ''],
    commandOptions.map(({ name, takes, about, several }) => [
      `\`--${name}${takes ? ` ${takes}` : ''}\``,
      `\`${variableOf(name)}\``,
      `${about}${several ? '; may be given several times' : ''}`,
    ]),
  );
}

function formatsTable() {
  return table(
    ['form', 'for', ''],
    Object.entries(formats).map(([name, { reader, about }]) => [`\`${name}\``, reader, about]),
  );
}

function apiTable() {
  const rows = Object.entries(optionTable).flatMap(([name, option]) =>
    'api' in option ? [[`\`${name}\``, option.api.takes, inMilliseconds(option)]] : [],
  );
  return table(['option', 'takes', ''], rows);
}

/**
 * The command takes seconds.
 *
 * @param {{ about: string, takes?: string }} option
 */
function inMilliseconds({ about, takes }) {
  if (takes !== '<seconds>') return about;
  return about.replace(/\((\d+)\)$/, (_, number) => `(${Number(number) * 1000})`);
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A page with the table between its markers replaced. */
function withTable(path, name, text) {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const page = read(path);
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no place for ${name}`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}

/** The register as a page, for whoever does not read TypeScript. */
function requirementsPage() {
  const judged = requirements.filter(({ check }) => check).length;
  const lines = [
    '# Requirements',
    '',
    'What a server that implements "List API Tokens" must do, and how this suite reads the contract.',
    'Generated from `specs/` by `npm run generate`.',
    '',
    `${requirements.length} requirements: ${judged} are checked, ${requirements.length - judged} cannot be observed and say why.`,
    'A **MUST** comes from the contract, a **SHOULD** from an RFC; a **NOTE** is worth knowing and never counts.',
    '',
    '## By heading of the contract',
    '',
    ...outline.map((heading) => {
      const ids = requirements.filter(({ source }) => source === heading).map(linkTo);
      return `- ${heading}: ${ids.join(', ')}`;
    }),
    ...topics.flatMap((topic) => [
      '',
      `## ${topic.charAt(0).toUpperCase()}${topic.slice(1)}`,
      ...requirements.filter((one) => one.topic === topic).flatMap(section),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function linkTo({ id }) {
  return `[${id}](#${id})`;
}

function section(requirement) {
  const { id, level, title, text, source, profiles, needs, causes, fix, excluded } = requirement;
  const facts = excluded
    ? [`Not checked: ${excluded}.`]
    : [
        `Profiles: ${profiles.join(', ')}.${needs.length > 0 ? ` Needs ${needs.join(' and ')}.` : ''}`,
        '',
        `Usual causes: ${causes}`,
        '',
        `Fix: ${fix}`,
      ];
  return [
    '',
    `### ${id}`,
    '',
    `**${level}** ${title}. *${source}*`,
    '',
    text,
    '',
    ...facts.map((line) => line.replace(/([<>*])/g, '\\$1')),
  ];
}
