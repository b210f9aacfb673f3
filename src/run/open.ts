import { Misconfigured } from '../contract/misconfigured.ts';
import type { Requirement } from '../contract/requirement.ts';
import { heldTo } from '../contract/sets.ts';
import type { Context } from '../portal/context.ts';
import type { Settings } from '../settings/settings.ts';
import { adapterIn, adapterOf } from './adapter.ts';
import { withTunnel } from './client.ts';
import { hasPersona, isOfReference, profileOf } from './plan.ts';
import { Run } from './run.ts';

/**
 * Opens a run against the target of the settings, or against a reference portal that lives as
 * long as the run.
 *
 * @throws Misconfigured
 */
export async function openRun(
  settings: Settings,
  all: readonly Requirement<Context>[],
): Promise<{ run: Run; close: () => Promise<void> }> {
  const register = heldTo(all, settings.requirementSet);
  const { target, profile, admin } = settings;
  const isReference = isOfReference(settings);
  if (isReference && target !== undefined && target !== 'reference')
    throw new Misconfigured('Give a target or --reference, not both.');
  if (!isReference) {
    if (target === undefined) throw new Misconfigured(howToBegin(settings));
    const sandbox = await sandboxOf(settings, target);
    if (sandbox && admin)
      throw new Misconfigured(`Give an administrator (${howToAdminister}) or --sandbox, not both.`);
    if (profile === 'full' && !admin && !sandbox)
      throw new Misconfigured(`The full profile needs ${howToAdminister}, or --sandbox.`);
    const run = new Run(await withTunnel({ ...settings, target, sandbox }), register);
    return { run, close: async () => run.close() };
  }
  if (hasPersona(settings) || admin || settings.sandbox || settings.sandboxFile !== undefined) {
    throw new Misconfigured(
      'Credentials were given, and --reference has its own: give the URL of the portal that they are for, or none of them.',
    );
  }
  const { startReference } = await import('../reference/start.ts');
  const reference = await startReference();
  const given =
    profile === 'read-only' ? { credentials: reference.credentials } : { admin: reference.admin };
  const run = new Run({ ...settings, ...given, target: reference.url }, register, true);
  const close = async () => {
    run.close();
    await reference.close();
  };
  return { run, close };
}

/** The adapter of a run that creates something. */
async function sandboxOf(settings: Settings, target: string) {
  const { sandbox, sandboxFile } = settings;
  if (profileOf(settings) !== 'full') return undefined;
  if (sandbox !== undefined) return adapterOf(sandbox, target);
  return sandboxFile === undefined ? undefined : adapterIn(sandboxFile, target);
}

const howToAdminister = 'PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or PORTAL_ADMIN_TOKEN';

/** What to do without a target: a verdict on another portal would be taken for one on it. */
function howToBegin(settings: Settings): string {
  const given =
    hasPersona(settings) || settings.admin
      ? 'Credentials were given, but no target: give'
      : 'There is no target: give';
  return `${given} the URL of the portal, or PORTAL_TARGET. --reference judges the portal that comes with the suite.`;
}
