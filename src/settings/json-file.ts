import { readFileSync } from 'node:fs';
import { Misconfigured } from '../contract/misconfigured.ts';
import { validators } from '../contract/validators.ts';

/** The text of a file. @throws Misconfigured, naming the option */
export function readText(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Misconfigured(
      `The file of ${option} cannot be read (${(error as NodeJS.ErrnoException).code}): ${path}`,
    );
  }
}

/**
 * Reads JSON that one of our schemas describes.
 *
 * @param option how the file was named, `--baseline`
 * @param place where in the file a JSON Pointer points to: `, line 7`
 * @throws Misconfigured for the first thing that is wrong with it
 */
export function readJsonFile<T>(
  path: string,
  option: string,
  schemaName: string,
  place: (text: string, pointer: string) => string = () => '',
): { value: T; text: string } {
  const text = readText(path, option);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Misconfigured(`The file of ${option} is not JSON: ${path}`);
  }
  const { validate } = validators(schemaName);
  if (validate?.(value)) return { value: value as T, text };
  const [error] = validate?.errors ?? [];
  const { instancePath = '', params = {}, parentSchema } = error ?? {};
  const what = parentSchema?.description ? ` (${parentSchema.description})` : '';
  const more = params.additionalProperty ? `: ${JSON.stringify(params.additionalProperty)}` : '';
  const why =
    error?.keyword === 'not' && isToBeFilledIn(error.data)
      ? 'is still to be filled in'
      : `${error?.message}${more}`;
  throw new Misconfigured(
    `${path}${place(text, instancePath)}: ${instancePath || 'the file'} ${why}${what}`,
  );
}

function isToBeFilledIn(value: unknown): boolean {
  return typeof value === 'string' && value.includes('FILL IN');
}
