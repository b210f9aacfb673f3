import type { Command } from 'commander';
import type { Given } from '../settings/option-reader.ts';
import type { Call } from './shared.ts';

/** Ends the process with the exit code of a command. */
type End = (given: Given, command: (call: Call) => Promise<number>) => Promise<void>;

/** Adds the commands that are about many targets; each is loaded when it is called. */
export function addFleetCommands(program: Command, end: End): void {
  aboutTargets(program.command('fleet'))
    .description('judge every target of a file in one process, with a report for each')
    .option('--shard <i/n>', 'one part of them, I from 1; auto or auto/N, as the CI system says')
    .option('--resume', 'keep what was decided before, and judge the rest')
    .option('--jobs <number>', 'targets at a time (16)')
    .option(
      '--env-file <file>',
      'read variables that are not set from this file; several',
      (file: string, before) => (before ? `${before}\n${file}` : file),
    )
    .action(async (given: Given) => {
      const { fleetCommand } = await import('./fleet.ts');
      await end(given, fleetCommand);
    });

  aboutTargets(program.command('merge'))
    .description('join what the shards of a fleet wrote, with the exit code of the whole')
    .argument('<folder...>', 'folders of --out')
    .action(async (folders: string[], given: Given) => {
      const { mergeCommand } = await import('./merge.ts');
      await end(given, (call) => mergeCommand(folders, call));
    });

  program
    .command('site')
    .description('write static pages of what a fleet wrote: targets, requirements, badges')
    .argument('<folder>', 'the folder of --out of fleet or merge')
    .option('--history <file>', 'the history of the fleet, for the dates of what changed')
    .option('--out <folder>', 'folder for the pages (site)')
    .action(async (folder: string, given: Given) => {
      const { siteCommand } = await import('./site.ts');
      await end(given, (call) => siteCommand(folder, call));
    });
}

function aboutTargets(command: Command): Command {
  return command
    .option('--targets <file>', 'targets with ids, labels, options and variables, as JSON')
    .option('--config <file>', 'or a configuration with targets (portal-conformance.config.json)')
    .option(
      '--where <name=value>',
      'only targets with this label; several',
      (label: string, before) => (before ? `${before}\n${label}` : label),
    )
    .option('--out <folder>', 'folder for <id>.json.gz and index.ndjson (reports)')
    .option('--history <file>', 'add what changed since the last run to this file, a line each');
}
