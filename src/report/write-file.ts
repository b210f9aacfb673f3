import {
  accessSync,
  constants,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Misconfigured } from '../contract/misconfigured.ts';

/**
 * Finds out before a run what would keep a file from being written.
 *
 * @param what the file is: `The report`
 * @throws Misconfigured
 */
export function refuseUnwritable(path: string, what: string): void {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    // A file is replaced, which its folder has to allow; a device or a pipe is written to.
    const isReplaced = found === undefined || found.isFile();
    accessSync(isReplaced ? existing(dirname(path)) : path, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misconfigured(`${what} cannot be written (${code}): ${path}`);
  }
}

/** The part of a folder's path that is there already. */
function existing(folder: string): string {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  return found || dirname(folder) === folder ? folder : existing(dirname(folder));
}

/**
 * Writes a file beside the earlier one and renames it, so that a full disk keeps the earlier one;
 * folders that are missing are made.
 *
 * @param mode who may read it
 */
export function writeWhole(path: string, text: string, mode = 0o666): void {
  makeFolder(dirname(path));
  // A device or a pipe has no earlier content, and cannot be replaced.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(path, text);
    return;
  }
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text, { mode });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Node's own does not return where a folder can never be, such as under /proc. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
