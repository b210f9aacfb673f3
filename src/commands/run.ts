import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { quote } from '../http/curl.ts';
import { deliver } from '../report/deliver.ts';
import { refuseUnwritable, writeWhole } from '../report/write-file.ts';
import { isOfReference, profileOf, writesOf } from '../run/plan.ts';
import type { Run } from '../run/run.ts';
import { verify } from '../run/verify.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { listenForEndings } from './endings.ts';
import { showProgress } from './progress.ts';
import { type Call, complain, deliveryOf } from './shared.ts';
import { endWrongCall } from './wrong-call.ts';

/** Judges a target, prints what was found, and writes the reports. @returns the exit code */
export async function runCommand(call: Call): Promise<number> {
  const { given, environment, output } = call;
  try {
    const settings = readSettings(given, environment, requirements);
    const { reports, detail } = settings;
    for (const { path } of reports) if (path !== '-') refuseUnwritable(path, 'The report');
    if (detail === 'quiet') for (const doubt of settings.doubts) complain(output, doubt);
    if (settings.images.length > 0) {
      if (settings.target !== undefined)
        throw new Misconfigured('Give a target or --image, not both.');
      if (settings.dryRun || settings.keep !== undefined)
        throw new Misconfigured('--dry-run and --keep are not for --image.');
      if (settings.profile === 'read-only')
        throw new Misconfigured('--image judges with the full profile: it creates its own users.');
      const { judgeImages } = await import('./images.ts');
      return await judgeImages(settings, call);
    }
    if (settings.sandboxFile !== undefined && (settings.dryRun || settings.keep !== undefined))
      throw new Misconfigured(
        '--dry-run and --keep are not for --sandbox: what it does, and how to undo it, it alone knows.',
      );
    if (settings.keep !== undefined && profileOf(settings) !== 'full')
      throw new Misconfigured('--keep is for the full profile: nothing else creates anything.');
    if (settings.keep !== undefined && isOfReference(settings))
      throw new Misconfigured('--keep is not for the reference portal, which ends with the run.');
    if (settings.keep !== undefined) refuseNoFile(settings.keep);
    if (settings.dryRun) {
      const { dryRun } = await import('./dry-run.ts');
      return await dryRun(settings, output);
    }
    let done = () => {};
    let current: Run | undefined;
    const report = await verify(settings, requirements, (run) => {
      current = run;
      announce(run, settings, output);
      if (detail !== 'quiet') done = showProgress(run, output, settings.progress);
    }).finally(() => done());
    const trouble = settings.keep === undefined ? undefined : writeKept(settings.keep, current);
    if (trouble) complain(output, trouble);
    if (settings.keep !== undefined && detail === 'quiet')
      for (const notice of report.notices) complain(output, notice);
    const code = await deliver(report, deliveryOf({ reports, detail }, environment), output);
    return code || (trouble ? 2 : 0);
  } catch (error) {
    return endWrongCall(error, call);
  }
}

/** What is no file is not replaced: it may be a device. @throws Misconfigured */
function refuseNoFile(path: string): void {
  const isThere = existsSync(dirname(path)) && statSync(dirname(path)).isDirectory();
  const found = isThere && lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile()) throw new Misconfigured(`--keep takes a file: ${path} is none.`);
  refuseUnwritable(path, 'The file of --keep');
}

/** Writes the tokens of what a run left, for its user alone. @returns what went wrong */
function writeKept(path: string, run: Run | undefined): string | undefined {
  if (!run || run.kept.size === 0) return undefined;
  const { target, kept } = run;
  const variables = [['PORTAL_TARGET', target.base], ...kept] as const;
  const lines = variables.map(([name, value]) => `export ${name}=${quote(value)}\n`);
  try {
    writeWhole(path, lines.join(''), 0o600);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `The file of --keep cannot be written (${code}): ${path}`;
  }
}

/** Says what a run will write, and lets signals and bugs end it, cleaned up, with a partial report. */
function announce(current: Run, settings: Settings, output: Call['output']): void {
  const logsIn = writesOf(settings) === 'sessions';
  const keeps = settings.keep !== undefined;
  const { facts, target, isReference } = current;
  const writes = facts.profile === 'full' && !isReference;
  if (writes)
    complain(
      output,
      `this run creates accounts, users and tokens on ${target.base}, and ${keeps ? 'leaves' : 'removes'} them.`,
    );
  if (logsIn)
    complain(
      output,
      `this run logs PORTAL_CALLER_USERNAME in on ${target.base}, and out at the end; all else is GET.`,
    );
  let ended = false;
  listenForEndings({
    onSignal: (signal) => {
      current.interrupt(signal);
      if (!writes && !logsIn) return;
      // Impatience must not leave anything behind without a word.
      complain(
        output,
        ended
          ? writes
            ? `still ${keeps ? 'ending' : 'removing'}; should this be killed: ${current.cleanupCommand}`
            : 'still logging out.'
          : `${signal}: ${writes ? (keeps ? 'ending, what was created stays' : 'removing what was created') : 'logging out'}, please wait.`,
      );
      ended = true;
    },
    onBug: (error) => current.fail(error),
  });
}
