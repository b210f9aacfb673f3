import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { Statement } from '../contract/requirement.ts';
import {
  type Config,
  type ConfigFile,
  configOf,
  refuseWeakening,
} from '../settings/config-file.ts';
import { lineOf, readJsonFile } from '../settings/json-file.ts';
import type { Environment } from '../settings/option-reader.ts';
import { configName } from '../settings/options.ts';
import { type Settings, settingsIn } from '../settings/settings.ts';
import { readLabels } from '../settings/values.ts';

/** A portal of a fleet, with what it is judged by. */
export interface FleetTarget {
  /** A slug, which names it in every output. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly config: Config;
}

/** A file of targets. */
export interface Targets {
  readonly targets: readonly FleetTarget[];
  /** The SHA-256 of the file and of the baselines that it names, in hexadecimal. */
  readonly digest: string;
}

interface TargetsFile {
  readonly targets: readonly (ConfigFile & { readonly id: string; readonly labels?: string[] })[];
}

/**
 * Reads a file of targets, or the targets of a configuration: the one that is named, or else the one
 * in the working directory, which nobody may have looked at. Its options are those of every target
 * that does not say otherwise.
 *
 * @throws Misconfigured
 */
export function readTargets(named: string | undefined, config?: string): Targets {
  if (named !== undefined && config !== undefined)
    throw new Misconfigured('Give --targets or --config, not both.');
  const path = named ?? config ?? configName;
  if (named === undefined && config === undefined && !existsSync(path))
    throw new Misconfigured(`Give --targets FILE: there is no ${configName} here.`);
  const { value, text } =
    named === undefined
      ? readJsonFile<ConfigFile & Partial<TargetsFile>>(path, '--config', 'config')
      : readJsonFile<TargetsFile>(path, '--targets', 'targets');
  const {
    $schema: _,
    targets: entries = [],
    ...common
  } = value as ConfigFile & Partial<TargetsFile>;
  if (entries.length === 0) throw new Misconfigured(`${path} has no targets.`);
  if (named === undefined && config === undefined)
    for (const entry of [common, ...entries]) {
      const { id: __, variables = {}, ...members } = entry as ConfigFile;
      refuseWeakening(members, variables, path);
    }
  const ids = entries.map(({ id }) => id);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (twice >= 0)
    throw new Misconfigured(
      `${path}, line ${lineOf(text, ['targets', twice, 'id'])}: two targets have the id ${ids[twice]}`,
    );
  const targets = entries.map(({ id, ...own }, index): FleetTarget => {
    const variables = { ...common.variables, ...own.variables };
    const entry = { ...common, ...own, variables };
    const place = `${path}, line ${lineOf(text, ['targets', index, 'labels'])}, ${id}: "labels"`;
    const labels = readLabels((entry.labels as string[] | undefined) ?? [], place);
    return { id, labels, config: configOf(entry, path) };
  });
  return { targets, digest: digestOf(text, targets) };
}

/** What a verdict rests on: the file, and the baselines that it names. */
function digestOf(text: string, targets: readonly FleetTarget[]): string {
  const hash = createHash('sha256').update(text);
  const baselines = targets.flatMap(({ config: { options } }) => options.baseline ?? []);
  for (const path of new Set(baselines)) if (existsSync(path)) hash.update(readFileSync(path));
  return hash.digest('hex');
}

/**
 * The settings of one target. Its secrets are those that its own `variables` name: what is set for
 * another portal is sent to none.
 *
 * @throws Misconfigured
 */
export function settingsOf(
  { id, config }: FleetTarget,
  environment: Environment,
  register: readonly Statement[],
): Settings {
  const others = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('PORTAL_')),
  );
  const own = Object.entries(config.variables).flatMap(([name, from]) =>
    environment[from] ? [[name, environment[from]] as const] : [],
  );
  const settings = settingsIn(
    config,
    { ...others, ...Object.fromEntries(own) },
    {},
    others,
    register,
  );
  // Two targets may be alike in all else: every form of a report names it.
  return { ...settings, labels: { id, ...settings.labels } };
}
