import type { Requirement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import { Misconfigured } from '../portal/misconfigured.ts';
import { Run } from './run.ts';
import type { Settings } from './settings.ts';

/**
 * Opens a run against the target of the settings, or without one against a
 * reference portal that lives as long as the run.
 *
 * @throws Misconfigured
 */
export async function openRun(
  settings: Settings,
  register: readonly Requirement<Context>[],
): Promise<{ run: Run; close: () => Promise<void> }> {
  const { target } = settings;
  if (target !== undefined) {
    const run = new Run({ ...settings, target }, register);
    return { run, close: async () => run.close() };
  }
  if (settings.credentials.size > 0) {
    throw new Misconfigured(
      'Credentials were given, but no target: give its URL, or PORTAL_TARGET.',
    );
  }
  const { startReference } = await import('../reference/start.ts');
  const reference = await startReference();
  const { url, credentials } = reference;
  const run = new Run({ ...settings, target: url, credentials }, register);
  const close = async () => {
    run.close();
    await reference.close();
  };
  return { run, close };
}
