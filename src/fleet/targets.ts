import { createHash } from 'node:crypto';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { Statement } from '../contract/requirement.ts';
import { type Config, type ConfigFile, configOf } from '../settings/config-file.ts';
import { lineOf, readJsonFile } from '../settings/json-file.ts';
import type { Environment } from '../settings/option-reader.ts';
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
  /** The SHA-256 of the file, in hexadecimal. */
  readonly digest: string;
}

interface TargetsFile {
  readonly targets: readonly (ConfigFile & { readonly id: string; readonly labels?: string[] })[];
}

/** Reads a file of targets. @throws Misconfigured */
export function readTargets(path: string): Targets {
  const { value, text } = readJsonFile<TargetsFile>(path, '--targets', 'targets');
  const ids = value.targets.map(({ id }) => id);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (twice >= 0)
    throw new Misconfigured(
      `${path}, line ${lineOf(text, ['targets', twice, 'id'])}: two targets have the id ${ids[twice]}`,
    );
  const targets = value.targets.map(({ id, ...entry }): FleetTarget => {
    const labels = readLabels(entry.labels ?? []);
    return { id, labels, config: configOf(entry, path) };
  });
  return { targets, digest: createHash('sha256').update(text).digest('hex') };
}

/**
 * The settings of one target. Its secrets are those that its own `variables` name: what is set for
 * another portal is sent to none.
 *
 * @throws Misconfigured
 */
export function settingsOf(
  { config }: FleetTarget,
  environment: Environment,
  register: readonly Statement[],
): Settings {
  const others = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('PORTAL_')),
  );
  const own = Object.entries(config.variables).flatMap(([name, from]) =>
    environment[from] ? [[name, environment[from]] as const] : [],
  );
  return settingsIn(config, { ...others, ...Object.fromEntries(own) }, {}, others, register);
}
