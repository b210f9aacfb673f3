import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { deliver } from '../report/deliver.ts';
import type { Run } from '../run/run.ts';
import { verify } from '../run/verify.ts';
import { readSettings } from '../settings/settings.ts';
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
    if (settings.images.length > 0) {
      if (settings.target !== undefined)
        throw new Misconfigured('Give a target or --image, not both.');
      if (settings.profile === 'read-only')
        throw new Misconfigured('--image judges with the full profile: it creates its own users.');
      const { judgeImages } = await import('./images.ts');
      return await judgeImages(settings, call);
    }
    let done = () => {};
    const report = await verify(settings, requirements, (run) => {
      announce(run, output);
      if (detail !== 'quiet') done = showProgress(run, output);
    }).finally(() => done());
    return await deliver(report, deliveryOf({ reports, detail }, environment), output);
  } catch (error) {
    return endWrongCall(error, call);
  }
}

/** Says what a run will write, and lets signals and bugs end it, cleaned up, with a partial report. */
function announce(current: Run, output: Call['output']): void {
  const { facts, target, isReference } = current;
  const writes = facts.profile === 'full' && !isReference;
  if (writes)
    complain(
      output,
      `this run creates accounts, users and tokens on ${target.base}, and removes them.`,
    );
  if (current.logsIn)
    complain(
      output,
      `this run logs PORTAL_CALLER_USERNAME in on ${target.base}, and out at the end; all else is GET.`,
    );
  let ended = false;
  listenForEndings({
    onSignal: (signal) => {
      current.interrupt(signal);
      if (!writes && !current.logsIn) return;
      // Impatience must not leave anything behind without a word.
      complain(
        output,
        ended
          ? writes
            ? `still removing; should this be killed: ${current.cleanupCommand}`
            : 'still logging out.'
          : `${signal}: ${writes ? 'removing what was created' : 'logging out'}, please wait.`,
      );
      ended = true;
    },
    onBug: (error) => current.fail(error),
  });
}
