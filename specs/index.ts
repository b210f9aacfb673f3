import type { Requirement } from '../src/contract/requirement.ts';
import type { Context } from '../src/portal/context.ts';
import { authentication } from './authentication.ts';
import { record } from './record.ts';
import { response } from './response.ts';
import { restrictions } from './restrictions.ts';
import { timestamps } from './timestamps.ts';
import { visibility } from './visibility.ts';

/** Every requirement of "List API Tokens", in the order in which it is reported. */
export const requirements: readonly Requirement<Context>[] = [
  ...response,
  ...record,
  ...timestamps,
  ...restrictions,
  ...authentication,
  ...visibility,
];
