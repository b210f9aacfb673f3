import { writeFileSync } from 'node:fs';
import { firstConfig } from '../settings/config-file.ts';
import { configName } from '../settings/options.ts';
import { type Call, complain } from './shared.ts';

/** Writes a configuration file to begin with; an existing one is left alone. */
export async function initCommand({ output }: Call): Promise<number> {
  try {
    writeFileSync(configName, firstConfig, { flag: 'wx' });
    output.out(`${configName} written: set the target, then run portal-conformance\n`);
    return 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'is there already' : `cannot be written (${code})`;
    complain(output, `${configName} ${why}.`);
    return 2;
  }
}
