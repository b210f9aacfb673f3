import { requirements } from '../../specs/index.ts';
import { renderRegister } from '../report/register.ts';
import type { Call } from './shared.ts';

/** Prints every requirement. */
export async function listCommand({ given, output }: Call): Promise<number> {
  output.out(renderRegister(requirements, given.json === true));
  return 0;
}
