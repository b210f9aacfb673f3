import { parseEnv } from 'node:util';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { Environment } from './option-reader.ts';
import { readText } from './text-file.ts';

/**
 * Reads a file of variables, as people and Windows write them: UTF-8 or UTF-16, with a byte order
 * mark or without; `X=y`, `export X=y`, `set X=y` and `$env:X = "y"`.
 *
 * @throws Misconfigured for what cannot be read, with the line: a variable that is not there would
 *   change what is judged
 */
export function readEnvFile(path: string): Environment {
  const text = readText(path, '--env-file').replaceAll(prefix, '$1');
  let rest = text;
  while (rest !== '') {
    const [line] = entry.exec(rest) ?? [];
    if (line === undefined || line === '') {
      const number = text.slice(0, text.length - rest.length).split('\n').length;
      throw new Misconfigured(
        `${path}, line ${number}: not a variable, such as PORTAL_TARGET=https://...`,
      );
    }
    rest = rest.slice(line.length);
  }
  return parseEnv(text) as Environment;
}

/** What shells of Windows, and others, write before a variable. */
const prefix = /^([ \t]*)(?:set[ \t]+|\$env:|export[ \t]+)(?=[A-Za-z_])/gim;

/** A line that is empty, a comment or a variable; a value in quotes may have several. */
const entry =
  /^(?:[ \t]*(?:#[^\n]*)?(?:\r?\n|$)|[ \t]*[A-Za-z_][\w.]*[ \t]*=[ \t]*(?:"[^"]*"[^\n]*|'[^']*'[^\n]*|`[^`]*`[^\n]*|[^\n]*)(?:\n|$))/;
