#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { addFleetCommands } from './commands/fleet-commands.ts';
import { type Call, complain } from './commands/shared.ts';
import { bugSite } from './contract/bug-site.ts';
import { credentialKinds } from './portal/credential.ts';
import { outputOf } from './report/output.ts';
import { version } from './run/version.ts';
import { nearest } from './settings/nearest.ts';
import type { Given } from './settings/option-reader.ts';
import { commandOptions } from './settings/options.ts';

const output = outputOf(process, process.env);
// Libraries print bearer headers under DEBUG, Node itself under NODE_DEBUG, which it has read already.
delete process.env.DEBUG;
if (/\b(https?2?|net|tls)\b|\*/i.test(process.env.NODE_DEBUG ?? '')) {
  complain(output, 'NODE_DEBUG would print bearer tokens (http, https, net, tls): unset it.');
  process.exit(2);
}

const credentialsHelp = `
Credentials come from the environment or from --env-file, never from an option:
  PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN
                          create users and tokens, and remove them (full profile)
${credentialKinds.map(({ variable, about }) => `  ${variable.padEnd(22)}  ${about}`).join('\n')}
  PORTAL_CALLER_USERNAME and PORTAL_CALLER_PASSWORD, in place of PORTAL_CALLER_SESSION
                          log the caller in, and out at the end

Every option of run is also read from its variable: --settle from PORTAL_SETTLE.
Exit codes: 0 conformant, 1 not, 2 the call is wrong, 3 undecided,
4 something could not be removed, 70 a bug of this suite, 128 and the number
of the signal (SIGHUP, SIGINT, SIGQUIT, SIGTERM) that ended it.`;

const program = new Command('portal-conformance')
  .description(
    'Checks, with proof, whether a server implements "List API Tokens" of the Vector Charts Portal API.',
  )
  .version(version)
  .exitOverride()
  // What follows an unknown option may be a secret: it is not repeated.
  .configureOutput({ outputError: (text, print) => print(text.replace(/=[^']*/g, '=…')) })
  .showHelpAfterError("Try 'portal-conformance --help'.");

// Each command is loaded when it is called: starting is what takes time.
const run = withOptions(
  program
    .command('run', { isDefault: true })
    .description('judge a target, the default: run may be left out')
    .argument('[target]', 'URL of the portal, with port and path prefix (PORTAL_TARGET)')
    .action(async (target: string | undefined, given: Given) => {
      const { runCommand } = await import('./commands/run.ts');
      process.exitCode = await runCommand(callOf(given, { target }));
    }),
  commandOptions.map(({ name }) => name),
);
run.addHelpText('after', () => credentialsHelp);
// Most people call it without the name of a command.
program.addHelpText(
  'after',
  () =>
    `\n${run.helpInformation().replace(/^[\s\S]*?\nOptions:/, 'Options of run:')}${credentialsHelp}`,
);

withOptions(
  program
    .command('check')
    .description('judge a saved response without a network: a body, what curl -i printed, or a HAR')
    .argument('<file>', 'the saved response; - is standard input')
    .action(async (file: string, given: Given) => {
      const { checkCommand } = await import('./commands/check.ts');
      process.exitCode = await checkCommand(file, callOf(given));
    }),
  ['requirements', 'strict', 'baseline', 'report', 'config', 'quiet', 'verbose'],
);

program
  .command('list')
  .description('print every requirement')
  .option('--json', 'as JSON')
  .action(async (given: Given) => {
    const { listCommand } = await import('./commands/list.ts');
    process.exitCode = await listCommand(callOf(given));
  });

program
  .command('explain')
  .description('explain a requirement: its source, usual causes and how to fix them')
  .argument('<id>', 'of a requirement')
  .action(async (id: string, given: Given) => {
    const { explainCommand } = await import('./commands/explain.ts');
    process.exitCode = await explainCommand(id, callOf(given));
  });

program
  .command('report')
  .description('convert a saved report to other formats')
  .argument('<format=path...>', 'html=report.html; - is standard output')
  .requiredOption('--from <file>', 'a report that was written as JSON')
  .action(async (destinations: string[], given: Given) => {
    const { reportCommand } = await import('./commands/report.ts');
    process.exitCode = await reportCommand(destinations, callOf(given));
  });

program
  .command('compare')
  .description('compare two reports: better, worse, slower, newly untested; exit 1 on worse')
  .argument('<old>', 'a report that was written as JSON')
  .argument('<new>', 'a later one')
  .option('--json', 'as JSON')
  .option('--html <file>', 'write the two side by side, as a page')
  .action(async (older: string, newer: string, given: Given) => {
    const { compareCommand } = await import('./commands/compare.ts');
    process.exitCode = await compareCommand(older, newer, callOf(given));
  });

program
  .command('baseline')
  .description('known failures')
  .command('write')
  .description('propose a baseline for the failures of a report')
  .argument('[file]', '- is standard output', 'portal-conformance.baseline.json')
  .requiredOption('--from <file>', 'a report that was written as JSON')
  .action(async (file: string, given: Given) => {
    const { baselineWriteCommand } = await import('./commands/baseline.ts');
    process.exitCode = await baselineWriteCommand(file, callOf(given));
  });

program
  .command('init')
  .description('write a configuration file to start from')
  .action(async (given: Given) => {
    const { initCommand } = await import('./commands/init.ts');
    process.exitCode = await initCommand(callOf(given));
  });

withOptions(
  program
    .command('cleanup')
    .description('list what aborted runs left behind; --yes removes it')
    .argument('[target]', 'URL of the portal (PORTAL_TARGET)')
    .option('--yes', 'remove it')
    .option('--run <id>', 'of this run only')
    .option('--account <id>', 'one account, for a list that does not show it')
    .option('--older-than <age>', 'created longer ago than this: 90m, 2h, 1d')
    .action(async (target: string | undefined, given: Given) => {
      const { cleanupCommand } = await import('./commands/cleanup.ts');
      process.exitCode = await cleanupCommand(callOf(given, { target }));
    }),
  [
    ...['timeout', 'settle', 'deadline', 'concurrency', 'rate', 'ca', 'cert', 'key', 'header'],
    ...['proxy', 'resolve', 'insecure', 'config', 'env-file'],
  ],
);

addFleetCommands(program, async (given, command) => {
  process.exitCode = await command(callOf(given));
});

program
  .command('serve')
  .description('start the reference portal, for scripts and demonstrations')
  .option('--port <number>', 'listen on this port (a free one)')
  .option('--host <address>', 'listen on this address (127.0.0.1)')
  .option(
    '--fault <name>',
    'break it, as a mutant of docs/proof.md; several',
    (name: string, before: string | undefined) => (before ? `${before},${name}` : name),
  )
  .option('--list-faults', 'print the names of all faults, with what is broken')
  .option('--tls', 'serve https, with a certificate for this call; prints its authority')
  .option(
    '--data <file>',
    'keep accounts, users and tokens in this file of JSON, with their secrets',
  )
  .option('--show-credentials', 'print tokens and the login of the administrator')
  .action(async (given: Given) => {
    const { serveCommand } = await import('./commands/serve.ts');
    process.exitCode = await serveCommand(callOf(given));
  });

program
  .command('completion')
  .description('print what makes a shell complete: source <(portal-conformance completion bash)')
  .argument('<shell>', 'bash, zsh or fish')
  .action(async (shell: string, given: Given) => {
    const { completionCommand } = await import('./commands/completion.ts');
    process.exitCode = await completionCommand(shell, program, callOf(given));
  });

// `| head` has read enough, or the terminal is gone: no run ends for that before it has cleaned up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const mistyped = commandMeant(process.argv[2] ?? '');
if (mistyped) {
  const told = `Did you mean ${mistyped}? A target begins with http:// or https://.`;
  complain(output, `There is no such command. ${told}`);
  process.exit(2);
}
// Not awaited here: what the build makes of this is CommonJS.
program.parseAsync().catch((error) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    complain(output, `The suite itself failed: ${bugSite(error)}.`);
    process.exitCode = 70;
  }
});

/** The command that a word without one was meant to be, and not a target. */
function commandMeant(word: string): string | undefined {
  const names = program.commands.map((command) => command.name());
  const isKnown = [...names, 'help', 'reference'].includes(word);
  return !isKnown && /^[a-z]+$/.test(word) ? nearest(word, names) : undefined;
}

/** Adds options of a run to a command. */
function withOptions(command: Command, names: readonly string[]): Command {
  for (const { name, letter, takes, about, several } of commandOptions) {
    if (!names.includes(name)) continue;
    const flags = letter ? `-${letter}, --${name}` : `--${name}`;
    const option = new Option(takes ? `${flags} ${takes}` : flags, about);
    if (several) {
      option.argParser((value: string, before: unknown) =>
        typeof before === 'string' ? `${before}${several}${value}` : value,
      );
    }
    command.addOption(option);
  }
  return command;
}

/** What a command is called with; commander names options in camel case. */
function callOf(given: Given, more: Given = {}): Call {
  const named = Object.entries({ ...given, ...more })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    ]);
  return { given: Object.fromEntries(named), environment: process.env, output };
}
