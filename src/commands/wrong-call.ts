import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { deliver } from '../report/deliver.ts';
import { misconfiguredReport } from '../run/verify.ts';
import { reportsOf } from '../settings/settings.ts';
import { type Call, complain, deliveryOf } from './shared.ts';

/**
 * Says why a call came to nothing, and writes the requested reports.
 *
 * @returns the exit code
 * @throws what is no mistake of the call
 */
export function endWrongCall(error: unknown, call: Call): Promise<number> {
  if (!(error instanceof Misconfigured)) throw error;
  const { given, environment, output } = call;
  complain(output, error.message);
  const { reports, notices } = reportsOf(given, environment);
  const report = misconfiguredReport(error.message, requirements, notices);
  // What cannot be written has been said.
  const writable = reports.filter(({ path }) => !error.message.endsWith(`: ${path}`));
  return deliver(report, deliveryOf({ reports: writable, detail: 'none' }, environment), output);
}
