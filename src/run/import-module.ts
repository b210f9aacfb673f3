import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Imports a module of the user's. In a file of its own: a script with a code cache cannot import. */
export function importModule(path: string): Promise<Record<string, unknown>> {
  return import(pathToFileURL(resolve(path)).href);
}
