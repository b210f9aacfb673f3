import type { Config } from './config-file.ts';
import { credentialVariables } from './credentials.ts';
import { nearest } from './nearest.ts';
import { type Environment, type OptionReader, variableOf } from './option-reader.ts';
import { commandOptions } from './options.ts';

/** Variables that are not what they were meant to be. */
export function doubtsOf(reader: OptionReader, variables: Environment, config: Config): string[] {
  const unset = Object.entries(config.variables).filter(
    ([name, from]) => name !== from && !variables[from] && !variables[name],
  );
  return [
    ...strangersIn(reader, variables, config),
    ...unset.map(([name, from]) => `${from}, which stands for ${name}, is not set.`),
  ];
}

/** Variables of ours that nobody knows: a typing error would be silent. */
function strangersIn(
  reader: OptionReader,
  variables: Environment,
  { variables: taken }: Config,
): string[] {
  const known = [...commandOptions.map(({ name }) => variableOf(name)), ...credentialVariables];
  const others = [
    ...['PORTAL_TARGET', 'PORTAL_KEY_PASSPHRASE', ...Object.values(taken)],
    ...reader.lines('header').map((line) => line.replace(/^.*=/, '')),
    ...reader.lines('image-env').map((line) => line.replace(/=.*/s, '')),
  ];
  const strangers = Object.keys(variables).filter(
    (name) => /^PORTAL_/.test(name) && !known.includes(name) && !others.includes(name),
  );
  return strangers.sort().map((name) => {
    const meant = nearest(name, [...known, 'PORTAL_TARGET']);
    return `${name} is set, and is no variable of this suite.${meant ? ` Was ${meant} meant?` : ''}`;
  });
}
