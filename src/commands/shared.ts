import type { Delivery } from '../report/deliver.ts';
import { inert } from '../report/inert.ts';
import type { Output } from '../report/output.ts';
import type { Environment, Given } from '../settings/option-reader.ts';

/** What a command is given: its options, the environment, and where it writes. */
export interface Call {
  readonly given: Given;
  readonly environment: Environment;
  readonly output: Output;
}

/** Says what went wrong, as every command says it. */
export function complain({ err }: Output, message: string): void {
  err(`portal-conformance: ${inert(message)}\n`);
}

/** How a report is to be delivered in this environment. */
export function deliveryOf(
  delivery: Omit<Delivery, 'annotate'>,
  environment: Environment,
): Delivery {
  return { ...delivery, annotate: environment.GITHUB_ACTIONS === 'true' };
}
