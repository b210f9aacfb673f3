import { Misconfigured } from '../contract/misconfigured.ts';
import type { Environment } from './option-reader.ts';
import { readText } from './text-file.ts';

/**
 * Reads a file of variables, as people and Windows write them: UTF-8 or UTF-16, with a byte order
 * mark or without; `X=y` and `export X=y` as Node reads them, `set X=y` as cmd does, and
 * `$env:X = "y"` as PowerShell does.
 *
 * @throws Misconfigured for what cannot be read without guessing, with the line: a variable that is
 *   not there, or is another, would change what is judged
 */
export function readEnvFile(path: string): Environment {
  const text = readText(path, '--env-file').replace(/\u001a$/, '');
  const variables: Record<string, string> = {};
  for (let at = 0; at < text.length; ) {
    const refuse = (why: string): never => {
      const line = text.slice(0, at).split('\n').length;
      throw new Misconfigured(`${path}, line ${line}: ${why}`);
    };
    const [all, begin, written = ''] = start.exec(text.slice(at)) ?? [];
    const [idle] = nothing.exec(text.slice(at)) ?? [];
    if (idle !== undefined) {
      at += idle.length;
      continue;
    }
    if (all === undefined || begin === undefined)
      return refuse('not a variable, such as PORTAL_TARGET=https://...');
    // On Windows the case of a name does not count.
    const isOurs = /^portal_/i.test(written);
    const rest = text.slice(at + all.length);
    if (isOurs && isUnclear(all, rest, kindOf(begin)))
      return refuse('write a value that holds # in quotation marks.');
    const { value, length } = readValue(rest, kindOf(begin), refuse);
    variables[isOurs ? written.toUpperCase() : written] = value;
    at += all.length + length;
  }
  return variables;
}

/** An empty line, a comment, or what a batch file says beside its variables. */
const nothing = /^(?:[ \t]*(?:(?:#|::|rem\b|@?echo off\b)[^\n]*)?(?:\r?\n|$))/i;

/** The beginning of a line that sets a variable. */
const start =
  /^([ \t]*(?:@?set[ \t]+"?|\$env:|export[ \t]+)?)(?=[A-Za-z_])([A-Za-z_][\w.]*)[ \t]*=[ \t]*/i;

type Kind = 'shell' | 'cmd' | 'cmd, in quotes' | 'PowerShell';

function kindOf(begin: string): Kind {
  if (/env:$/i.test(begin)) return 'PowerShell';
  if (!/set/i.test(begin)) return 'shell';
  return begin.endsWith('"') ? 'cmd, in quotes' : 'cmd';
}

/** Whether nobody knows if a # begins a comment or is part of a password. */
function isUnclear(begin: string, rest: string, kind: Kind): boolean {
  const [value = ''] = /^(?!["'`])[^\n]*/.exec(rest) ?? [];
  return (
    !kind.startsWith('cmd') && (/\S#/.test(value) || (begin.endsWith('=') && value.startsWith('#')))
  );
}

const notClosed = 'the quotation mark is not closed on its line, or something follows it.';

const unknownHere = 'a sign in it has a meaning to its shell: write NAME="VALUE" in its place.';

/** The value at the beginning of a text, and how long it is with the rest of its last line. */
function readValue(
  text: string,
  kind: Kind,
  refuse: (why: string) => never,
): { value: string; length: number } {
  const [line = ''] = /^[^\n]*\n?/.exec(text) ?? [];
  const bare = line.trimEnd();
  // What its shell would put in their place nobody knows here.
  if (
    (kind === 'cmd' && /[&|<>^]|%\w+%/.test(bare)) ||
    (kind === 'cmd, in quotes' && /%\w+%/.test(bare))
  )
    return refuse(unknownHere);
  if (kind === 'cmd') return { value: bare, length: line.length };
  if (kind === 'cmd, in quotes') {
    if (!bare.endsWith('"')) return refuse(notClosed);
    return { value: bare.slice(0, -1), length: line.length };
  }
  const quote = /^["'`]/.exec(text)?.[0];
  if (quote === undefined) {
    return { value: bare.replace(/#.*$/, '').trim(), length: line.length };
  }
  const [all, inside = ''] = quotedBy(quote, kind).exec(text) ?? [];
  if (
    all === undefined ||
    /^[ \t]*(?:export[ \t]+|set[ \t]+|\$env:)?PORTAL_\w+[ \t]*=/im.test(inside)
  )
    return refuse(notClosed);
  const [rest, after = ''] = /^([^\n]*)\n?/.exec(text.slice(all.length)) ?? [];
  if (!/^\s*;?\s*(?:#.*)?$/.test(after)) return refuse(notClosed);
  if (kind === 'PowerShell' && quote === '"' && /`[a-z]|(?<!`)\$[\w({]/i.test(inside))
    return refuse(unknownHere);
  return { value: unescaped(inside, quote, kind), length: all.length + (rest?.length ?? 0) };
}

/** A text in quotation marks, which may be of several lines; PowerShell doubles a mark within. */
function quotedBy(quote: string, kind: Kind): RegExp {
  if (kind !== 'PowerShell') return new RegExp(`^${quote}([^${quote}]*)${quote}`);
  return quote === '"'
    ? /^"((?:[^"`]|`[\s\S]|"")*)"/
    : new RegExp(`^${quote}((?:[^${quote}]|${quote}${quote})*)${quote}`);
}

function unescaped(inside: string, quote: string, kind: Kind): string {
  if (kind !== 'PowerShell') return quote === '"' ? inside.replaceAll('\\n', '\n') : inside;
  const single = inside.replaceAll(quote + quote, quote);
  return quote === '"' ? single.replace(/`([\s\S])/g, '$1') : single;
}
