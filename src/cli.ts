#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { bugSite } from './contract/judge.ts';
import { Misconfigured } from './portal/misconfigured.ts';
import { inert } from './report/inert.ts';
import type { Report } from './report/report.ts';
import { version } from './run/package.ts';
import type { Run } from './run/run.ts';
import { type Given, options, readSettings, reportsOf, type Settings } from './run/settings.ts';

const program = new Command('portal-conformance')
  .description(
    'Tells, with proof, whether a server really implements "List API Tokens" of the Vector Charts Portal API.',
  )
  .version(version)
  .exitOverride()
  .showHelpAfterError("Try 'portal-conformance --help'.")
  .addHelpText(
    'after',
    '\nCredentials come from the environment or from --env-file, never from an option. Exit codes: 0 conformant, 1 not, 2 the call is wrong, 3 undecided, 70 a bug of this suite.',
  );

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
    const report = await verify(settings, requirements, endOnSignals);
    return await deliver(report, settings);
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    const report = misconfiguredReport(error.message, requirements);
    fail(error.message);
    return hand(report, reportsOf(given, process.env));
  }
}

/** Lets a run end with a partial report; a second signal ends the process. */
function endOnSignals(current: Run): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => current.interrupt(signal));
  }
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
