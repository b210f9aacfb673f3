import {
  type Checked,
  credentialNames,
  type Phase,
  type Profile,
  phases,
  type Requirement,
  type RunFacts,
} from '../contract/requirement.ts';
import { usualSet } from '../contract/sets.ts';
import type { Writes } from '../http/target.ts';
import type { Context } from '../portal/context.ts';
import { type RunRecord, whyOutside } from '../report/collect.ts';
import type { Settings } from '../settings/settings.ts';

type Register = readonly Requirement<Context>[];

/** What is part of a run, and in which order. */
export interface Plan {
  /** The requirements to judge, by phase: reads, then what changes something, then refusals. */
  readonly phases: readonly (readonly [Phase, Register])[];
  /** What is judged once more when the run ends, over every response to a valid token. */
  readonly ofEveryResponse: readonly Checked<Context>[];
  /** Ids that `--only` and `--skip` leave out. */
  readonly deselected: readonly string[];
  readonly includes: (requirement: Requirement<Context>) => boolean;
}

/** Decides what of a register is judged in a run. */
export function planOf(
  register: Register,
  { only, skip }: Pick<Settings, 'only' | 'skip'>,
  facts: RunFacts,
): Plan {
  const isSelected = ({ id, topic }: Requirement<Context>) => {
    const named = (list: readonly string[]) => list.includes(id) || list.includes(topic);
    return (only.length === 0 || named(only)) && !named(skip);
  };
  const isInside = (requirement: Requirement<Context>) =>
    whyOutside(requirement, facts) === undefined;
  const part = register.filter(
    (requirement) => requirement.check && isSelected(requirement) && isInside(requirement),
  );
  return {
    phases: phases.map((phase) => [phase, part.filter((one) => one.check && one.phase === phase)]),
    ofEveryResponse: part.filter(
      (one): one is Checked<Context> =>
        one.check !== undefined && (one.everyResponse || one.profiles.includes('saved')),
    ),
    deselected: register.filter((one) => !isSelected(one) && isInside(one)).map(({ id }) => id),
    includes: ({ id }) => part.some((one) => one.id === id),
  };
}

/** Whether the portal that comes with the suite is judged: as a target, it is named `reference`. */
export function isOfReference({ reference, target }: Settings): boolean {
  return reference || target === 'reference';
}

/** An administrator or a sandbox without any persona means the full profile, and so does the reference portal. */
export function profileOf(settings: Settings): Profile {
  const { admin, sandbox, sandboxFile } = settings;
  const creates = admin || sandbox || sandboxFile !== undefined || isOfReference(settings);
  return settings.profile ?? (creates && !hasPersona(settings) ? 'full' : 'read-only');
}

/** Whether somebody is given of whose tokens a list is read. */
export function hasPersona({ credentials, callerLogin }: Settings): boolean {
  return credentials.size > 0 || callerLogin !== undefined;
}

/** What a run sends beside GET. */
export function writesOf(settings: Settings): Writes {
  if (profileOf(settings) === 'full') return 'all';
  return settings.callerLogin ? 'sessions' : 'none';
}

/** What is known of a run before it sends anything. */
export function factsOf(
  settings: Settings,
  { loopback }: { readonly loopback: boolean },
  startedByRun = false,
): RunFacts {
  const profile = profileOf(settings);
  const given = new Set(settings.credentials.keys());
  if (settings.callerLogin) given.add('caller.session');
  return {
    profile,
    credentials: profile === 'full' ? credentialNames : [...given],
    loopback,
    // Loopback proves nothing: a tunnel ends there, too.
    mayBeLogged: profile === 'full' || startedByRun || settings.allowTokenInUrl,
    isAdapted: settings.sandbox !== undefined || settings.sandboxFile !== undefined,
    head: true,
  };
}

/** What a report says of the call: who is judged, what they are held to, what is left out. */
export function callOf(settings: Settings, { deselected }: Plan) {
  const { subjectVersion, labels, requirementSet = usualSet, imageDigest, image } = settings;
  const { previous, evidence, baseline, allowUntested, only, skip, strict } = settings;
  const isNamed = subjectVersion !== undefined || Object.keys(labels).length > 0;
  return {
    image: image ?? null,
    ...{ requirementSet, previous, baseline, allowUntested },
    selection: { only, skip, deselected, strict },
    seed: profileOf(settings) === 'full' ? settings.seed : null,
    ...(imageDigest ? { imageDigest } : {}),
    ...(evidence === 'all' ? { evidence } : {}),
    ...(isNamed ? { subject: { version: subjectVersion ?? null, labels } } : {}),
  } satisfies Partial<RunRecord>;
}
