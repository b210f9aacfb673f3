#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { bugSite } from './contract/judge.ts';
import { credentialKinds } from './portal/credential.ts';
import { Misconfigured } from './portal/misconfigured.ts';
import { quote } from './portal/shell.ts';
import type { Reference } from './reference/start.ts';
import { inert } from './report/inert.ts';
import type { Report } from './report/report.ts';
import type { Given } from './run/option-reader.ts';
import { version } from './run/package.ts';
import type { Run } from './run/run.ts';
import { options, readSettings, reportsOf, type Settings } from './run/settings.ts';

const credentialsHelp = `
Credentials come from the environment or from --env-file, never from an option:
  PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN
                          make own users and tokens, and remove them (full profile)
${credentialKinds.map(({ variable, about }) => `  ${variable.padEnd(22)}  ${about}`).join('\n')}

Every option of run is also read from its variable: --settle from PORTAL_SETTLE.
Exit codes: 0 conformant, 1 not, 2 the call is wrong, 3 undecided,
70 a bug of this suite, 130 and 143 ended by SIGINT and SIGTERM.`;

const program = new Command('portal-conformance')
  .description(
    'Tells, with proof, whether a server really implements "List API Tokens" of the Vector Charts Portal API.',
  )
  .version(version)
  .exitOverride()
  // What follows an unknown option may be a secret: it is not repeated.
  .configureOutput({ outputError: (text, print) => print(text.replace(/=[^']*/g, '=…')) })
  .showHelpAfterError("Try 'portal-conformance --help'.")
  .addHelpText('after', () => credentialsHelp);

const run = program
  .command('run', { isDefault: true })
  .description('judge a target; without one, a reference portal that is started for it')
  .argument('[target]', 'URL of the portal, with port and path prefix (PORTAL_TARGET)')
  .option('--env-file <file>', 'read variables that are not set from this file')
  .action(async (target: string | undefined, given: Given) => {
    process.exitCode = await judge({
      ...kebab(given),
      ...(target === undefined ? {} : { target }),
    });
  });
for (const { name, takes, about } of options) {
  const option = new Option(takes ? `--${name} ${takes}` : `--${name}`, about);
  // What may be given several times adds up.
  if (['only', 'skip', 'report', 'allow-untested'].includes(name)) {
    option.argParser((value: string, before: unknown) =>
      typeof before === 'string' ? `${before},${value}` : value,
    );
  }
  run.addOption(option);
}

program
  .command('list')
  .description('print every requirement')
  .option('--json', 'as JSON')
  .action(async ({ json }: { json?: true }) => {
    const { requirements } = await import('../specs/index.ts');
    const { renderRegister } = await import('./report/register.ts');
    process.stdout.write(renderRegister(requirements, json ?? false));
  });

const cleanup = program
  .command('cleanup')
  .description('list what killed runs have left in a portal, and remove it with --yes')
  .argument('[target]', 'URL of the portal (PORTAL_TARGET)')
  .option('--yes', 'remove it')
  .option('--run <id>', 'of this run only')
  .option('--env-file <file>', 'read variables that are not set from this file')
  .action(async (target: string | undefined, given: Given) => {
    process.exitCode = await cleanUp({
      ...kebab(given),
      ...(target === undefined ? {} : { target }),
    });
  });
for (const { name, takes, about } of options) {
  if (['timeout', 'settle', 'deadline', 'concurrency', 'ca', 'insecure'].includes(name)) {
    cleanup.option(takes ? `--${name} ${takes}` : `--${name}`, about);
  }
}

program
  .command('serve')
  .description('start the reference portal, to point scripts at')
  .option('--port <number>', 'listen on this port of 127.0.0.1 (a free one)')
  .option('--show-credentials', 'print tokens and the login of the administrator')
  .action(async (given: { port?: string; showCredentials?: true }) => {
    process.exitCode = await serve(given.port, given.showCredentials ?? false);
  });

run.addHelpText('after', () => credentialsHelp);

process.stdout.on('error', () => {}); // `| head` has read enough.
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    fail(`The suite itself failed: ${bugSite(error)}.`);
    process.exitCode = 70;
  }
}

/** Commander names options in camel case. */
function kebab(given: Given): Given {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    ]),
  );
}

async function judge(given: Given): Promise<number> {
  const { requirements } = await import('../specs/index.ts');
  const { verify, misconfiguredReport } = await import('./run/verify.ts');
  try {
    const settings = readSettings(given, process.env, requirements);
    const report = await verify(settings, requirements, announce);
    return await deliver(report, settings);
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    const report = misconfiguredReport(error.message, requirements);
    fail(error.message);
    return hand(report, reportsOf(given, process.env));
  }
}

/** Says what a run will write, and lets signals end it with a partial report. */
function announce(current: Run): void {
  const { profile, target, isReference } = current;
  const writes = profile === 'full' && !isReference;
  if (writes) {
    process.stderr.write(
      `portal-conformance: this run makes accounts, users and tokens on ${target.base}, and removes them again.\n`,
    );
  }
  let ended = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      current.interrupt(signal);
      if (!writes) return;
      // Impatience must not leave anything behind without a word.
      fail(
        ended
          ? `still removing; should this be killed: ${current.cleanupCommand}`
          : `${signal}: removing what was made, please wait.`,
      );
      ended = true;
    });
  }
}

async function cleanUp(given: Given): Promise<number> {
  const { sweep } = await import('./run/sweep.ts');
  const { CallFailed } = await import('./portal/calls.ts');
  const { NoSetup } = await import('./portal/administrator.ts');
  try {
    const { requirements } = await import('../specs/index.ts');
    const settings = readSettings(given, process.env, requirements);
    const run = typeof given.run === 'string' ? given.run : undefined;
    const { found, left } = await sweep(settings, given.yes === true, run);
    for (const { kind, id, runId } of found) {
      process.stdout.write(`${kind} ${id} of run ${runId}\n`);
    }
    for (const { what, why, curl } of left ?? []) {
      process.stdout.write(`left behind: ${what}; ${inert(why)}\n  remove it  ${inert(curl)}\n`);
    }
    const hint = !left && found.length > 0 ? '; --yes removes it' : '';
    const gone = left ? `, ${found.length - left.length} removed` : '';
    process.stdout.write(`${found.length} found${gone}${hint}\n`);
    return left && left.length > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof Misconfigured) fail(error.message);
    else if (error instanceof CallFailed || error instanceof NoSetup) fail(error.message);
    else throw error;
    return error instanceof Misconfigured ? 2 : 3;
  }
}

/** Serves until a signal comes. */
async function serve(portText: string | undefined, showCredentials: boolean): Promise<number> {
  const port = /^\d{1,5}$/.test(portText ?? '0') ? Number(portText ?? 0) : -1;
  if (port < 0 || port > 65_535) {
    fail('--port takes a number from 0 to 65535.');
    return 2;
  }
  const { startReference } = await import('./reference/start.ts');
  const { plain } = await import('./reference/behaviour.ts');
  const { INITIAL_ADMIN_USERNAME: username = 'admin', INITIAL_ADMIN_PASSWORD: password } =
    process.env;
  const admin = password ? { username, password } : undefined;
  const started = startReference(plain, { port, admin });
  const portal = await started.catch((error: NodeJS.ErrnoException) => error);
  if (portal instanceof Error) {
    fail(`Port ${port} cannot be listened on (${portal.code}).`);
    return 2;
  }
  process.stdout.write(`export PORTAL_TARGET=${portal.url}\n`);
  if (showCredentials) process.stdout.write(renderCredentials(portal));
  await new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  await portal.close();
  return 0;
}

/** What of the reference portal a shell is to know. */
function renderCredentials({ credentials, admin }: Reference): string {
  const variables = [...credentials].map(([name, token]) => [
    `PORTAL_${name.toUpperCase().replace('.', '_')}`,
    token,
  ]);
  const administrator = [
    ['PORTAL_ADMIN_USERNAME', admin.username],
    ['PORTAL_ADMIN_PASSWORD', admin.password],
  ];
  return [...variables, ...administrator]
    .map(([name, value]) => `export ${name}=${quote(value ?? '')}\n`)
    .join('');
}

async function deliver(report: Report, { detail, reports }: Settings): Promise<number> {
  const { renderConsole } = await import('./report/console.ts');
  const toStdout = reports.some(({ path }) => path === '-');
  const stream = toStdout ? process.stderr : process.stdout;
  const color = stream.isTTY === true && !process.env.NO_COLOR;
  stream.write(renderConsole(report, { color, detail }));
  return hand(report, reports);
}

/** Writes the reports; @returns the exit code */
async function hand(report: Report, destinations: Settings['reports']): Promise<number> {
  const { writeReports } = await import('./report/write.ts');
  const trouble = writeReports(report, destinations, (text) => process.stdout.write(text));
  for (const sentence of trouble) fail(sentence);
  return report.exitCode || (trouble.length > 0 ? 2 : 0);
}

function fail(message: string): void {
  process.stderr.write(`portal-conformance: ${inert(message)}\n`);
}
