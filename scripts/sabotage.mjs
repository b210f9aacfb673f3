// Shows that nothing can be taken away unnoticed: deletes each check, and each
// annotation `requirement` of the schemas, one at a time, and sees that the proof
// turns red. Needs dist/ (npm run build); prints a table, exits with 1 when
// something could be deleted without anybody noticing.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileShape } from './validators.mjs';

const require = createRequire(import.meta.url);
const schemas = ['api-token-list', 'api-token', 'restrictions', 'documented-form'];
const [mode, which] = process.argv.slice(2);
if (mode === '--annotation') process.exit((await fixturesAgree(which)) ? 0 : 1);

const rows = [...(await withoutEachCheck()), ...withoutEachAnnotation()];
const width = Math.max(...rows.map(({ what }) => what.length));
for (const { what, red, by } of rows)
  console.log(`${what.padEnd(width)}  ${red ? 'red' : 'UNNOTICED'}  ${by}`);
const unnoticed = rows.filter(({ red }) => !red).length;
console.log(`${rows.length} deleted one at a time, ${unnoticed} unnoticed`);
process.exit(unnoticed > 0 ? 1 : 0);

/** Runs the first mutant of each requirement against a register that lacks its check. */
async function withoutEachCheck() {
  const { requirements } = await import('../build/specs/index.js');
  const { faults } = await import('../build/src/reference/faults.js');
  const { startReference } = await import('../build/src/reference/start.js');
  const { readSettings } = await import('../build/src/settings/settings.js');
  const { verify } = await import('../build/src/run/verify.js');
  const found = [];
  for (const { id } of requirements.filter(({ check }) => check)) {
    const fault = faults.find(({ trips }) => trips.includes(id));
    if (!fault) {
      found.push({ what: `check of ${id}`, red: false, by: 'no mutant' });
      continue;
    }
    const register = requirements.map((requirement) =>
      requirement.id === id && requirement.check
        ? { ...requirement, check: async () => undefined }
        : requirement,
    );
    const portal = await startReference(fault);
    const settings = readSettings(
      { settle: '0.2', 'allow-token-in-url': true },
      variablesOf(portal, fault),
      requirements,
    );
    const { requirements: judged } = await verify(settings, register);
    await portal.close();
    const tripped = judged.filter(({ status }) => ['fail', 'warn', 'note'].includes(status));
    const names = tripped.map((one) => one.id).sort();
    found.push({
      what: `check of ${id}`,
      red: names.join() !== [...fault.trips].sort().join(),
      by: `mutant ${fault.name}`,
    });
  }
  return found;
}

function variablesOf({ url, admin, credentials }, fault) {
  if (fault.profile === 'full') {
    const { username, password } = admin;
    return { PORTAL_TARGET: url, PORTAL_ADMIN_USERNAME: username, PORTAL_ADMIN_PASSWORD: password };
  }
  const named = [...credentials].map(([name, token]) => [
    `PORTAL_${name.toUpperCase().replace('.', '_')}`,
    token,
  ]);
  return { PORTAL_TARGET: url, ...Object.fromEntries(named) };
}

function withoutEachAnnotation() {
  return schemas.flatMap((name) =>
    annotationsOf(require(`portal-conformance/schemas/${name}.schema.json`)).map((path) => {
      const { status } = spawnSync(process.execPath, [
        fileURLToPath(import.meta.url),
        '--annotation',
        `${name}#${path}`,
      ]);
      return { what: `annotation ${name}#${path}`, red: status !== 0, by: 'fixtures' };
    }),
  );
}

/** JSON Pointers of the subschemas that name a requirement. */
function annotationsOf(schema, path = '') {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = typeof schema.requirement === 'string' ? [path] : [];
  return [
    ...own,
    ...Object.entries(schema).flatMap(([name, member]) => annotationsOf(member, `${path}/${name}`)),
  ];
}

/** Whether every fixture still breaks what it names, without one annotation. */
async function fixturesAgree(place) {
  const [name, path] = place.split('#');
  const schema = require(`portal-conformance/schemas/${name}.schema.json`);
  // What is broken across members or records, no schema decides.
  const all = schemas.map((one) => require(`portal-conformance/schemas/${one}.schema.json`));
  const decidable = JSON.stringify(all);
  const subschema = path
    .split('/')
    .slice(1)
    .reduce((at, step) => at[step], schema);
  delete subschema.requirement;
  const { judgeShape } = await import('../build/src/contract/shape.js');
  const validators = compileShape((one) =>
    require(`portal-conformance/schemas/${one}.schema.json`),
  );
  for (const kind of ['valid', 'invalid']) {
    const folder = new URL(`../fixtures/${kind}/`, import.meta.url);
    for (const file of readdirSync(folder)) {
      const fixture = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      // What a head or a text breaks, no schema decides.
      if (fixture.head !== undefined || fixture.text !== undefined) continue;
      const { body, requirements = [] } = fixture;
      try {
        const found = [...judgeShape(body, validators).keys()];
        const named = requirements.filter((id) => decidable.includes(`"requirement":"${id}"`));
        if (found.sort().join() !== named.sort().join()) return false;
      } catch {
        return false;
      }
    }
  }
  return true;
}
