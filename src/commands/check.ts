import { readFileSync } from 'node:fs';
import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { deliver } from '../report/deliver.ts';
import { checkSaved } from '../run/saved.ts';
import { readSettings } from '../settings/settings.ts';
import { type Call, deliveryOf } from './shared.ts';
import { endWrongCall } from './wrong-call.ts';

/** Judges a saved response, from a file or from standard input. @returns the exit code */
export async function checkCommand(path: string, call: Call): Promise<number> {
  const { given, environment, output } = call;
  try {
    const settings = readSettings(given, environment, requirements);
    const report = await checkSaved(readSavedFile(path), settings, requirements);
    const { reports, detail } = settings;
    return await deliver(report, deliveryOf({ reports, detail }, environment), output);
  } catch (error) {
    return endWrongCall(error, call);
  }
}

function readSavedFile(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`The saved response cannot be read (${code}): ${path}`);
  }
}
