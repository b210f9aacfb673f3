import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { Misconfigured } from '../contract/misconfigured.ts';
import { validators } from '../contract/validators.ts';
import { nearest } from './nearest.ts';
import { readText } from './text-file.ts';

/**
 * Reads JSON that one of our schemas describes.
 *
 * @param option how the file was named, `--baseline`
 * @throws Misconfigured for the first thing that is wrong with it, with its line
 */
export function readJsonFile<T>(
  path: string,
  option: string,
  schemaName: string,
): { value: T; text: string } {
  const text = readText(path, option);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Misconfigured(`The file of ${option} is not JSON: ${path}, ${whatIsWrong(text)}.`);
  }
  const { validate } = validators(schemaName);
  if (validate?.(value)) return { value: value as T, text };
  const [error] = validate?.errors ?? [];
  const { instancePath = '', params = {}, parentSchema } = error ?? {};
  const what = parentSchema?.description ? ` (${parentSchema.description})` : '';
  const more = params.additionalProperty ? `: ${JSON.stringify(params.additionalProperty)}` : '';
  const known = Object.keys(error?.parentSchema?.properties ?? {});
  const meant = more && nearest(String(params.additionalProperty), known);
  const why =
    error?.keyword === 'not' && isToBeFilledIn(error.data)
      ? 'is still to be filled in'
      : `${inWords(error?.message)}${more}`;
  const line = lineOf(text, [
    ...segmentsOf(instancePath),
    ...segmentsOf(more && `/${params.additionalProperty}`),
  ]);
  throw new Misconfigured(
    `${path}, line ${line}: ${instancePath || 'the file'} ${why}${what}${meant ? `. Did you mean ${JSON.stringify(meant)}?` : ''}`,
  );
}

/** What ajv says of a value, as a sentence goes on. */
function inWords(message = ''): string {
  return message
    .replace(/^must be (array|integer|object)$/, 'must be an $1')
    .replace(/^must be (boolean|number|string)$/, 'must be a $1')
    .replace(/^must NOT have fewer than 1 \w+$/, 'must not be empty')
    .replace(/\bNOT\b/, 'not');
}

/** What keeps a text from being JSON: its line and column, and why. */
function whatIsWrong(text: string): string {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [{ offset, error } = { offset: 0, error: undefined }] = errors;
  const lines = text.slice(0, offset).split('\n');
  // `PropertyNameExpected`
  const code = error === undefined ? '' : printParseErrorCode(error);
  const why = jsonHints[code] ?? code.replace(/\B[A-Z]/g, ' $&').toLowerCase();
  const column = (lines.at(-1) ?? '').length + 1;
  return `line ${lines.length}, column ${column}${why && `: ${why}`}`;
}

/** What people write that is no JSON. */
const jsonHints: Readonly<Record<string, string>> = {
  InvalidEscapeCharacter: 'a backslash is written \\\\, and a path with /',
  InvalidCommentToken: 'JSON has no comments',
  PropertyNameExpected: 'a name in quotation marks is expected, or there is a comma too many',
  ValueExpected: 'a value is expected, or there is a comma too many',
};

/** The line of a part of a JSON text, or of what is around it. */
export function lineOf(text: string, path: readonly (string | number)[]): number {
  const root = parseTree(text);
  for (let depth = path.length; root && depth > 0; depth -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, depth));
    // A member begins with its name.
    const begin = node?.parent?.type === 'property' ? node.parent : node;
    if (begin) return text.slice(0, begin.offset).split('\n').length;
  }
  return 1;
}

function segmentsOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => {
      const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
      return /^\d+$/.test(name) ? Number(name) : name;
    });
}

function isToBeFilledIn(value: unknown): boolean {
  return typeof value === 'string' && value.includes('FILL IN');
}
